"""Sealed files: attachments encrypted in chunks, so that a scan is never wholly in memory.

Layout: 4-byte magic, key generation (2, big-endian), then chunks of length (4, big-endian) and sealed bytes.
Each chunk is bound to its file, its number and whether it is the last: none can be cut, swapped or repeated.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from app.data import cipher
from app.data.records import Scope, keyring
from app.errors import KeyMissing, NotFound, StorageFull, Tampered

MAGIC = b"EIF1"
CHUNK = 256 * 1024
"""Bytes sealed together when a file is written."""

LARGEST_SEALED = 1024 * 1024 + cipher.HEADER + cipher.NONCE + cipher.TAG
"""Bytes of the largest sealed chunk that is read: files of before have chunks of 1 MiB."""


def write(folder: Path, file_id: UUID, source: BinaryIO, *, scope: Scope) -> int:
    """Seal `source` into the file of this id and answer its plain length in bytes; raises StorageFull."""
    key = keyring().open_key(scope.key_id, scope.organisation_id)
    secret = cipher.derive(key.secret, f"file:{file_id}")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, fresh = folder / file_id.hex, folder / f"{file_id.hex}.new"
    try:
        with fresh.open("wb") as out:
            out.write(MAGIC + key.generation.to_bytes(2, "big"))
            length = _write_chunks(out, source, secret, file_id, key.generation)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(target)
        _keep_name(folder)
    except BaseException as error:
        fresh.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("disk full") from None
        raise
    return length


def read(folder: Path, file_id: UUID, *, scope: Scope, reader: UUID) -> Iterator[bytes]:
    """The plain chunks of a file; raises NotFound, KeyMissing, or Tampered before the damaged chunk is given."""
    path = folder / file_id.hex
    if not path.exists():
        raise NotFound("file")
    with path.open("rb") as stored:
        head = stored.read(6)
        if len(head) < 6 or head[:4] != MAGIC:
            raise Tampered("not a sealed file")
        generation = int.from_bytes(head[4:], "big")
        key = keyring().open_keys([scope.key_id], reader).get(scope.key_id, {}).get(generation)
        if key is None:
            raise KeyMissing("no key for this reader")
        secret = cipher.derive(key.secret, f"file:{file_id}")
        yield from _read_chunks(stored, secret, file_id)


def generation(folder: Path, file_id: UUID) -> int | None:
    """The key generation a file is sealed under; None when there is no such file."""
    path = folder / file_id.hex
    if not path.exists():
        return None
    with path.open("rb") as stored:
        return int.from_bytes(stored.read(6)[4:], "big")


def remove(folder: Path, file_id: UUID) -> None:
    """Delete a file; one that is gone already is fine."""
    (folder / file_id.hex).unlink(missing_ok=True)


def reseal(folder: Path, file_id: UUID, *, scope: Scope, source: Scope | None = None) -> None:
    """Seal a file again under the newest key of its scope; `source` is the scope it comes from, if another."""
    origin = source or scope
    stream = _Stream(read(folder, file_id, scope=origin, reader=origin.organisation_id))
    write(folder, file_id, stream, scope=scope)  # type: ignore[arg-type]


class _Stream:
    """Chunks read like a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, _size: int) -> bytes:
        return next(self._chunks, b"")


def _keep_name(folder: Path) -> None:
    """Let the disk have the folder too: a file whose name is lost in a crash would be lost itself."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_chunks(out: BinaryIO, source: BinaryIO, secret: bytes, file_id: UUID, generation: int) -> int:
    length, number = 0, 0
    chunk = source.read(CHUNK)
    while True:
        following = source.read(CHUNK) if chunk else b""
        context = _chunk_context(file_id, number, last=not following)
        sealed = cipher.seal(secret, chunk, context, generation=generation)
        out.write(len(sealed).to_bytes(4, "big") + sealed)
        length += len(chunk)
        if not following:
            return length
        chunk, number = following, number + 1


def _read_chunks(stored: BinaryIO, secret: bytes, file_id: UUID) -> Iterator[bytes]:
    number, size = 0, stored.read(4)
    while size:
        length = int.from_bytes(size, "big")
        if len(size) < 4 or length > LARGEST_SEALED:
            raise Tampered("the file was cut or changed")
        sealed = stored.read(length)
        size = stored.read(4)
        yield cipher.unseal(secret, sealed, _chunk_context(file_id, number, last=not size))
        number += 1
    if number == 0:
        raise Tampered("the file was cut")


def _chunk_context(file_id: UUID, number: int, *, last: bool) -> bytes:
    return cipher.bind("file", file_id.bytes, number, int(last))
