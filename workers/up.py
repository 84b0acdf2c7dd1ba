"""Starting everything with one command: `python -m workers.up`, which `make run` and `flask up` both come to.

This module stays light on purpose, as the application takes seconds to load: what has to be prepared is done by
another process (`flask prepare`), and only when something changed since it last was.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url

from config import Config, Mode, ProviderKind, SettingError, read_config
from workers.processes import PROJECT
from workers.stack import REFUSED, GivenUp, run_stack

MIGRATIONS = PROJECT / "app" / "migrations" / "versions"
STAMP = "prepared"
SIGN_INS = "anmeldungen.txt"
PASSWORD = "demo-passwort.txt"  # noqa: S105
ANYWHERE = {"://0.0.0.0": "://127.0.0.1", "://[::]": "://[::1]", "://::": "://[::1]"}


def main(environment: Mapping[str, str]) -> int:
    """Run until told to stop; answers the exit code: 0 stopped, 1 given up, 2 refused at once."""
    try:
        config = read_config(environment)
    except SettingError as error:
        sys.stderr.write(f"Einstieg startet nicht / cannot start: {error}\n")
        return REFUSED
    return run_stack(
        config, environment, prepare=lambda: prepare(config, environment), on_ready=lambda: announce(config)
    )


def prepare(config: Config, environment: Mapping[str, str]) -> None:
    """Have stores, keys and a demo's world made or brought up to date, unless nothing changed; raises GivenUp."""
    if is_prepared(config):
        return
    told = {**environment, "EINSTIEG_HOME": str(config.home)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "prepare"]
    if subprocess.run(command, cwd=PROJECT, env=told, check=False).returncode != 0:
        raise GivenUp("Die Vorbereitung ist gescheitert; es wurde nichts gestartet. / Preparing failed.")


def is_prepared(config: Config) -> bool:
    """Whether the last preparation was of this code, these stores and this password, and its stores are still there."""
    for url in (config.database_url, config.keys_database_url):
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
            return False
    if config.key_provider in (ProviderKind.FILE, ProviderKind.PASSPHRASE) and not config.key_file.exists():
        return False
    if config.mode is Mode.DEMO and config.demo_password not in (None, _read(config, PASSWORD)):
        return False
    return _read(config, STAMP) == digest(config)


def note_prepared(config: Config) -> None:
    """Remember that everything is ready; `flask prepare` ends with it."""
    keep(config, STAMP, digest(config))


def digest(config: Config) -> str:
    """What a preparation depends on: mode, stores and migrations."""
    told = hashlib.sha256(f"{config.mode}|{config.database_url}|{config.keys_database_url}".encode())
    for file in sorted(MIGRATIONS.glob("*/*.py")):
        told.update(file.read_bytes())
    return told.hexdigest()


def announce(config: Config) -> None:
    """Say where it runs, and in a demo who can sign in."""
    address = config.base_url
    for anywhere, here in ANYWHERE.items():
        address = address.replace(anywhere, here)
    lines = ["", f"Einstieg läuft: {address}", ""]
    if config.mode is Mode.DEMO:
        lines.append(_read(config, SIGN_INS))
        lines.append(f"Was Familien geschickt wird, bleibt auf diesem Rechner: {address}/demo/mail")
    sys.stdout.write("\n".join([*lines, "Beenden: Strg+C", ""]))
    sys.stdout.flush()


def keep(config: Config, name: str, text: str) -> None:
    """Write a small file beside the root key, readable by this account alone."""
    file = config.home / "secret" / name
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


def _read(config: Config, name: str) -> str:
    file = config.home / "secret" / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main(os.environ))
