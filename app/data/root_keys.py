"""What the providers of the root key share: errors, keys held in memory, and files that are nobody else's."""

from __future__ import annotations

import base64
import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from app.data import cipher
from app.errors import EinstiegError, Tampered, Unavailable

LARGEST_VERSION = 65_535


class RootKeyError(EinstiegError):
    """The root key is missing, open to others, or broken; the text says in German what to do, and holds no secret."""


class RootKeyUnavailable(Unavailable):
    """The service that holds the root key does not answer now; the text is German and holds no secret."""


class LocalRoot(ABC):
    """Root keys this process itself holds, by version; what a wrap was made with stands in its generation bytes."""

    def __init__(self) -> None:
        self._keys: dict[int, bytes] = self._read()

    @abstractmethod
    def _read(self) -> dict[int, bytes]:
        """All versions as they are now, at least one; raises RootKeyError."""

    def current(self) -> int:
        """The highest version there is now, another process's included."""
        self._keys = self._read()
        return max(self._keys)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Seal a key under the highest version."""
        version = self.current()
        return cipher.seal(self._keys[version], key, context, generation=version)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Open with the version the wrap names; raises Tampered or RootKeyError."""
        if wrapped[:2] != bytes((cipher.FORMAT, cipher.AES_256_GCM)):
            raise Tampered("not a wrap of this kind of provider")
        return cipher.unseal(self.secret(cipher.generation_of(wrapped)), wrapped, context)

    def secret(self, version: int) -> bytes:
        """The root key itself: for splitting it among officers, and nothing else."""
        if version not in self._keys:
            self._keys = self._read()  # another process may have rotated since
        if version not in self._keys:
            raise RootKeyError(f"die Fassung {version} des Hauptschlüssels fehlt, unter der ein Schlüssel liegt")
        return self._keys[version]


class RecoveredRoot(LocalRoot):
    """A root key put together from shares: in memory alone, for rehearsals."""

    def __init__(self, version: int, key: bytes) -> None:
        self._given = {version: key}
        super().__init__()

    def rotate(self) -> int:
        """Raises RootKeyError: a rehearsal changes nothing."""
        raise RootKeyError("ein Schlüssel aus Anteilen wird nur gelesen")

    def destroy(self, version: int) -> None:
        """Raises RootKeyError: a rehearsal changes nothing."""
        raise RootKeyError("ein Schlüssel aus Anteilen wird nur gelesen")

    def _read(self) -> dict[int, bytes]:
        return dict(self._given)


def parse_keys(text: bytes, *, what: str) -> dict[int, bytes]:
    """Keys as `version:base64`, one a word; raises RootKeyError that names `what` and quotes nothing."""
    keys: dict[int, bytes] = {}
    for word in text.split():
        number, _, encoded = word.partition(b":")
        key = decoded(encoded)
        if not number.isdigit() or not 0 < int(number) <= LARGEST_VERSION or len(key) != cipher.KEY_BYTES:
            raise RootKeyError(f"{what} ist beschädigt: bitte aus der verwahrten Kopie wiederherstellen")
        keys[int(number)] = key
    if not keys:
        raise RootKeyError(f"{what} ist leer: bitte aus der verwahrten Kopie wiederherstellen")
    return keys


def written_keys(keys: Mapping[int, bytes]) -> str:
    """Keys as `parse_keys` reads them, a line each."""
    return "".join(f"{number}:{base64.b64encode(keys[number]).decode()}\n" for number in sorted(keys))


def decoded(encoded: bytes) -> bytes:
    """What base64 says; no bytes when it is none, without a word of what was there."""
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""


def read_private(path: Path, *, what: str, way_out: str) -> bytes:
    """The bytes of a file that only its owner can touch; raises RootKeyError that names `what`."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        content = path.read_bytes()
    except FileNotFoundError:
        raise RootKeyError(f"{what} fehlt: {way_out}") from None
    except OSError:
        raise RootKeyError(f"{what} ist nicht lesbar: bitte Eigentümer und Ordner prüfen") from None
    if mode & 0o077:
        raise RootKeyError(f"andere dürfen an {what}: bitte die Rechte auf 0400 setzen")
    return content


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, mode 0400, so that a crash leaves the old or the new one."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
