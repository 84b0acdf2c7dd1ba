"""Who is here, who comes later, who did not come: noted by people, undone by people, never by forgetting."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data.audit import Action
from app.data.database import session
from app.errors import Invalid, NotFound, WrongState
from app.policies import OrganisationKind, system_of
from cases.kinds import TaskKind
from cases.models import Case, Task
from cases.states import TaskState
from scheduling import services
from scheduling.day.rules import may_miss
from scheduling.day.services import (
    arrive_by_code,
    mark_arrived,
    mark_attended,
    mark_late,
    mark_no_show,
    undo_arrival,
    undo_mark,
)
from scheduling.kinds import GateReason
from scheduling.models import Appointment
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries
from tests.scheduling.conftest import DETAILS, FRIDAY, Office


def _book(world: World, case: Case, *, days: int = 0, hours: int = 0) -> services.Booked:
    return services.book(
        world.actor("reception"),
        case_id=case.id,
        kind=AppointmentKind.FIRST_TALK,
        starts=FRIDAY + timedelta(days=days, hours=hours),
        details=DETAILS,
        without_papers=GateReason.URGENT,
    )


def _reviews(case: Case) -> list[TaskState]:
    query = select(Task.state).where(Task.case_id == case.id, Task.kind == TaskKind.NO_SHOW_REVIEW)
    return list(session().scalars(query))


def _row(booked: services.Booked) -> Appointment:
    found = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert found is not None
    return found


def test_the_grace_counts_from_the_later_time_a_family_announced_and_never_after_it_arrived() -> None:
    def may(minutes: int, *, late: int | None = None, arrived: bool = False) -> bool:
        now = FRIDAY + timedelta(minutes=minutes)
        state = AppointmentState.BOOKED
        arrived_at = FRIDAY if arrived else None
        return may_miss(state, starts_at=FRIDAY, late_minutes=late, arrived_at=arrived_at, now=now)

    assert (may(14), may(15)) == (False, True)
    assert (may(34, late=20), may(35, late=20)) == (False, True)
    assert not may(300, arrived=True)
    for state in set(AppointmentState) - {AppointmentState.BOOKED}:
        assert not may_miss(state, starts_at=FRIDAY, late_minutes=None, arrived_at=None, now=FRIDAY + timedelta(days=1))


def test_a_family_says_by_its_code_that_it_is_here_and_the_advisor_sees_it(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    booked = _book(world, open_case())
    kiosk = system_of(world.ki.id, OrganisationKind.KI)
    with pytest.raises(NotFound):
        arrive_by_code(kiosk, code=booked.code)  # it is Monday, the talk is on Friday
    clock.start_at(FRIDAY - timedelta(minutes=10))
    for wrong in ("", "K7QX-3M9P", "nonsense"):
        with pytest.raises(NotFound):
            arrive_by_code(kiosk, code=wrong)
    with pytest.raises(NotFound):
        arrive_by_code(system_of(world.kim.id, OrganisationKind.KI), code=booked.code)
    arrive_by_code(kiosk, code=booked.code.lower().replace("-", " "))
    arrived_at = _row(booked).arrived_at
    arrive_by_code(kiosk, code=booked.code)
    assert arrived_at is not None and _row(booked).arrived_at == arrived_at
    page = sign_in("advisor").get("/termine").text
    assert "angekommen" in page and "Hereinbitten" in page
    clock.start_at(FRIDAY + timedelta(minutes=30))
    with pytest.raises(WrongState):
        mark_no_show(world.actor("reception"), appointment_id=booked.appointment_id)
    undo_arrival(world.actor("reception"), appointment_id=booked.appointment_id)
    assert _row(booked).arrived_at is None
    mark_no_show(world.actor("reception"), appointment_id=booked.appointment_id)
    with pytest.raises(NotFound):
        arrive_by_code(kiosk, code=booked.code)


def test_lateness_is_noted_on_the_day_and_taken_back(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    booked, actor = _book(world, open_case()), world.actor("advisor")
    with pytest.raises(WrongState):
        mark_late(actor, appointment_id=booked.appointment_id, minutes=20)
    clock.start_at(FRIDAY - timedelta(minutes=30))
    with pytest.raises(Invalid):
        mark_late(actor, appointment_id=booked.appointment_id, minutes=7)
    client = sign_in("advisor")
    back = {"tag": "2026-11-27", "seite": "tag", "wer": "", "minuten": "20"}
    assert client.post(f"/termine/{booked.appointment_id}/verspaetet", data=back).status_code == 303
    assert "kommt gegen 10:20" in client.get("/termine?tag=2026-11-27").text
    clock.start_at(FRIDAY + timedelta(minutes=34))
    with pytest.raises(WrongState):
        mark_no_show(actor, appointment_id=booked.appointment_id)
    mark_late(actor, appointment_id=booked.appointment_id, minutes=0)
    mark_no_show(actor, appointment_id=booked.appointment_id)
    session().rollback()
    facts = [entry.facts for entry in entries(kind="appointment")]
    assert [told["late_minutes"] for each in facts if "late_minutes" in (told := json.loads(each))] == [20, 0]


def test_two_talks_nobody_came_to_are_looked_at_by_a_person_and_bar_nobody(
    world: World, office: Office, open_case: OpenCase
) -> None:
    case, actor = open_case(), world.actor("reception")
    missed = []
    for days in (0, 3):
        missed.append(_book(world, case, days=days))
        clock.start_at(FRIDAY + timedelta(days=days, minutes=15))
        mark_no_show(actor, appointment_id=missed[-1].appointment_id)
        assert _reviews(case) == ([] if days == 0 else [TaskState.OPEN])
    third = _book(world, case, days=4)
    assert _row(third).state is AppointmentState.BOOKED
    undo_mark(actor, appointment_id=missed[-1].appointment_id)
    assert _reviews(case) == [TaskState.DROPPED]
    told = [json.loads(entry.facts) for entry in entries(subject=missed[-1].appointment_id)]
    assert [each.get("state") for each in told][-2:] == ["no_show", "booked"]


def test_a_talk_nobody_noted_stays_unnoted(world: World, office: Office, open_case: OpenCase) -> None:
    """Staff who forgot to sign in make no family absent."""
    booked = _book(world, open_case())
    for days in (1, 30):
        clock.start_at(FRIDAY + timedelta(days=days))
        assert _row(booked).state is AppointmentState.BOOKED
    mark_attended(world.actor("lead"), appointment_id=booked.appointment_id)
    assert _row(booked).state is AppointmentState.ATTENDED


def test_the_interpreted_language_lies_in_the_clear_only_once_the_talk_is_over(
    world: World, office: Office, open_case: OpenCase
) -> None:
    booked = _book(world, open_case())
    assert _row(booked).interpreter_id and _row(booked).interpreter_language is None
    clock.start_at(FRIDAY)
    mark_arrived(world.actor("reception"), appointment_id=booked.appointment_id)
    mark_attended(world.actor("reception"), appointment_id=booked.appointment_id)
    assert _row(booked).interpreter_language == "uk"
    undo_mark(world.actor("reception"), appointment_id=booked.appointment_id)
    assert _row(booked).interpreter_language is None
    noted = entries(subject=booked.appointment_id)
    assert {entry.action for entry in noted} >= {Action.CHANGED}
    assert not any('"uk"' in entry.facts for entry in noted)
