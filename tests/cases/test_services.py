"""Opening, moving on, sharing and closing a case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import insert, select

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Invalid, NotFound, WrongState
from cases import queries, schooling, services
from cases.child_states import ChildState
from cases.keeping import keep_in_step
from cases.kinds import CloseReason
from cases.models import Case, Child
from cases.policies import CasePermission
from cases.sheets import CaseSummary, ChildSheet, FamilySheet
from cases.states import CaseState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet
from tests.plugins.trail import entries

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_child_somebody_else_added_a_moment_ago_is_in_the_summary_as_well(world: World, open_case: OpenCase) -> None:
    """On PostgreSQL the second of two who add a child has read the rows before the first one was done."""
    case_id = open_case().id
    with transaction() as current:
        case = queries.get_case(world.actor("advisor"), case_id)
        child_id = new_id()
        row = {"id": child_id, "case_id": case_id, "position": 3, "state": ChildState.REPORTED}
        current.execute(insert(Child), row)
        records.create(child_sheet("Oksana"), record_id=child_id, scope=case.scope)
        keep_in_step(case)
    names = [line.name for line in records.get(CaseSummary, case_id, reader=world.ki.id).sheet.children]
    assert names == ["Daryna", "Taras", "Oksana"]


def test_a_new_case_has_a_reference_a_summary_and_days_without_a_seat(world: World, open_case: OpenCase) -> None:
    clock.start_at(MONDAY)
    case = open_case()
    assert case.reference == "D-2026-00001"
    assert open_case().reference == "D-2026-00002"
    summary = records.get(CaseSummary, case.id, reader=world.ki.id).sheet
    assert [(line.name, line.born) for line in summary.children] == [("Daryna", "2014-03-05"), ("Taras", "2017")]
    assert (summary.phone, summary.other_phones) == ("+4917612345678", ["+4917687654321"])
    assert [child.waiting_since for child in case.children] == [date(2026, 10, 1), date(2026, 10, 1)]
    assert schooling.days_without_seat(case.children[0], on=clock.today()) == 53


def test_references_stay_unique_when_many_write_at_once(app: Flask, world: World, open_case: OpenCase) -> None:
    clock.start_at(MONDAY)

    def work(_: int) -> list[str]:
        with app.app_context():
            return [open_case("reception").reference for _ in range(3)]

    with ThreadPoolExecutor(4) as pool:
        references = [reference for part in pool.map(work, range(4)) for reference in part]
    assert sorted(references) == [f"D-2026-{number:05}" for number in range(1, 13)]


def test_one_name_and_an_unknown_birth_day_are_enough(world: World, open_case: OpenCase) -> None:
    case = open_case(family=FamilySheet(family_name="Suharto"), children=[ChildSheet(given_names="Suharto")])
    assert case.children[0].waiting_since is None
    assert queries.contact_of(world.actor("advisor"), case).phone == ""


@pytest.mark.parametrize("born", ["1980-01-01", "2030", "2014-13"])
def test_an_impossible_birth_date_opens_nothing(world: World, open_case: OpenCase, born: str) -> None:
    with pytest.raises(Invalid):
        open_case(children=[child_sheet(born=born)])
    assert session().scalars(select(Case)).all() == []


def test_contact_names_the_language_to_speak_and_to_write(world: World, open_case: OpenCase) -> None:
    case = open_case(family=family_sheet(letter_language="ru"))
    contact = queries.contact_of(world.actor("reception"), case)
    assert (contact.language, contact.letter_language, contact.interpreter_language) == ("uk", "ru", "uk")


def test_a_case_moves_on_once_and_leaves_a_trace(world: World, open_case: OpenCase) -> None:
    actor, case = world.actor("advisor"), open_case()
    services.advance_case(actor, case_id=case.id, state=CaseState.COUNSELLED)
    services.advance_case(actor, case_id=case.id, state=CaseState.COUNSELLED)
    assert [(step.action, step.case_id) for step in entries(kind="case.state")] == [(Action.CHANGED, case.id)]
    with pytest.raises(WrongState):
        services.advance_case(actor, case_id=case.id, state=CaseState.DOCUMENTS_COMPLETE)


def test_a_closed_case_says_why_and_can_be_taken_up_again(world: World, open_case: OpenCase) -> None:
    actor, case = world.actor("advisor"), open_case(advisor="advisor")
    assert services.close_case(actor, case_id=case.id, reason=CloseReason.MOVED_AWAY).closed_at is not None
    again = services.reopen_case(actor, case_id=case.id)
    assert (again.state, again.closed_at) == (CaseState.CONTACTED, None)


def test_a_deputy_reads_what_other_advisors_only_find(world: World, open_case: OpenCase) -> None:
    case, colleague = open_case(advisor="advisor"), world.actor("colleague")
    assert queries.get_case(colleague, case.id, CasePermission.FIND).id == case.id
    with pytest.raises(NotFound):
        queries.get_case(colleague, case.id)
    services.add_deputy(world.actor("lead"), case_id=case.id, user_id=world.users["colleague"])
    assert queries.get_case(colleague, case.id).id == case.id
    services.remove_deputy(world.actor("lead"), case_id=case.id, user_id=world.users["colleague"])
    with pytest.raises(NotFound):
        queries.get_case(colleague, case.id)


@pytest.mark.parametrize("who", ["reception", "manager", "officer"])
def test_a_case_is_given_to_advisors_of_its_own_house_alone(world: World, open_case: OpenCase, who: str) -> None:
    case = open_case()
    with pytest.raises(Invalid):
        services.assign_advisor(world.actor("lead"), case_id=case.id, advisor_id=world.users[who])


@pytest.mark.parametrize("who", ["manager", "kim_lead", "welfare_manager"])
def test_another_organisation_does_not_even_find_the_case(world: World, open_case: OpenCase, who: str) -> None:
    with pytest.raises(NotFound):
        queries.get_case(world.actor(who), open_case().id, CasePermission.FIND)
