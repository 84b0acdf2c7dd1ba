"""Where the root key comes from: a plug-in of five methods that wraps and unwraps organisation keys."""

from __future__ import annotations

import base64
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from app.data import cipher
from app.errors import EinstiegError

LARGEST_VERSION = 65_535


class KeyFileError(EinstiegError):
    """The key file is missing, readable by others, or broken; the text says what to do."""


class KeyProvider(Protocol):
    """Holds the root key; nothing else ever sees it."""

    def current(self) -> int:
        """The version new wraps use."""
        ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Seal a key under the current root version."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Open a wrapped key; raises Tampered."""
        ...

    def rotate(self) -> int:
        """Make a new root version and answer it."""
        ...

    def destroy(self, version: int) -> None:
        """Forget a root version for ever."""
        ...


def root_version_of(wrapped: bytes) -> int:
    """The root version a wrapped key names."""
    return cipher.generation_of(wrapped)


class KeyFile:
    """The root key in a file of mode 0400: one line a version, `version:base64`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = _read(path)

    def current(self) -> int:
        """The highest version in the file."""
        return max(self._keys)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Seal a key under the newest line of the file."""
        version = self.current()
        return cipher.seal(self._keys[version], key, context, generation=version)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Open with the line the wrap names; raises Tampered or KeyFileError."""
        version = cipher.generation_of(wrapped)
        if version not in self._keys:
            self._keys = _read(self._path)  # another process may have rotated since this one started
        if version not in self._keys:
            raise KeyFileError("the key file lacks the version that this organisation key was wrapped with")
        return cipher.unseal(self._keys[version], wrapped, context)

    def rotate(self) -> int:
        """Append a new line; wraps made before stay readable until `destroy`."""
        with _alone(self._path):
            known = _read(self._path)
            version = max(known) + 1
            _write(self._path, {**known, version: cipher.new_key()})
            self._keys = _read(self._path)
        return version

    def destroy(self, version: int) -> None:
        """Remove a line that is not the newest."""
        with _alone(self._path):
            known = _read(self._path)
            if version == max(known):
                raise KeyFileError("the current root key cannot be destroyed")
            _write(self._path, {number: key for number, key in known.items() if number != version})
            self._keys = _read(self._path)


class NoKeyFile:
    """Stands in while commands run that need no key, such as the one that makes the file."""

    def __init__(self, reason: KeyFileError) -> None:
        self._reason = reason

    def current(self) -> int:
        """Raises the reason."""
        raise self._reason

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Raises the reason."""
        raise self._reason

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Raises the reason."""
        raise self._reason

    def rotate(self) -> int:
        """Raises the reason."""
        raise self._reason

    def destroy(self, version: int) -> None:
        """Raises the reason."""
        raise self._reason


def create_key_file(path: Path) -> None:
    """Make a fresh key file; an existing one is never touched."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, {1: cipher.new_key()})


def _read(path: Path) -> dict[int, bytes]:
    if not path.exists():
        raise KeyFileError("the key file is missing: restore it, or on a new installation run 'flask keys init'")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError("the key file can be read by others: set its mode to 0400")
    keys: dict[int, bytes] = {}
    for line in path.read_bytes().split():
        number, _, encoded = line.partition(b":")
        key = _decoded(encoded)
        if not number.isdigit() or not 0 < int(number) <= LARGEST_VERSION or len(key) != cipher.KEY_BYTES:
            raise KeyFileError("the key file is broken: restore it from the officers' copy")
        keys[int(number)] = key
    if not keys:
        raise KeyFileError("the key file is empty: restore it from the officers' copy")
    return keys


def _decoded(encoded: bytes) -> bytes:
    """The key of a line; no bytes when the line is no base64, without a word of what it says."""
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file meanwhile: two that rotate at once would lose a root key."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(path: Path, keys: dict[int, bytes]) -> None:
    """Replace the file in one step, so that a crash leaves the old or the new one."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w") as file:
        for number in sorted(keys):
            file.write(f"{number}:{base64.b64encode(keys[number]).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
