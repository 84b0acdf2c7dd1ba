"""The extract with the family's files as one ZIP, made while it is sent: nothing of it lies anywhere in plain."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

Chunks = Iterable[bytes]


class _Outgoing:
    """Where the archive is written to: what was written is taken away at once and sent."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._sent = 0

    def write(self, data: bytes, /) -> int:
        """Take what the archive says next."""
        self._parts.append(bytes(data))
        self._sent += len(data)
        return len(data)

    def tell(self) -> int:
        """How much was written so far, in bytes."""
        return self._sent

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zipped(entries: Iterable[tuple[str, Chunks]]) -> Iterator[bytes]:
    """A ZIP of these (name, chunks), in pieces; of each entry no more than a chunk is in memory."""
    out = _Outgoing()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, chunks in entries:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                for chunk in chunks:
                    entry.write(chunk)
                    yield out.taken()
            yield out.taken()
    yield out.taken()
