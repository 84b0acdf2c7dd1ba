"""Sealed files: large ones never wholly in memory, and no cut, swap or repetition goes unnoticed."""

from __future__ import annotations

import errno
import io
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from app.data import files
from app.data.base import new_id
from app.data.files import CHUNK
from app.data.records import Scope, keyring
from app.errors import KeyMissing, NotFound, StorageFull, Tampered
from tests.plugins.application import World

Parts = list[bytes]


@pytest.fixture
def scope(world: World) -> Scope:
    """A case of the KI with a key."""
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    return Scope(world.ki.id, case_id)


class Endless(io.RawIOBase):
    """A scan of so many bytes that is never wholly in memory, as it comes from a browser."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        """So many bytes that repeat after 251."""
        given = min(size, self.left)
        self.left -= given
        return (bytes(range(251)) * (given // 251 + 1))[:given]


def _write(folder: Path, scope: Scope, content: bytes) -> UUID:
    file_id = new_id()
    assert files.write(folder, file_id, io.BytesIO(content), scope=scope) == len(content)
    return file_id


def _read(folder: Path, file_id: UUID, scope: Scope) -> bytes:
    return b"".join(files.read(folder, file_id, scope=scope, reader=scope.organisation_id))


def _split(path: Path) -> tuple[bytes, Parts]:
    raw = path.read_bytes()
    head, rest, parts = raw[:6], raw[6:], []
    while rest:
        length = 4 + int.from_bytes(rest[:4], "big")
        parts.append(rest[:length])
        rest = rest[length:]
    return head, parts


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_written_is_read_again(tmp_path: Path, scope: Scope, size: int) -> None:
    content = os.urandom(size)
    file_id = _write(tmp_path, scope, content)
    assert _read(tmp_path, file_id, scope) == content
    assert content[:64] not in (tmp_path / file_id.hex).read_bytes() or size == 0 or size == 1


def test_25_megabytes_pass_through_a_few(tmp_path: Path, scope: Scope) -> None:
    file_id, size = new_id(), 25 * 1024 * 1024
    tracemalloc.start()
    assert files.write(tmp_path, file_id, Endless(size), scope=scope) == size  # type: ignore[arg-type]
    read = sum(len(chunk) for chunk in files.read(tmp_path, file_id, scope=scope, reader=scope.organisation_id))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == size
    assert peak < 9 * CHUNK


def _repeat(parts: Parts) -> Parts:
    return [parts[0], parts[0], *parts[1:]]


DAMAGE: dict[str, Callable[[Parts], Parts]] = {
    "two chunks swapped": lambda parts: [parts[1], parts[0], parts[2]],
    "a chunk cut out": lambda parts: [parts[0], parts[2]],
    "the first cut off": lambda parts: parts[1:],
    "the last cut off": lambda parts: parts[:-1],
    "all cut off": lambda parts: [],
    "a chunk twice": _repeat,
    "the last twice": lambda parts: [*parts, parts[-1]],
    "half a chunk": lambda parts: [*parts[:-1], parts[-1][: len(parts[-1]) // 2]],
    "half a length": lambda parts: [*parts[:-1], parts[-1][:2]],
    "a length alone": lambda parts: [*parts[:-1], parts[-1][:4]],
    "an impossible length": lambda parts: [*parts, b"\xff\xff\xff\xff"],
    "bytes added": lambda parts: [*parts, b"\0"],
    "a bit turned": lambda parts: [*parts[:-1], parts[-1][:-1] + bytes([parts[-1][-1] ^ 1])],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found(tmp_path: Path, scope: Scope, damage: str) -> None:
    file_id = _write(tmp_path, scope, os.urandom(2 * CHUNK + 100))
    path = tmp_path / file_id.hex
    head, parts = _split(path)
    assert len(parts) == 3
    path.write_bytes(head + b"".join(DAMAGE[damage](parts)))
    with pytest.raises(Tampered):
        _read(tmp_path, file_id, scope)


@pytest.mark.parametrize("head", [b"", b"EIF", b"EIF1", b"EIF1\0", b"XXXX\0\1"])
def test_a_file_with_another_head_is_found(tmp_path: Path, scope: Scope, head: bytes) -> None:
    file_id = _write(tmp_path, scope, b"scan")
    _, parts = _split(tmp_path / file_id.hex)
    (tmp_path / file_id.hex).write_bytes(head + (b"".join(parts) if len(head) == 6 else b""))
    with pytest.raises(Tampered):
        _read(tmp_path, file_id, scope)


def test_a_file_does_not_open_under_another_id_or_in_another_case(tmp_path: Path, scope: Scope, world: World) -> None:
    one, other = _write(tmp_path, scope, b"scan one"), _write(tmp_path, scope, b"scan two")
    (tmp_path / one.hex).replace(tmp_path / other.hex)
    with pytest.raises(Tampered):
        _read(tmp_path, other, scope)
    elsewhere = Scope(world.ki.id, new_id())
    keyring().create_key(elsewhere.key_id, world.ki.id)
    with pytest.raises(Tampered):
        _read(tmp_path, other, elsewhere)


def test_a_chunk_of_another_file_of_the_case_is_found(tmp_path: Path, scope: Scope) -> None:
    one, other = (_write(tmp_path, scope, os.urandom(CHUNK + 5)) for _ in range(2))
    head, parts = _split(tmp_path / one.hex)
    _, foreign = _split(tmp_path / other.hex)
    (tmp_path / one.hex).write_bytes(head + foreign[0] + parts[1])
    with pytest.raises(Tampered):
        _read(tmp_path, one, scope)


def test_whoever_holds_no_key_reads_no_file(tmp_path: Path, scope: Scope, world: World) -> None:
    file_id = _write(tmp_path, scope, b"scan")
    with pytest.raises(KeyMissing):
        list(files.read(tmp_path, file_id, scope=scope, reader=world.kim.id))
    with pytest.raises(NotFound):
        list(files.read(tmp_path, new_id(), scope=scope, reader=world.ki.id))


def test_a_full_disk_leaves_the_former_file_and_no_rest(
    tmp_path: Path, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = _write(tmp_path, scope, b"former")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        files.write(tmp_path, file_id, io.BytesIO(b"newer"), scope=scope)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file_id.hex]
    assert _read(tmp_path, file_id, scope) == b"former"


def test_an_upload_that_breaks_off_leaves_no_rest(tmp_path: Path, scope: Scope) -> None:
    class Breaking(Endless):
        def read(self, size: int = -1) -> bytes:
            if self.left < CHUNK:
                raise ConnectionError("the browser went away")
            return super().read(size)

    folder = tmp_path / "files"
    with pytest.raises(ConnectionError):
        files.write(folder, new_id(), Breaking(3 * CHUNK + 5), scope=scope)  # type: ignore[arg-type]
    assert list(folder.iterdir()) == []


def test_a_file_is_sealed_again_under_the_newest_key_and_the_old_key_no_longer_needed(
    tmp_path: Path, scope: Scope
) -> None:
    content = os.urandom(CHUNK + 5)
    file_id = _write(tmp_path, scope, content)
    keyring().next_generation(scope.key_id, owner=scope.organisation_id, recipients=[])
    files.reseal(tmp_path, file_id, scope=scope)
    assert files.generation(tmp_path, file_id) == 2
    keyring().drop_keys(scope.key_id, below=2)
    assert _read(tmp_path, file_id, scope) == content


def test_removing_a_file_twice_is_fine(tmp_path: Path, scope: Scope) -> None:
    file_id = _write(tmp_path, scope, b"scan")
    files.remove(tmp_path, file_id)
    files.remove(tmp_path, file_id)
    assert files.generation(tmp_path, file_id) is None
