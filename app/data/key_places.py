"""Nothing that opens the data may lie with it: looked for where the stores really are, and in the backup set."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine

from config import Config, SettingError

SHARE = "einstieg-anteil-"
"""How the file name of a share of the root key begins."""


def refuse_keys_with_data(config: Config, engines: Iterable[Engine]) -> None:
    """Raise SettingError for a key file or a share of the root key that a backup of the data would copy."""
    places = {**dict.fromkeys(_folders(engines), "folder of a database"), **config.data_places}
    strays = {file.name for file in config.key_files}
    for folder, place in places.items():
        for file, variable in config.key_files.items():
            if file.resolve().is_relative_to(folder.resolve()):
                raise SettingError(f"{variable} lies in the {place}: whoever copies that has the key as well")
        for entry in folder.iterdir() if folder.is_dir() else ():
            if entry.name.startswith(SHARE):
                raise SettingError(f"a share of the root key lies in the {place}: take it away, apart from the others")
            if entry.name in strays and entry.is_file():
                raise SettingError(f"a file named like a key lies in the {place}: whoever copies that has it as well")


def _folders(engines: Iterable[Engine]) -> list[Path]:
    """Where SQLite files lie as opened: an address may be relative to a folder that only the engine knows."""
    files = [engine.url.database for engine in engines if engine.dialect.name == "sqlite"]
    return [Path(file.removeprefix("file:")).parent for file in files if file and file != ":memory:"]
