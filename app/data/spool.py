"""A file while its request runs: in memory up to a piece, beyond that sealed on the disk under a key of its own.

The key is made with the file and never leaves memory, and the file on the disk has no name: when the request ends,
or the machine dies, what lies there is noise.
"""

from __future__ import annotations

import errno
import io
import os
import tempfile
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.data import cipher
from app.errors import StorageFull

PIECE = 256 * 1024


class SealedSpool(io.RawIOBase):
    """Takes bytes at its end and gives them back from anywhere; at most three pieces are in memory at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._gcm = AESGCM(cipher.new_key())
        self._file: IO[bytes] | None = None
        self._sealed = 0
        self._rest = bytearray()
        self._opened: tuple[int, bytes] = (-1, b"")
        self._position = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """Yes, at the end."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte, counted from the beginning, from here or from the end."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def write(self, data: object) -> int:
        """Take `data` at the end; raises StorageFull, or UnsupportedOperation anywhere else."""
        if self._position != self._length:
            raise io.UnsupportedOperation("only at the end")
        added = bytes(data)  # type: ignore[call-overload]
        self._rest += added
        while len(self._rest) > PIECE:
            self._put(bytes(self._rest[:PIECE]))
            del self._rest[:PIECE]
        self._position = self._length
        return len(added)

    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes from here, all of them for None or -1."""
        end = self._length if size is None or size < 0 else min(self._length, self._position + size)
        parts = []
        while self._position < end:
            number, start = divmod(self._position, PIECE)
            part = self._piece(number)[start : start + end - self._position]
            parts.append(part)
            self._position += len(part)
        return b"".join(parts)

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` from here; answers how many bytes."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._rest, self._opened = bytearray(), (-1, b"")
        super().close()

    def __repr__(self) -> str:
        return "<SealedSpool>"

    @property
    def _length(self) -> int:
        return self._sealed * PIECE + len(self._rest)

    def _put(self, piece: bytes) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 (closed in close)
            self._file.seek(0, os.SEEK_END)
            # The key is this file's alone, so the number of the piece is a nonce that never comes twice.
            sealed = memoryview(self._gcm.encrypt(self._sealed.to_bytes(cipher.NONCE, "big"), piece, None))
            while sealed:
                sealed = sealed[self._file.write(sealed) :]
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("disk full") from None
            raise
        self._sealed += 1

    def _piece(self, number: int) -> bytes:
        if number == self._sealed:
            return bytes(self._rest)
        if self._opened[0] != number and self._file is not None:
            self._file.seek(number * (PIECE + cipher.TAG))
            sealed = self._file.read(PIECE + cipher.TAG)
            self._opened = (number, self._gcm.decrypt(number.to_bytes(cipher.NONCE, "big"), sealed, None))
        return self._opened[1]
