"""A file on its way lies on no disk in the clear, and never wholly in memory."""

from __future__ import annotations

import errno
import io
import os
import tempfile
import tracemalloc
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from app.data.spool import PIECE, SealedSpool
from app.errors import StorageFull


def _on_disk(folder: Path) -> list[bytes]:
    """What this process holds open below `folder`, by what the disk has of it: named or not."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith(str(folder)):
            found.append(link.read_bytes())
    return found


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 77])
def test_what_was_written_is_read_from_anywhere(tmp_path: Path, size: int) -> None:
    content, plain = os.urandom(size), io.BytesIO()
    with SealedSpool(tmp_path) as spool:
        for start in range(0, size, 60_000):
            spool.write(content[start : start + 60_000])
        plain.write(content)
        for offset, whence in ((0, 0), (size // 2, 0), (-min(size, 40), 2), (0, 2), (max(0, PIECE - 3), 0)):
            assert spool.seek(offset, whence) == plain.seek(offset, whence)
            assert spool.read(100) == plain.read(100)
            assert spool.tell() == plain.tell()
        spool.seek(0)
        assert spool.read() == content
        assert spool.read() == b""


def test_beyond_a_piece_the_disk_has_noise_and_no_name(tmp_path: Path) -> None:
    with SealedSpool(tmp_path) as spool:
        spool.write(b"Kanarienzeugnis " * 16)
        assert _on_disk(tmp_path) == []
        spool.write(b"Kanarienzeugnis " * 100_000)
        (lying,) = _on_disk(tmp_path)
        assert len(lying) > 1_000_000
        assert b"Kanarienzeugnis" not in lying
        assert list(tmp_path.iterdir()) == []
        assert "Kanarien" not in repr(spool)
    assert _on_disk(tmp_path) == []


def test_no_two_spools_share_a_key(tmp_path: Path) -> None:
    with SealedSpool(tmp_path) as one, SealedSpool(tmp_path) as other:
        for spool in (one, other):
            spool.write(bytes(2 * PIECE))
        first, second = _on_disk(tmp_path)
        assert first != second


def test_it_takes_bytes_at_its_end_alone_and_forgets_when_it_is_closed(tmp_path: Path) -> None:
    spool = SealedSpool(tmp_path)
    spool.write(b"one")
    spool.seek(0)
    with pytest.raises(io.UnsupportedOperation):
        spool.write(b"two")
    spool.close()
    assert spool._rest == bytearray()


def test_25_megabytes_pass_through_a_few_pieces(tmp_path: Path) -> None:
    tracemalloc.start()
    with SealedSpool(tmp_path) as spool:
        for number in range(400):
            spool.write(bytes([number % 251]) * 65_536)
        spool.seek(0)
        buffered = io.BufferedReader(cast(io.RawIOBase, spool))
        read = sum(len(part) for part in iter(lambda: cast(BinaryIO, buffered).read(100_000), b""))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == 400 * 65_536
    assert peak < 2 * 1024 * 1024


def test_a_full_disk_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with SealedSpool(tmp_path) as spool, pytest.raises(StorageFull):
        spool.write(bytes(PIECE + 1))
