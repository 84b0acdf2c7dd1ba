"""The intake form: part by part, nothing lost between two people, the wait kept right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session
from app.data.records import SealedRecord
from app.errors import Conflict, Invalid, NotFound, VersionConflict
from cases.documents import services as documents
from cases.intake import blocks, progress, services
from cases.intake.blocks import CHILD, FAMILY
from cases.kinds import DocumentKind, TaskKind
from cases.models import Case, Child
from cases.sheets import AttachmentName, CaseSummary, ChildSheet, FamilySheet, GuardianSheet, HealthSheet, TaskText
from cases.tasks.services import add_task
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet

SignIn = Callable[[str], FlaskClient]


def hidden(page: str) -> dict[str, str]:
    """The marks of the sheet's state that a page carries."""
    return {name: re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[0] for name in ("version", "seen")}


def test_a_block_is_saved_by_itself_and_the_next_one_follows(
    world: World, open_case: OpenCase, sign_in: SignIn
) -> None:
    case, advisor = open_case(), sign_in("advisor")
    path = f"/faelle/{case.id}/kinder/{case.children[0].id}"
    marks = hidden(advisor.get(f"{path}/schule").text)
    typed = {
        "school_biography-0-country": "UA",
        "school_biography-0-from_year": "2020",
        "school_years": "5",
        "degree": "",
        "do": "next",
    }
    answer = advisor.post(f"{path}/schule", data={**marks, **typed})
    assert answer.location == f"{path}/koennen"
    sheet = records.get(ChildSheet, case.children[0].id, reader=world.ki.id).sheet
    assert (sheet.school_years, sheet.school_biography[0].country, sheet.born) == (5, "UA", "2014-03-05")


@pytest.mark.parametrize("block", [*FAMILY.values(), *CHILD.values()], ids=lambda block: block.key)
def test_every_field_of_a_block_stands_in_its_sheet(block: blocks.Block) -> None:
    names = [name for name in dir(block.form) if hasattr(getattr(block.form, name), "field_class")]
    assert set(names) - {"version", "seen"} <= set(block.sheet.__struct_fields__)


def test_two_people_in_one_block_see_both_versions(world: World, open_case: OpenCase, sign_in: SignIn) -> None:
    case, first, second = open_case(), sign_in("advisor"), sign_in("lead")
    path = f"/faelle/{case.id}/erfassung/wuensche"
    marks = hidden(first.get(path).text)
    second.post(path, data={**marks, "wishes": "nahe der Wohnung", "do": "save"})
    conflict = first.post(path, data={**marks, "wishes": "Ganztag", "do": "save"})
    assert conflict.status_code == 409
    assert "nahe der Wohnung" in conflict.text and "Ganztag" in conflict.text
    again = first.post(path, data={**hidden(conflict.text), "wishes": "nahe, Ganztag", "do": "save"})
    assert again.status_code == 303
    assert records.get(FamilySheet, case.id, reader=world.ki.id).sheet.wishes == "nahe, Ganztag"


def test_two_people_in_different_blocks_of_a_sheet_do_not_disturb_each_other(
    world: World, open_case: OpenCase, sign_in: SignIn
) -> None:
    case, first, second = open_case(), sign_in("advisor"), sign_in("lead")
    base = f"/faelle/{case.id}/erfassung"
    marks = hidden(first.get(f"{base}/wuensche").text)
    second.post(f"{base}/geschwister", data={**hidden(second.get(f"{base}/geschwister").text), "remarks": "neu"})
    assert first.post(f"{base}/wuensche", data={**marks, "wishes": "Ganztag"}).status_code == 303
    sheet = records.get(FamilySheet, case.id, reader=world.ki.id).sheet
    assert (sheet.remarks, sheet.wishes) == ("neu", "Ganztag")


def test_a_residence_status_needs_its_purpose(world: World, open_case: OpenCase, sign_in: SignIn) -> None:
    case, advisor = open_case(), sign_in("advisor")
    path = f"/faelle/{case.id}/erfassung/aufenthalt"
    marks = hidden(advisor.get(path).text)
    refused = advisor.post(path, data={**marks, "residence_status": "tolerated", "residence_purpose": ""})
    assert refused.status_code == 422 and "wozu Sie den Aufenthaltsstatus brauchen" in refused.text
    advisor.post(path, data={**marks, "residence_status": "", "residence_purpose": "programme"})
    assert records.get(FamilySheet, case.id, reader=world.ki.id).sheet.residence_purpose == ""
    assert "illegal" not in refused.text.lower()


def test_the_wait_follows_birth_date_and_arrival(world: World, open_case: OpenCase) -> None:
    case, actor = open_case(children=[child_sheet(born="")]), world.actor("advisor")
    child_id = case.children[0].id

    def since() -> date | None:
        return session().get_one(Child, child_id, populate_existing=True).waiting_since

    assert since() is None
    services.change_child(actor, case_id=case.id, child_id=child_id, expected=1, changes={"born": "2014"})
    assert since() == date(2026, 10, 1)
    services.change_family(actor, case_id=case.id, expected=1, changes={"arrived_in_town_on": "2026-09-10"})
    assert since() == date(2026, 9, 10)
    assert records.get(CaseSummary, case.id, reader=world.ki.id).sheet.children[0].born == "2014"


def test_an_old_version_or_an_impossible_birth_date_changes_nothing(world: World, open_case: OpenCase) -> None:
    case, actor = open_case(), world.actor("advisor")
    child_id = case.children[0].id
    services.change_child(actor, case_id=case.id, child_id=child_id, expected=1, changes={"gender": "f"})
    with pytest.raises(VersionConflict):
        services.change_child(actor, case_id=case.id, child_id=child_id, expected=1, changes={"gender": "m"})
    with pytest.raises(Invalid):
        services.change_child(actor, case_id=case.id, child_id=child_id, expected=2, changes={"born": "1980"})
    assert records.get(ChildSheet, child_id, reader=world.ki.id).sheet.gender == "f"


def test_health_is_kept_apart_and_from_reception(world: World, open_case: OpenCase) -> None:
    case = open_case()
    told = {"case_id": case.id, "child_id": case.children[0].id, "expected": 0, "changes": {"measles_proof": "missing"}}
    with pytest.raises(NotFound):
        services.change_health(world.actor("reception"), **told)
    assert services.change_health(world.actor("advisor"), **told) == 1
    assert records.get(HealthSheet, case.children[0].id, reader=world.ki.id).sheet.measles_proof == "missing"


def test_children_and_guardians_come_and_go_with_all_they_hold(world: World, open_case: OpenCase) -> None:
    case, actor = open_case(), world.actor("reception")
    added = services.add_child(actor, case_id=case.id, child=child_sheet("Nadia"))
    guardian = services.add_guardian(actor, case_id=case.id, guardian=GuardianSheet(kind="father", name="Ihor"))
    services.remove_child(actor, case_id=case.id, child_id=added)
    services.remove_guardian(actor, case_id=case.id, guardian_id=guardian)
    summary = records.get(CaseSummary, case.id, reader=world.ki.id).sheet
    assert [line.name for line in summary.children] == ["Daryna", "Taras"]
    assert "Ihor" not in summary.other_names
    services.remove_child(actor, case_id=case.id, child_id=case.children[1].id)
    with pytest.raises(Conflict):
        services.remove_child(actor, case_id=case.id, child_id=session().get_one(Case, case.id).children[0].id)


def test_progress_tells_open_begun_and_complete_blocks_apart(world: World, open_case: OpenCase) -> None:
    found = {
        (entry.about, entry.key): entry.state for entry in progress.progress_of(world.actor("advisor"), open_case())
    }
    assert found[("Familie", "kontakt")] == "complete"
    assert found[("Daryna", "person")] == "begun"
    assert found[("Daryna", "gesundheit")] == "open"


def test_a_child_taken_out_leaves_no_scan_and_no_sealed_name_behind(
    app: Flask, world: World, open_case: OpenCase
) -> None:
    case, advisor = open_case(), world.actor("advisor")
    child_id = case.children[1].id
    paper = documents.ask_for(advisor, case_id=case.id, kind=DocumentKind.OTHER, child_id=child_id)
    documents.attach(advisor, document_id=paper.id, name="Pass.pdf", source=BytesIO(b"%PDF-1.7 ein Pass"))
    add_task(advisor, case_id=case.id, child_id=child_id, kind=TaskKind.GENERAL, due_on=clock.today(), text="Anruf")
    services.remove_child(advisor, case_id=case.id, child_id=child_id)
    assert list(app.extensions["config"].files_folder.iterdir()) == []
    kinds = session().scalars(select(SealedRecord.kind).where(SealedRecord.case_id == case.id)).all()
    assert not {AttachmentName.KIND, TaskText.KIND} & set(kinds)
