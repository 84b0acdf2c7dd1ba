"""A conflict comes and goes with its cause; whatever is done about it, the time is never given back in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.accounts.models import User
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope
from app.errors import NotFound
from app.messages.models import Message, MessagePayload
from cases.models import Case, Task
from cases.sheets import TaskText
from scheduling import services
from scheduling.absences.services import add_absence, remove_absence
from scheduling.assignment import SlotTaken
from scheduling.conflicts.listing import get_listing
from scheduling.conflicts.queries import situation_of
from scheduling.conflicts.reminding import remind_to_tell
from scheduling.conflicts.rules import Cause
from scheduling.conflicts.services import Team, reassign
from scheduling.interpreting.asking import follow
from scheduling.interpreting.services import note_answer
from scheduling.kinds import GateReason
from scheduling.models import Appointment, Interpreter, InterpreterProfile, Reservation, Room
from scheduling.resource_kinds import Answer
from scheduling.resources import services as resources
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
Outbox = Callable[[], list[tuple[Message, MessagePayload]]]
SignIn = Callable[[str], FlaskClient]
DAY = timedelta(days=1)


@pytest.fixture
def booked(world: World, office: Office, open_case: OpenCase) -> services.Booked:
    """A talk on Friday at 10 with the advisor, the interpreter and the room there are."""
    return _book(world, open_case(advisor="advisor"), FRIDAY)


def _book(world: World, case: Case, starts: datetime) -> services.Booked:
    return services.book(
        world.actor("lead"), case_id=case.id, kind=FIRST, starts=starts, details=DETAILS,
        without_papers=GateReason.URGENT,
    )  # fmt: skip


def _causes(world: World) -> list[Cause]:
    return [hit.cause for conflict in situation_of(world.ki.id).conflicts for hit in conflict.hits]


def _second_interpreter(office: Office) -> UUID:
    other = new_id()
    with transaction() as current:
        current.add(Interpreter(id=other, organisation_id=office.organisation_id, languages=["uk"]))
        current.flush()
        records.create(InterpreterProfile(name="Dmytro Zweiter"), record_id=other, scope=Scope(office.organisation_id))
    office.open(ResourceKind.INTERPRETER, other)
    return other


def _stands(booked: services.Booked) -> Appointment:
    """The appointment with its time still taken by everybody it takes."""
    found = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert found is not None and found.state is AppointmentState.BOOKED
    assert (found.starts_at, found.ends_at) == (booked.starts_at, booked.ends_at)
    rows = session().scalars(select(Reservation).where(Reservation.appointment_id == found.id, Reservation.is_active))
    taken = {row.resource_id for row in rows}
    assert taken == {each for each in (found.advisor_id, found.interpreter_id, found.room_id) if each}
    return found


def _subjects(outbox: Outbox) -> list[str]:
    return [message.kind for message, _ in outbox() if message.state != "cancelled"]


def test_a_conflict_is_there_as_long_as_its_cause(world: World, office: Office, booked: services.Booked) -> None:
    lead = world.actor("lead")
    assert _causes(world) == []
    closed = add_absence(lead, resource_id=None, starts_at=FRIDAY - DAY / 2, ends_at=FRIDAY + DAY)
    assert _causes(world) == [Cause.CLOSED]
    remove_absence(lead, absence_id=closed.id)
    assert _causes(world) == []
    lunch = add_absence(lead, resource_id=None, starts_at=FRIDAY + DAY / 24, ends_at=FRIDAY + DAY / 12)
    away = add_absence(lead, resource_id=booked.advisor_id, starts_at=FRIDAY, ends_at=FRIDAY + DAY / 24)
    assert _causes(world) == [Cause.CLOSED]
    remove_absence(lead, absence_id=lunch.id)
    assert _causes(world) == [Cause.ABSENT]
    remove_absence(lead, absence_id=away.id)
    resources.set_room_active(lead, room_id=office.room_id, is_active=False)
    assert _causes(world) == [Cause.OUT_OF_USE]
    resources.set_room_active(lead, room_id=office.room_id, is_active=True)
    with transaction():
        session().get_one(User, booked.advisor_id).is_active = False
    assert _causes(world) == [Cause.LEFT]
    _stands(booked)


def test_an_interpreter_who_cancels_is_replaced_at_the_same_time_and_nobody_needs_to_be_told(
    world: World, office: Office, booked: services.Booked, outbox: Outbox
) -> None:
    lead, other = world.actor("lead"), _second_interpreter(office)
    follow()
    before = _subjects(outbox)
    note_answer(lead, appointment_id=booked.appointment_id, said=Answer.DECLINED)
    assert _causes(world) == [Cause.DECLINED]
    _stands(booked)
    (line,) = get_listing(lead).lines
    assert line.offer is not None
    assert line.offer.lines == (("Sprachmittlung", "Dmytro Zweiter"),)
    assert (line.offer.changes_place, line.offer.changes_advisor) == (False, False)
    team = Team(booked.advisor_id, other, booked.room_id)
    reassign(lead, appointment_id=booked.appointment_id, team=team, tell_family=False)
    assert _stands(booked).interpreter_id == other
    assert _causes(world) == []
    follow()
    assert [kind for kind in _subjects(outbox) if kind == "appointment.changed"] == []
    assert sorted(set(_subjects(outbox)) - set(before)) == []
    # She declined: the proposal never comes back to her, even when the other one cancels as well.
    note_answer(lead, appointment_id=booked.appointment_id, said=Answer.DECLINED)
    (line,) = get_listing(lead).lines
    assert line.offer is None


def test_leaving_the_pool_lists_open_talks_and_moves_nothing(
    world: World, office: Office, booked: services.Booked, outbox: Outbox
) -> None:
    told = len(outbox())
    resources.change_interpreter(
        world.actor("lead"), interpreter_id=office.interpreter_id, profile=InterpreterProfile(name="Iryna"),
        languages=["uk"], is_active=False,
    )  # fmt: skip
    (line,) = get_listing(world.actor("lead")).lines
    assert [reason.text for reason in line.reasons] == ["ist nicht mehr dabei"]
    assert line.offer is None and line.others == ()
    _stands(booked)
    assert len(outbox()) == told


def test_an_absent_advisor_is_replaced_or_the_nearest_time_is_proposed_and_the_family_told_on_a_click(
    world: World, office: Office, booked: services.Booked, outbox: Outbox, sign_in: SignIn
) -> None:
    lead, colleague = world.actor("lead"), world.users["colleague"]
    add_absence(lead, resource_id=booked.advisor_id, starts_at=FRIDAY - DAY / 2, ends_at=FRIDAY + DAY)
    (line,) = get_listing(lead).lines
    assert line.offer is None
    assert len(line.others) == 3
    assert {other.elsewhen.slot.on for other in line.others} == {date(2026, 11, 26)}
    told = len(outbox())
    office.open(ResourceKind.ADVISOR, colleague)
    page = sign_in("lead")
    assert page.get("/termine/konflikte").text.count("Vorschlag zur selben Zeit") == 1
    assert len(outbox()) == told
    fields = {"beratung": colleague, "sprachmittlung": office.interpreter_id, "raum": office.room_id, "sagen": "ja"}
    answer = page.post(f"/termine/konflikte/{booked.appointment_id}/umbesetzen", data=fields)
    assert answer.status_code == 303
    assert _stands(booked).advisor_id == colleague
    assert _subjects(outbox).count("appointment.changed") == 1
    assert "Alles passt" in page.get("/termine/konflikte").text


def test_a_team_that_is_not_free_is_refused_and_the_old_one_stays(
    world: World, office: Office, booked: services.Booked, open_case: OpenCase, sign_in: SignIn
) -> None:
    lead = world.actor("lead")
    for team in (
        Team(world.users["colleague"], office.interpreter_id, office.room_id),  # has no hours
        Team(office.advisor_id, new_id(), office.room_id),
        Team(office.advisor_id, None, office.room_id),  # nobody speaks Ukrainian
    ):
        with pytest.raises(SlotTaken):
            reassign(lead, appointment_id=booked.appointment_id, team=team, tell_family=True)
        _stands(booked)
    with pytest.raises(NotFound):
        reassign(
            world.actor("manager"), appointment_id=booked.appointment_id, team=Team(new_id(), None, None),
            tell_family=False,
        )  # fmt: skip
    answer = sign_in("lead").post(f"/termine/konflikte/{booked.appointment_id}/umbesetzen", data={"beratung": "x"})
    assert answer.status_code == 303


def test_another_room_elsewhere_is_said_to_change_the_place(
    world: World, office: Office, booked: services.Booked
) -> None:
    lead = world.actor("lead")
    elsewhere = resources.add_room(lead, name="Raum 1", place="Westweg 1", capacity=9, is_step_free=True)
    assert _causes(world) == []
    resources.set_room_active(lead, room_id=office.room_id, is_active=False)
    (line,) = get_listing(lead).lines
    assert line.offer is not None and line.offer.changes_place
    assert line.offer.assignment.room_id == elsewhere.id
    assert session().get_one(Room, elsewhere.id).is_active


def test_hours_that_end_leave_the_talk_and_list_it(world: World, office: Office, booked: services.Booked) -> None:
    lead = world.actor("lead")
    rule = next(
        rule for each in resources.get_pool(lead).bookable if each.id == office.advisor_id
        for rule in each.hours if rule.weekday == 4
    )  # fmt: skip
    resources.end_hours(lead, rule_id=rule.id, last_day=date(2026, 11, 26))
    assert _causes(world) == [Cause.HOURS]
    resources.end_hours(lead, rule_id=rule.id, last_day=date(2026, 11, 27))
    assert _causes(world) == []


def test_past_the_deadline_somebody_gets_one_task_to_tell_the_family(
    world: World, office: Office, booked: services.Booked
) -> None:
    add_absence(world.actor("lead"), resource_id=booked.advisor_id, starts_at=FRIDAY, ends_at=FRIDAY + DAY)
    assert remind_to_tell() == 0
    assert not get_listing(world.actor("lead")).lines[0].is_urgent
    clock.start_at(FRIDAY - 2 * DAY)
    assert (remind_to_tell(), remind_to_tell()) == (1, 0)
    assert get_listing(world.actor("lead")).lines[0].is_urgent
    task = session().scalars(select(Task).order_by(Task.id.desc())).first()
    assert task is not None and task.due_on == date(2026, 11, 25)
    assert "27.11.2026 um 10:00" in records.get(TaskText, task.id, reader=world.ki.id).sheet.text


def test_the_list_is_counted_in_the_navigation_and_shows_a_stranger_nothing(
    world: World, office: Office, booked: services.Booked, sign_in: SignIn
) -> None:
    add_absence(world.actor("lead"), resource_id=booked.advisor_id, starts_at=FRIDAY, ends_at=FRIDAY + DAY)
    page = sign_in("colleague").get("/termine/konflikte").text
    assert '1<span class="kern-sr-only"> offen</span>' in page
    assert "Diesen Termin ändern die Beratung des Falls" in page
    for path in ("umbesetzen", "verschieben", "absagen", "sprachmittlung"):
        answer = sign_in("colleague").post(f"/termine/konflikte/{booked.appointment_id}/{path}")
        assert answer.status_code == 404
    for who in ("manager", "admin", "officer"):
        assert sign_in(who).get("/termine/konflikte").status_code == 403
    _stands(booked)
