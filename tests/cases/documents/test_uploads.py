"""A scan of 25 MB from the browser to the sealed file and back: a few pieces in memory, nothing readable on disk."""

from __future__ import annotations

import io
import os
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from app.data import files
from app.data.database import session
from app.data.records import keyring
from app.data.spool import SealedSpool
from cases.documents import queries
from cases.models import Attachment
from config import Config
from tests.plugins.families import OpenCase

SIZE = 25 * 1024 * 1024
BLOCK = b"%PDF-1.7" + b"".join(b"Kanarienzeugnis %07d\n" % number for number in range(4096))
MOST = 8 * 1024 * 1024


class Browser(io.RawIOBase):
    """A form with one large file as it arrives, never wholly in memory; what the disk has meanwhile is looked at."""

    boundary = "einstieg0boundary"

    def __init__(self, folder: Path) -> None:
        self._head = (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="files"; filename="zeugnis.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{self.boundary}--\r\n".encode()
        self.size = len(self._head) + SIZE + len(self._tail)
        self._at = 0
        self._folder = folder
        self.seen = 0
        self.readable_on_disk: set[str] = set()

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes, as the test client measures what it sends."""
        return True

    def tell(self) -> int:
        """How far it is."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """To the beginning or the end."""
        self._at = offset + (self.size if whence == 2 else 0)
        return self._at

    def readinto(self, buffer: object) -> int:
        """The next bytes; every megabyte it looks at what this process has on the disk."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._bytes(min(len(view), self.size - self._at))
        view[: len(data)] = data
        if self._at // 1_000_000 != (self._at + len(data)) // 1_000_000:
            self._look()
        self._at += len(data)
        return len(data)

    def _bytes(self, wanted: int) -> bytes:
        place = self._at
        if place < len(self._head):
            return self._head[place : place + wanted]
        place -= len(self._head)
        if place < SIZE:
            return content(place, min(wanted, SIZE - place))
        return self._tail[place - SIZE : place - SIZE + wanted]

    def _look(self) -> None:
        for link in Path("/proc/self/fd").iterdir():
            try:
                target = str(link.readlink())
                if target.startswith((str(self._folder), tempfile.gettempdir())) and ".sqlite" not in target:
                    with link.open("rb") as file:
                        lying = file.read(500_000)
                    self.seen += len(lying)
                    if b"Kanarienzeugnis" in lying:
                        self.readable_on_disk.add(target)
            except OSError:
                continue


def content(start: int, length: int) -> bytes:
    """Bytes of the scan: lines that repeat every 96 KB."""
    parts = []
    while length:
        part = BLOCK[start % len(BLOCK) :][:length]
        parts.append(part)
        start, length = start + len(part), length - len(part)
    return b"".join(parts)


def _paper(client: FlaskClient, case_id: UUID) -> UUID:
    assert client.get(f"/faelle/{case_id}/unterlagen").status_code == 200
    return queries.documents_of(case_id)[0].id


def test_25_megabytes_go_in_out_and_under_a_new_key_in_a_few_pieces(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient], config: Config
) -> None:
    case, client = open_case(), sign_in("reception")
    document_id, scope = _paper(client, case.id), case.scope
    browser = Browser(config.home)
    builder = EnvironBuilder(
        path=f"/faelle/{case.id}/unterlagen/{document_id}/dateien",
        method="POST",
        input_stream=browser,  # type: ignore[arg-type]
        content_type=f"multipart/form-data; boundary={Browser.boundary}",
        content_length=browser.size,
    )
    tracemalloc.start()
    assert client.open(builder).status_code == 303
    _, uploading = tracemalloc.get_traced_memory()
    attachment = session().query(Attachment).one()
    attachment_id = attachment.id
    assert attachment.size == SIZE
    tracemalloc.reset_peak()
    with client.get(f"/faelle/{case.id}/unterlagen/dateien/{attachment_id}", buffered=False) as answer:
        at = 0
        for chunk in answer.iter_encoded():
            assert chunk == content(at, len(chunk))
            at += len(chunk)
    _, downloading = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    keyring().next_generation(case.id, owner=scope.organisation_id, recipients=[])
    files.reseal(config.files_folder, attachment_id, scope=scope)
    _, resealing = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert at == SIZE
    assert files.generation(config.files_folder, attachment_id) == 2
    print(f"peaks: up {uploading >> 10} KiB, down {downloading >> 10} KiB, anew {resealing >> 10} KiB")
    assert max(uploading, downloading, resealing) < MOST
    assert browser.seen > 5_000_000, "nothing on the disk was looked at"
    assert browser.readable_on_disk == set()
    assert list(config.run_folder.glob("tmp*")) == []


def test_a_browser_that_goes_away_leaves_nothing(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient], config: Config
) -> None:
    case, client = open_case(), sign_in("reception")
    document_id = _paper(client, case.id)
    body = io.BytesIO(Browser(config.home).read(3_000_000))
    builder = EnvironBuilder(
        path=f"/faelle/{case.id}/unterlagen/{document_id}/dateien",
        method="POST",
        input_stream=body,
        content_type=f"multipart/form-data; boundary={Browser.boundary}",
        content_length=20_000_000,
    )
    assert client.open(builder).status_code in (400, 422)
    assert session().query(Attachment).count() == 0
    assert list(config.files_folder.iterdir()) == []
    assert [link for link in _open_files() if link.startswith(str(config.run_folder)) and "deleted" in link] == []


def test_a_disk_that_fills_up_while_a_file_arrives_is_said_in_a_sentence(
    open_case: OpenCase,
    sign_in: Callable[[str], FlaskClient],
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, client = open_case(), sign_in("reception")
    document_id = _paper(client, case.id)

    def full(**_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    data = {"files": (io.BytesIO(b"%PDF-1.7" + os.urandom(1_000_000)), "zeugnis.pdf")}
    answer = client.post(f"/faelle/{case.id}/unterlagen/{document_id}/dateien", data=data)
    assert answer.status_code == 503
    assert "Der Speicher ist voll" in answer.get_data(as_text=True)
    assert session().query(Attachment).count() == 0


def test_every_file_of_a_request_is_sealed_while_it_arrives(app: object) -> None:
    with app.test_request_context(  # type: ignore[attr-defined]
        method="POST", data={"one": (io.BytesIO(b"a"), "a.pdf"), "two": (io.BytesIO(b"b"), "b.pdf")}
    ) as context:
        assert [type(file.stream) for file in context.request.files.values()] == [SealedSpool, SealedSpool]


def _open_files() -> list[str]:
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue
    return found
