"""The root key in a file of mode 0400: one line a version, `version:base64`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.data import cipher
from app.data.root_keys import LocalRoot, RootKeyError, parse_keys, read_private, write_private, written_keys

WHAT = "die Schlüsseldatei (EINSTIEG_KEY_FILE)"
WAY_OUT = "bitte wiederherstellen, oder bei einer neuen Einrichtung 'flask keys init' aufrufen"


class KeyFile(LocalRoot):
    """Reads the file whenever it wraps, so that a rotation by another process is followed at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__()

    def _read(self) -> dict[int, bytes]:
        return parse_keys(read_private(self._path, what=WHAT, way_out=WAY_OUT), what=WHAT)

    def rotate(self) -> int:
        """Append a new line; wraps made before stay readable until `destroy`."""
        with alone(self._path):
            known = self._read()
            version = max(known) + 1
            write_private(self._path, written_keys({**known, version: cipher.new_key()}))
            self._keys = self._read()
        return version

    def destroy(self, version: int) -> None:
        """Remove a line that is not the newest."""
        with alone(self._path):
            known = self._read()
            if version == max(known):
                raise RootKeyError("die geltende Fassung des Hauptschlüssels kann nicht vernichtet werden")
            if version not in known:
                raise RootKeyError(f"eine Fassung {version} des Hauptschlüssels gibt es nicht")
            write_private(self._path, written_keys({each: key for each, key in known.items() if each != version}))
            self._keys = self._read()


def create_key_file(path: Path, keys: dict[int, bytes] | None = None) -> None:
    """Make a key file with a fresh key, or with these; an existing one is never touched."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, written_keys(keys or {1: cipher.new_key()}))


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file meanwhile: two that rotate at once would lose a root key."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
