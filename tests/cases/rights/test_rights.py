"""The tab on rights: papers in every script, requests with their month, corrections with their history."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.audit import Action, AuditEntry
from app.data.database import session
from app.errors import Conflict, Invalid, NotFound
from cases.documents import services as documents
from cases.intake import services as intake
from cases.models import Task
from cases.queries import get_case
from cases.rights import correcting, exporting, hooks, queries, registering
from cases.rights.correcting import Claim
from cases.rights.hooks import Recipient
from cases.rights.kinds import RequestState, RightKind
from cases.rights.rules import due_day
from cases.rights.sheets import Correction, RequestSheet
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet, TaskText
from cases.states import TaskState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet

Enter = Callable[[str], FlaskClient]
NAMES = ("Öztürk-Şahin", "Коваленко", "Їжакевич", "محمد", "گلناز", "Żółć")


def _open(open_case: OpenCase) -> object:
    family = family_sheet(NAMES[0], letter_language="ar", contact_person=NAMES[2])
    children = [child_sheet(NAMES[3], family_name=NAMES[1]), child_sheet(NAMES[4])]
    return open_case(
        advisor="advisor", family=family, children=children, guardians=[GuardianSheet(kind="mother", name=NAMES[5])]
    )


def test_the_pdf_holds_every_name_as_it_is_written_and_its_properties_hold_none(
    world: World, open_case: OpenCase
) -> None:
    case = _open(open_case)
    made = exporting.extract_pdf(world.actor("advisor"), case_id=case.id)  # type: ignore[attr-defined]
    reader = PdfReader(io.BytesIO(made))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert [name for name in NAMES if name not in text] == []
    assert "معلومات" in reader.pages[0].extract_text()
    properties = " ".join(str(value) for value in (reader.metadata or {}).values())
    assert [name for name in NAMES if name in properties] == []
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.EXPORTED)).one()
    assert len(entry.digest) == 64
    assert "children" in msgspec.json.decode(entry.facts)["parts"]


def test_the_zip_brings_the_files_and_names_nobody(world: World, open_case: OpenCase) -> None:
    actor, case = world.actor("advisor"), open_case(advisor="advisor")
    paper = documents.start_checklist(actor, case_id=case.id)[0]
    scan = b"%PDF-1.4\n" + bytes(3_000_000)
    documents.attach(actor, document_id=paper.id, name="Pass Daryna.pdf", source=io.BytesIO(scan))
    pieces = list(exporting.extract_zip(actor, case_id=case.id))
    assert max(map(len, pieces)) < 2_000_000
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.namelist() == ["auskunft.pdf", "auskunft.json", "dateien/01.pdf"]
        assert archive.read("dateien/01.pdf") == scan
        assert "Pass Daryna.pdf" in archive.read("auskunft.json").decode()
    shortened = msgspec.json.decode(exporting.extract_json(actor, case_id=case.id, chosen={"family"}))
    assert [part["key"] for part in shortened["sections"]] == ["family"]
    assert "Kinder" in shortened["left_out"]


def test_what_the_family_gave_goes_along_and_what_we_concluded_stays(world: World, open_case: OpenCase) -> None:
    actor = world.actor("advisor")
    child = child_sheet("=HYPERLINK(1)", recommended_stage="primary", recommendation_reason="unser Schluss")
    case = open_case(advisor="advisor", children=[child])
    told = msgspec.json.decode(exporting.portable_json(actor, case_id=case.id))
    assert told["schema"] == "einstieg-uebertragbarkeit/1"
    assert told["family"]["phone"] == "+4917612345678"
    assert told["children"][0]["born"] == "2014-03-05"
    assert "unser Schluss" not in str(told)
    rows = list(
        csv.reader(io.StringIO(exporting.portable_csv(actor, case_id=case.id).decode("utf-8-sig")), delimiter=";")
    )
    assert rows[1][0] == "'=HYPERLINK(1)"


def test_a_month_is_a_month() -> None:
    assert due_day(date(2026, 11, 22)) == date(2026, 12, 22)
    assert due_day(date(2027, 1, 31)) == date(2027, 2, 28)
    assert due_day(date(2026, 11, 30), is_extended=True) == date(2027, 2, 28)


def test_a_request_has_its_day_its_task_and_one_answer(world: World, open_case: OpenCase) -> None:
    actor, case_id = world.actor("advisor"), open_case(advisor="advisor").id
    sheet = RequestSheet(asked_by="Olena Kovalenko", wish="Alles sehen")
    received = clock.today() - timedelta(days=3)
    made = registering.record_request(actor, case_id=case_id, kind=RightKind.ACCESS, received_on=received, sheet=sheet)
    task = session().get_one(Task, made.task_id)
    assert (task.due_on, task.state) == (due_day(received), TaskState.OPEN)
    registering.extend_request(actor, case_id=case_id, request_id=made.id, because="Sehr viele Unterlagen")
    assert session().get_one(Task, made.task_id).due_on == due_day(received, is_extended=True)
    told = {"case_id": case_id, "request_id": made.id, "on": clock.today()}
    with pytest.raises(Invalid):
        registering.answer_request(actor, state=RequestState.REFUSED, answer="", **told)
    registering.answer_request(actor, state=RequestState.GRANTED, answer="Auszug übergeben", **told)
    assert session().get_one(Task, made.task_id).state is TaskState.DONE
    line = queries.requests_of(actor, get_case(actor, case_id))[0]
    assert (line.sheet.extension, line.sheet.answer) == ("Sehr viele Unterlagen", "Auszug übergeben")
    with pytest.raises(Conflict):
        registering.answer_request(actor, state=RequestState.REFUSED, answer="doch nicht", **told)
    with pytest.raises(NotFound):
        registering.answer_request(world.actor("colleague"), state=RequestState.GRANTED, answer="", **told)


@pytest.fixture
def recipient() -> Recipient:
    """A body that got the data; told of every case while the test runs."""
    found = Recipient("Schulamt Düsseldorf", "Bogen", date(2026, 11, 1), date(2026, 11, 1))
    teller = lambda case: [found]  # noqa: E731
    hooks.tells_recipients(teller)
    yield found
    hooks._recipients.remove(teller)


def test_a_correction_keeps_both_values_and_tells_who_got_the_wrong_one(
    world: World, open_case: OpenCase, recipient: Recipient
) -> None:
    actor, case = world.actor("advisor"), open_case(advisor="advisor")
    child_id = case.children[0].id
    key = f"child.{child_id}.born"
    claim = Claim(asked_by="Olena Kovalenko", reason="Tag und Monat waren vertauscht", evidence="Reisepass")
    correcting.correct(actor, case_id=case.id, key=key, value="2014-05-03", claim=claim)
    stored = records.get(ChildSheet, child_id, reader=actor.organisation_id)
    assert stored.sheet.born == "2014-05-03"
    changes = {"born": "2014-05-04", "interests": "Schach"}
    intake.change_child(actor, case_id=case.id, child_id=child_id, expected=stored.version, changes=changes)
    lines = queries.history_of(actor, get_case(actor, case.id))
    assert [(line.before, line.after, line.outcome.value) for line in lines] == [
        ("03.05.2014", "04.05.2014", "later"),
        ("05.03.2014", "03.05.2014", "made"),
    ]
    tasks = session().scalars(select(Task).where(Task.case_id == case.id)).all()
    texts = [records.get(TaskText, task.id, reader=actor.organisation_id).sheet.text for task in tasks]
    assert texts == ["Berichtigung mitteilen an Schulamt Düsseldorf: Geburtsdatum (Art. 19 DSGVO)"]
    with pytest.raises(Conflict):
        correcting.correct(actor, case_id=case.id, key=key, value="2014-05-04", claim=claim)


def test_a_refused_correction_changes_nothing_and_is_kept_as_contested(world: World, open_case: OpenCase) -> None:
    actor, case = world.actor("advisor"), open_case(advisor="advisor")
    key = f"family.{case.id}.arrived_in_town_on"
    claim = Claim(asked_by="Olena Kovalenko", reason="Die Meldebescheinigung sagt anderes")
    correcting.refuse(actor, case_id=case.id, key=key, value="2025-01", claim=claim)
    family = records.get(FamilySheet, case.id, reader=actor.organisation_id).sheet
    assert family.arrived_in_town_on == "2026-10-01"
    kept = next(iter(records.of_case(Correction, case.id, reader=actor.organisation_id).values())).sheet
    assert (kept.outcome, kept.before, kept.after) == ("refused", "01.10.2026", "01.2025")
    assert "01.2025" in exporting.extract_json(actor, case_id=case.id).decode()


def test_the_pages_do_it_all(app: Flask, open_case: OpenCase, sign_in: Enter) -> None:
    case = open_case(advisor="advisor")
    url, client = f"/faelle/{case.id}/rechte", sign_in("advisor")
    assert "Auskunft als PDF" in client.get(url).text
    handed = client.post(f"{url}/auskunft", data={"alles": "1", "form": "pdf"})
    assert handed.headers["Content-Disposition"] == "attachment; filename=auskunft.pdf"
    assert handed.data.startswith(b"%PDF")
    assert client.post(f"{url}/auskunft", data={"form": "pdf"}).status_code == 422
    assert "Daryna" in client.get(f"{url}/auskunft").text
    sent = {"kind": "access", "received_on": clock.today().strftime("%d.%m.%Y"), "asked_by": "Olena"}
    assert client.post(f"{url}/antraege/neu", data=sent).status_code == 303
    assert "Auskunft (Art. 15 DSGVO)" in client.get(url).text
    page = f"{url}/berichtigung/child.{case.children[0].id}.given_names"
    form = client.get(page).text
    seen = form.partition('name="neu-seen"')[2].partition('value="')[2].partition('"')[0]
    decision = {"outcome": "made", "asked_by": "Olena", "reason": "verschrieben", "neu-seen": seen}
    assert client.post(page, data={**decision, "neu-given_names": ""}).status_code == 422
    assert client.post(page, data={**decision, "neu-given_names": "Darina"}).status_code == 303
    assert "verschrieben" in client.get(url).text
    for path in ("", "/auskunft", "/antraege/neu", "/berichtigung"):
        assert sign_in("colleague").get(url + path).status_code == 404
        assert sign_in("reception").get(url + path).status_code == 404
