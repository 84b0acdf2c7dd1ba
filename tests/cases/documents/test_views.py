"""The checklist on its page: sentences for what went wrong, files handed out safely, letters in two languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import UserSession
from app.data.database import session
from cases.documents import queries
from cases.models import Attachment
from tests.plugins.acceptance import HandOver
from tests.plugins.families import OpenCase

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 20


def _first_paper(client: FlaskClient, case_id: UUID) -> UUID:
    assert client.get(f"/faelle/{case_id}/unterlagen").status_code == 200
    return queries.documents_of(case_id)[0].id


def _upload(client: FlaskClient, case_id: UUID, document_id: UUID, *files: tuple[bytes, str]):  # type: ignore[no-untyped-def]
    data = {"files": [(BytesIO(content), name) for content, name in files]}
    url = f"/faelle/{case_id}/unterlagen/{document_id}/dateien"
    return client.post(url, data=data, content_type="multipart/form-data")


def test_good_files_are_kept_and_bad_ones_named(open_case: OpenCase, sign_in: Callable[[str], FlaskClient]) -> None:
    case_id, client = open_case().id, sign_in("reception")
    answer = _upload(client, case_id, _first_paper(client, case_id), (PNG, "pass.png"), (b"MZ\x90", "pass.pdf.exe"))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "pass.pdf.exe" in page
    assert "Diese Art von Datei nehmen wir nicht an" in page
    (attachment,) = session().query(Attachment).all()
    assert attachment.media_type == "image/png"


def test_a_full_disk_is_said_in_a_sentence(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, client = open_case().id, sign_in("reception")
    document_id = _first_paper(client, case_id)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.data.files.os.fsync", full)
    answer = _upload(client, case_id, document_id, (PNG, "pass.png"))
    assert answer.status_code == 503
    assert "Der Speicher ist voll: Diese Datei ist nicht gespeichert" in answer.get_data(as_text=True)


def test_a_file_that_is_far_too_large_is_refused_in_german(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, client = open_case().id, sign_in("reception")
    answer = _upload(client, case_id, _first_paper(client, case_id), (b"%PDF-" + bytes(27 * 1024 * 1024), "x.pdf"))
    assert answer.status_code == 413
    assert "Diese Datei ist zu groß" in answer.get_data(as_text=True)


def test_a_download_is_an_attachment_with_the_ending_of_its_content(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient], hand_over: HandOver
) -> None:
    case, client = open_case(), sign_in("reception")
    case_id = case.id
    _upload(client, case_id, _first_paper(client, case_id), (PNG, "böse.html"))
    attachment_id = session().query(Attachment).one().id
    answer = client.get(f"/faelle/{case_id}/unterlagen/dateien/{attachment_id}")
    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert ".html" not in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    other = open_case().id
    assert client.get(f"/faelle/{other}/unterlagen/dateien/{attachment_id}").status_code == 404
    assert sign_in("manager").get(f"/faelle/{case_id}/unterlagen").status_code == 404


def test_files_come_whole_in_the_minute_that_notes_somebody_is_there(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    """The note is sent once the answer is made and before its pieces are read."""
    case_id, client = open_case(advisor="advisor").id, sign_in("advisor")
    _upload(client, case_id, _first_paper(client, case_id), (PNG, "scan.png"))
    attachment_id = session().query(Attachment).one().id
    for wanted, data in (
        (f"unterlagen/dateien/{attachment_id}", None),
        ("rechte/auskunft", {"form": "zip", "alles": "ja"}),
    ):
        clock.start_at(clock.now() + timedelta(minutes=2))
        url = f"/faelle/{case_id}/{wanted}"
        answer = client.get(url) if data is None else client.post(url, data=data)
        assert answer.status_code == 200
        seen = session().query(UserSession.last_seen_at).order_by(UserSession.last_seen_at.desc()).first()
        assert seen is not None and clock.now() - seen[0] < timedelta(minutes=1)
        if data is None:
            assert answer.data == PNG
        else:
            with ZipFile(BytesIO(answer.data)) as archive:
                assert archive.read("dateien/01.png") == PNG


def test_one_click_moves_a_paper_and_nonsense_does_not(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, client = open_case().id, sign_in("reception")
    document_id = _first_paper(client, case_id)
    url = f"/faelle/{case_id}/unterlagen/{document_id}/stand"
    assert client.post(url, data={"state": "received"}).status_code == 303
    assert client.post(url, data={"state": "burnt"}).status_code == 400
    page = client.get(f"/faelle/{case_id}/unterlagen").get_data(as_text=True)
    assert "0 von 7 nötigen Unterlagen sind geprüft" in page


def test_preview_and_letter_show_the_german_beside(open_case: OpenCase, sign_in: Callable[[str], FlaskClient]) -> None:
    case_id, client = open_case().id, sign_in("reception")
    _first_paper(client, case_id)
    preview = client.get(f"/faelle/{case_id}/unterlagen/anfordern").get_data(as_text=True)
    assert "Dasselbe auf Deutsch" in preview
    assert "Noch keine Einwilligung für E-Mails" in preview
    letter = client.get(f"/faelle/{case_id}/unterlagen/brief/ar")
    assert 'dir="rtl"' in letter.get_data(as_text=True)
    assert client.get(f"/faelle/{case_id}/unterlagen/brief/xx").status_code == 404
