"""Files and the virus scanner: nothing infected is kept, nothing unchecked is handed out, and both are said plainly."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.data import scanning
from app.data.audit import Action
from app.data.database import session
from app.data.scanning import Scanner, ScanState
from app.errors import Invalid
from cases.documents import checking, queries, services
from cases.documents.file_types import LARGEST
from cases.models import Attachment
from cases.rights import exporting
from cases.states import DocumentState
from config import Config
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries
from tests.servers.clamd import EICAR, FakeClamd
from tests.servers.processes import remove_folder, short_folder
from workers.doctor import Level, _scanner
from workers.periodic import PERIODIC

PDF = b"%PDF-1.7\n"
BAD = PDF + EICAR


@pytest.fixture
def clamd(app: Flask) -> Iterator[FakeClamd]:
    """The scanner of this installation."""
    folder = short_folder("einstieg-clamd")
    server = FakeClamd(folder / "clamd.ctl")
    server.start()
    app.extensions["scanner"] = Scanner(server.address, seconds=10)
    yield server
    server.stop()
    remove_folder(folder)


@pytest.fixture
def paper(world: World, open_case: OpenCase) -> tuple[UUID, UUID]:
    """A case and its first paper."""
    case_id = open_case().id
    return case_id, services.start_checklist(world.actor("advisor"), case_id=case_id)[0].id


def _attach(world: World, document_id: UUID, content: bytes) -> UUID:
    advisor = world.actor("advisor")
    return services.attach(advisor, document_id=document_id, name="pass.pdf", source=BytesIO(content)).id


def _attachment(attachment_id: UUID) -> Attachment:
    session().rollback()
    return session().get_one(Attachment, attachment_id, populate_existing=True)


def _page(client: FlaskClient, case_id: UUID, rest: str = "") -> str:
    return client.get(f"/faelle/{case_id}/unterlagen{rest}").get_data(as_text=True)


def test_a_virus_is_refused_in_a_sentence_with_an_entry_in_the_trail_and_nothing_is_kept(
    clamd: FakeClamd, config: Config, paper: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, document_id = paper
    client = sign_in("reception")
    url = f"/faelle/{case_id}/unterlagen/{document_id}/dateien"
    answer = client.post(url, data={"files": [(BytesIO(BAD), "pass.pdf"), (BytesIO(PDF), "gut.pdf")]})
    assert answer.status_code == 422
    assert "In dieser Datei steckt ein Virus. Sie ist nicht gespeichert." in answer.get_data(as_text=True)
    kept = session().query(Attachment).one()
    assert kept.scan is ScanState.CLEAN
    assert [path.name for path in config.files_folder.iterdir()] == [kept.id.hex]
    (entry,) = entries(kind="attachment", action=Action.REFUSED)
    assert (entry.subject_id, entry.case_id) == (document_id, case_id)
    assert "virus" in entry.facts
    assert clamd.scanned == [len(BAD), len(PDF)]


@pytest.mark.parametrize("trouble", ["gone", "silent", "garbage", "error"])
def test_without_an_answer_a_file_is_kept_sealed_locked_and_checked_later(
    app: Flask,
    clamd: FakeClamd,
    world: World,
    paper: tuple[UUID, UUID],
    sign_in: Callable[[str], FlaskClient],
    trouble: str,
) -> None:
    case_id, document_id = paper
    clamd.behaviour, patient = trouble, app.extensions["scanner"]
    if trouble == "silent":
        app.extensions["scanner"] = Scanner(clamd.address, seconds=0.2)
    if trouble == "gone":
        clamd.stop()
    attachment_id = _attach(world, document_id, PDF)
    assert _attachment(attachment_id).scan is ScanState.UNCHECKED
    client, file_url = sign_in("advisor"), f"/dateien/{attachment_id}"
    page = _page(client, case_id)
    assert "Nicht auf Viren geprüft, darum gesperrt" in page
    assert f'unterlagen{file_url}"' not in page
    refused = client.get(f"/faelle/{case_id}/unterlagen{file_url}")
    assert refused.status_code == 422
    assert PDF not in refused.data
    assert "noch nicht auf Viren geprüft" in refused.get_data(as_text=True)
    with pytest.raises(Invalid):
        services.open_attachment(world.actor("advisor"), attachment_id=attachment_id)
    assert checking.check_waiting() == 0
    answer = client.post(f"/faelle/{case_id}/unterlagen{file_url}/pruefen", follow_redirects=True)
    assert "Der Virenscanner antwortet gerade nicht" in answer.get_data(as_text=True)
    clamd.behaviour, app.extensions["scanner"] = "well", patient
    if trouble == "gone":
        clamd.start()
    assert checking.check_waiting() == 1
    assert _attachment(attachment_id).scan is ScanState.CLEAN
    assert client.get(f"/faelle/{case_id}/unterlagen{file_url}").data == PDF
    assert checking.check_waiting() == 0


def test_a_virus_found_later_deletes_the_file_and_asks_for_the_paper_again(
    clamd: FakeClamd,
    world: World,
    config: Config,
    paper: tuple[UUID, UUID],
    sign_in: Callable[[str], FlaskClient],
) -> None:
    case_id, document_id = paper
    clamd.stop()
    attachment_id = _attach(world, document_id, BAD)
    assert queries.documents_of(case_id)[0].state is DocumentState.RECEIVED
    clamd.start()
    client = sign_in("advisor")
    answer = client.post(f"/faelle/{case_id}/unterlagen/dateien/{attachment_id}/pruefen", follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "In der Datei steckt ein Virus. Sie ist gelöscht" in page
    assert "Virus gefunden, Datei gelöscht" in page
    assert list(config.files_folder.iterdir()) == []
    assert _attachment(attachment_id).scan is ScanState.INFECTED
    assert queries.documents_of(case_id)[0].state is DocumentState.REQUESTED
    assert client.get(f"/faelle/{case_id}/unterlagen/dateien/{attachment_id}").status_code == 422
    services.remove_attachment(world.actor("advisor"), attachment_id=attachment_id)


def test_files_from_before_the_scanner_are_locked_until_it_has_seen_them(
    app: Flask, world: World, paper: tuple[UUID, UUID]
) -> None:
    _, document_id = paper
    attachment_id = _attach(world, document_id, PDF)
    attachment = _attachment(attachment_id)
    assert attachment.scan is ScanState.UNCHECKED
    assert not checking.is_held_back(attachment), "without a scanner files are handed out as ever"
    app.extensions["scanner"] = Scanner("unix:/nowhere/clamd.ctl", seconds=0.1)
    assert checking.is_held_back(attachment)
    assert not checking.is_held_back(Attachment(scan=ScanState.CLEAN))


def test_one_file_that_does_not_open_stops_no_other(
    clamd: FakeClamd, world: World, config: Config, paper: tuple[UUID, UUID]
) -> None:
    _, document_id = paper
    clamd.stop()
    broken, good = _attach(world, document_id, PDF), _attach(world, document_id, PDF)
    (config.files_folder / broken.hex).write_bytes(b"EIF1\0\1")
    clamd.start()
    assert checking.check_waiting() == 1
    assert _attachment(good).scan is ScanState.CLEAN
    assert _attachment(broken).scan is ScanState.UNCHECKED


def test_the_largest_file_reaches_the_scanner_in_pieces(
    clamd: FakeClamd, world: World, app: Flask, paper: tuple[UUID, UUID]
) -> None:
    app.extensions["scanner"] = Scanner(clamd.address)
    attachment_id = _attach(world, paper[1], PDF + bytes(LARGEST - len(PDF)))
    assert _attachment(attachment_id).scan is ScanState.CLEAN
    assert clamd.scanned == [LARGEST]
    assert clamd.largest_piece <= scanning.PIECE


def test_the_doctor_and_the_worker_know_of_the_scanner(clamd: FakeClamd, config: Config) -> None:
    assert any(one.work is checking.check_waiting for one in PERIODIC)
    assert "keiner eingerichtet (EINSTIEG_CLAMD)" in _scanner(config).sentence
    with_scanner = replace(config, clamd=clamd.address)
    assert _scanner(with_scanner).level is Level.OK
    clamd.stop()
    finding = _scanner(with_scanner)
    assert finding.level is Level.FAIL
    assert "bleiben gesperrt" in finding.sentence


def test_a_scan_of_a_foreign_file_is_not_there_for_anybody_else(
    clamd: FakeClamd, world: World, paper: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, document_id = paper
    attachment_id = _attach(world, document_id, PDF)
    url = f"/faelle/{case_id}/unterlagen/dateien/{attachment_id}/pruefen"
    assert sign_in("manager").post(url).status_code == 404


def test_an_extract_brings_what_the_scanner_let_through_and_says_that_a_file_is_missing(
    app: Flask, world: World, clamd: FakeClamd, paper: tuple[UUID, UUID]
) -> None:
    case_id, document_id = paper
    _attach(world, document_id, PDF)
    clamd.behaviour = "error"
    _attach(world, document_id, PDF + b"unseen")
    pieces = b"".join(exporting.extract_zip(world.actor("advisor"), case_id=case_id))
    with zipfile.ZipFile(BytesIO(pieces)) as archive:
        assert archive.namelist()[2:] == ["dateien/01.pdf", "dateien/fehlende.txt"]
        assert archive.read("dateien/01.pdf") == PDF
        assert "Nicht dabei: 1." in archive.read("dateien/fehlende.txt").decode()
