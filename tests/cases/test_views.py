"""Opening a case on the page, and a file's pages by role."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.data import records
from app.data.audit import Action, AuditEntry
from app.data.database import session
from cases.models import Case
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet
from cases.states import CaseState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.plugins.trail import entries

SignIn = Callable[[str], FlaskClient]
TYPED = {
    "q": "Haile",
    "family_name": "Haile",
    "phone": "0176 12345678",
    "children-0-given_names": "Sara",
    "children-0-born": "2012",
    "children-1-given_names": "Noah",
    "children-1-born": "3.2016",
    "guardians-0-kind": "legal_guardian",
    "guardians-0-name": "Vera Vormund",
    "guardians-0-institution": "Jugendamt Düsseldorf",
    "language": "ti",
    "district": "8",
    "advisor": "",
    "do": "save",
}


def test_a_family_with_two_children_is_opened_on_one_page(world: World, sign_in: SignIn) -> None:
    answer = sign_in("reception").post("/faelle/neu", data=TYPED)
    case = session().scalars(select(Case)).one()
    assert (answer.status_code, urlsplit(answer.location).path) == (303, f"/faelle/{case.id}")
    reader = world.ki.id
    family = records.get(FamilySheet, case.id, reader=reader).sheet
    assert (family.phone, family.language, family.district) == ("+4917612345678", "ti", 8)
    children = records.of_case(ChildSheet, case.id, reader=reader).values()
    assert [(stored.sheet.given_names, stored.sheet.born) for stored in children] == [
        ("Sara", "2012"),
        ("Noah", "2016-03"),
    ]
    guardian = next(iter(records.of_case(GuardianSheet, case.id, reader=reader).values())).sheet
    assert (guardian.kind, guardian.institution) == ("legal_guardian", "Jugendamt Düsseldorf")


def test_no_more_than_six_fields_must_be_filled_for_two_children(sign_in: SignIn) -> None:
    reception = sign_in("reception")
    page = reception.post("/faelle/neu", data={**TYPED, "do": "children+"}).text
    required = re.findall(r"<(?:input|select)[^>]*\brequired\b[^>]*>", page)
    assert len([tag for tag in required if "children-2" not in tag]) == 5


@pytest.mark.parametrize(
    ("field", "typed", "advice"),
    [
        ("children-1-born", "2031", "liegt in der Zukunft"),
        ("children-1-born", "1986", "Aufgenommen werden Kinder und Jugendliche"),
        ("children-1-born", "31.02.2014", "Bitte schreiben Sie das Datum so"),
        ("phone", "0176 12", "Bitte schreiben Sie sie mit Vorwahl"),
        ("email", "haile(at)web", "Sie sieht so aus: name@beispiel.de"),
        ("family_name", "", "Bitte füllen Sie dieses Feld aus"),
    ],
)
def test_bad_input_says_what_to_do_and_loses_nothing(sign_in: SignIn, field: str, typed: str, advice: str) -> None:
    answer = sign_in("reception").post("/faelle/neu", data={**TYPED, field: typed})
    assert answer.status_code == 422
    assert advice in answer.text
    assert session().scalars(select(Case)).all() == []
    kept = {**TYPED, field: typed}
    for name in ("family_name", "phone", "children-0-given_names", "children-1-born", "guardians-0-institution"):
        assert f'value="{kept[name]}"' in answer.text or kept[name] == ""


def test_rows_come_and_go_without_a_script(sign_in: SignIn) -> None:
    reception = sign_in("reception")
    more = reception.post("/faelle/neu", data={**TYPED, "do": "children+"}).text
    assert 'name="children-2-given_names"' in more and 'value="Noah"' in more
    fewer = reception.post("/faelle/neu", data={**TYPED, "do": "children-0"}).text
    assert 'value="Sara"' not in fewer and 'value="Noah"' in fewer


def test_a_likely_double_is_shown_before_a_second_file_is_made(open_case: OpenCase, sign_in: SignIn) -> None:
    known = open_case(
        family=family_sheet("Хайле", phone=""), children=[ChildSheet(given_names="Sara", born="2012-03-01")]
    )
    reception = sign_in("reception")
    asked = reception.post("/faelle/neu", data=TYPED)
    assert asked.status_code == 409
    assert known.reference in asked.text and 'value="Noah"' in asked.text
    assert reception.post("/faelle/neu", data={**TYPED, "confirmed": "others"}).status_code == 409, "nobody looked"
    seen = {**TYPED, "confirmed": "others", "seen": str(known.id)}
    assert reception.post("/faelle/neu", data=seen).status_code == 303


def test_a_file_opens_for_those_who_work_with_it_and_is_traced(
    world: World, open_case: OpenCase, sign_in: SignIn
) -> None:
    case = open_case(advisor="advisor")
    opened = {who: sign_in(who).get(f"/faelle/{case.id}").status_code for who in world.users}
    assert opened == {
        **dict.fromkeys(("reception", "advisor", "lead"), 200),
        **dict.fromkeys(("colleague", "manager", "kim_lead", "welfare_manager"), 404),
        **dict.fromkeys(("admin", "officer"), 403),
    }
    reads = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.READ)).all()
    assert {read.actor_id for read in reads} == {world.users[who] for who in ("reception", "advisor", "lead")}


def test_the_list_is_in_the_trail_with_the_cases_it_showed(open_case: OpenCase, sign_in: SignIn) -> None:
    case_id = open_case(advisor="advisor").id
    assert sign_in("advisor").get("/faelle").status_code == 200
    (noted,) = entries(kind="case_list")
    assert noted.action is Action.READ and str(case_id) in noted.facts


def test_a_case_manager_reads_an_accepted_case_and_changes_nothing_in_it(
    open_case: OpenCase, sign_in: SignIn, hand_over: Callable[[Case, str], None]
) -> None:
    case = open_case(advisor="advisor")
    hand_over(case, "manager")
    manager, block = sign_in("manager"), f"/faelle/{case.id}/erfassung/kontakt"
    assert "Daryna" in manager.get(f"/faelle/{case.id}").text
    assert "aber nicht ändern" in manager.get(block).text
    assert manager.post(block, data={"family_name": "Anders", "version": "1"}).status_code in (404, 422)
    found = [manager.get("/faelle"), manager.post("/suche", data={"q": "Kovalenko"})]
    assert all("Kovalenko" in page.text for page in found)


def test_reception_sees_no_health(open_case: OpenCase, sign_in: SignIn) -> None:
    case = open_case()
    path = f"/faelle/{case.id}/kinder/{case.children[0].id}/gesundheit"
    reception = sign_in("reception")
    assert "Gesundheit" not in reception.get(f"/faelle/{case.id}/erfassung").text
    assert reception.get(path).status_code == 404
    assert sign_in("advisor").get(path).status_code == 200


def test_a_child_of_another_case_is_not_found_under_this_one(open_case: OpenCase, sign_in: SignIn) -> None:
    one, other = open_case(), open_case()
    assert sign_in("advisor").get(f"/faelle/{one.id}/kinder/{other.children[0].id}/person").status_code == 404


def test_a_case_is_assigned_shared_and_closed_on_its_own_page(
    world: World, open_case: OpenCase, sign_in: SignIn
) -> None:
    case, lead = open_case(), sign_in("lead")
    lead.post(f"/faelle/{case.id}/beratung", data={"advisor-person": str(world.users["advisor"])})
    lead.post(f"/faelle/{case.id}/vertretung", data={"deputy-person": str(world.users["colleague"])})
    page = lead.get(f"/faelle/{case.id}/verwaltung").text
    assert "Karl Kollege" in page and "Beenden" in page
    assert lead.post(f"/faelle/{case.id}/abschluss", data={}).status_code == 422
    lead.post(f"/faelle/{case.id}/abschluss", data={"reason": "unreachable"})
    session().expire_all()
    stored = session().scalars(select(Case)).one()
    assert (stored.advisor_id, stored.state) == (world.users["advisor"], CaseState.CLOSED)
