"""SQLite files for tests, with the verbs of the PostgreSQL cluster."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path


class SqliteFolder:
    """The same verbs as `PostgresCluster` for SQLite: every database is a file, every copy cheap."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = count(1)
        self.templates: set[str] = set()

    def fresh(self, template: str | None = None) -> str:
        """A file with a new name, empty or a copy of what `prepare` made, as an address."""
        file = self.folder / f"test_{next(self.names)}.sqlite"
        if template is not None:
            shutil.copyfile(self.folder / f"{template}.sqlite", file)
        return f"sqlite:///{file}"

    def prepare(self, template: str, build: Callable[[str], None]) -> str:
        """Let `build(url)` fill a file once; it must have closed its connections when it comes back."""
        if template not in self.templates:
            build(f"sqlite:///{self.folder / template}.sqlite")
            if (self.folder / f"{template}.sqlite-wal").exists():
                raise RuntimeError(f"{template} is still open: what lies in its write-ahead log would not be copied")
            self.templates.add(template)
        return template

    def lend(self, template: str) -> str:
        """A copy of what `prepare` made, to be given back."""
        return self.fresh(template)

    def give_back(self, url: str) -> None:
        """Remove a file nobody may use any more."""
        file = Path(url.removeprefix("sqlite:///"))
        for ending in ("", "-wal", "-shm"):
            Path(f"{file}{ending}").unlink(missing_ok=True)
