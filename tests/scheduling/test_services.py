"""Booking, moving and cancelling: all or nothing, whoever comes at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import clock
from app.data.database import session, transaction
from app.errors import Conflict, Invalid, NotFound, WrongState
from app.messages.models import Message, MessagePayload, MessageState
from cases.models import Case, Task
from cases.states import CaseState
from scheduling import queries, services
from scheduling.booking.services import invite
from scheduling.day import services as day_services
from scheduling.kinds import GateReason
from scheduling.models import Absence, Appointment, Reservation
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
Outbox = Callable[[], list[tuple[Message, MessagePayload]]]


def _book(world: World, case: Case, starts: datetime = FRIDAY) -> services.Booked:
    return services.book(
        world.actor("reception"),
        case_id=case.id,
        kind=FIRST,
        starts=starts,
        details=DETAILS,
        without_papers=GateReason.BROUGHT_ALONG,
    )


def _state(case: Case) -> CaseState:
    return session().scalars(select(Case.state).where(Case.id == case.id)).one()


def test_a_talk_takes_advisor_interpreter_and_room_at_once(world: World, office: Office, open_case: OpenCase) -> None:
    case = open_case()
    booked = _book(world, case)
    assert (booked.advisor_id, booked.interpreter_id, booked.room_id) == (
        office.advisor_id,
        office.interpreter_id,
        office.room_id,
    )
    assert booked.ends_at - booked.starts_at == timedelta(minutes=90)
    rows = session().scalars(select(Reservation).where(Reservation.appointment_id == booked.appointment_id)).all()
    assert {row.resource_kind for row in rows} == set(ResourceKind)
    assert _state(case) is CaseState.APPOINTMENT_BOOKED
    stored = session().get(Appointment, booked.appointment_id)
    assert stored is not None and stored.code_token is not None
    assert booked.code.encode() not in stored.code_token


def test_without_papers_staff_must_say_why(world: World, office: Office, open_case: OpenCase) -> None:
    case = open_case()
    with pytest.raises(Invalid):
        services.book(world.actor("reception"), case_id=case.id, kind=FIRST, starts=FRIDAY, details=DETAILS)


def test_a_stranger_cannot_book(world: World, office: Office, open_case: OpenCase) -> None:
    case, other = open_case(), open_case()
    for actor in (world.actor("admin"), world.actor("manager"), office.family(other)):
        with pytest.raises(NotFound):
            services.book(actor, case_id=case.id, kind=FIRST, starts=FRIDAY, details=DETAILS)


@pytest.mark.parametrize(
    "starts",
    [
        FRIDAY.replace(hour=2),
        FRIDAY.replace(hour=9, minute=7),
        FRIDAY.replace(hour=14),  # would end after closing
        FRIDAY - timedelta(days=7),
        FRIDAY + timedelta(days=1),
        FRIDAY.replace(month=12, day=25),
        FRIDAY + timedelta(days=200),
    ],
)
def test_a_hand_made_time_is_refused(world: World, office: Office, open_case: OpenCase, starts: datetime) -> None:
    case = open_case()
    with pytest.raises(services.SlotTaken):
        _book(world, case, starts)
    assert session().scalar(select(func.count()).select_from(Appointment)) == 0
    assert _state(case) is CaseState.REPORTED


def test_of_twenty_families_at_the_same_moment_one_gets_the_last_time(
    app: Flask, world: World, office: Office, open_case: OpenCase
) -> None:
    tries, actor = 20, world.actor("reception")
    cases = [open_case().id for _ in range(tries)]
    barrier = Barrier(tries)

    def attempt(case_id: UUID) -> services.Booked | None:
        with app.app_context():
            barrier.wait(30)
            try:
                return services.book(
                    actor,
                    case_id=case_id,
                    kind=FIRST,
                    starts=FRIDAY,
                    details=DETAILS,
                    without_papers=GateReason.URGENT,
                )
            except services.SlotTaken:
                return None
            finally:
                session().close()

    session().rollback()
    with ThreadPoolExecutor(tries) as pool:
        outcomes = list(pool.map(attempt, cases))
    assert len([outcome for outcome in outcomes if outcome]) == 1
    assert session().scalar(select(func.count()).select_from(Reservation)) == 3
    assert session().scalar(select(func.count()).select_from(Appointment)) == 1


def test_the_next_talk_keeps_the_buffer_and_the_loser_gets_other_times(
    world: World, office: Office, open_case: OpenCase
) -> None:
    _book(world, open_case())
    late = open_case()
    for minutes in (-90, 0, 90):  # 11:30 lies inside the 15 minutes after the first talk
        with pytest.raises(services.SlotTaken):
            _book(world, late, FRIDAY + timedelta(minutes=minutes))
    needs = queries.needs_of(late, FIRST)
    free = queries.first_free(needs, policy=queries.policy_of(world.actor("reception")), earliest=FRIDAY, days=1)
    assert [f"{clock.local(slot.starts_at):%H:%M}" for slot in free] == [
        "12:00",
        "12:30",
        "13:00",
        "13:30",
        "14:00",
        "14:30",
    ]
    assert _book(world, late, FRIDAY + timedelta(minutes=120))


def test_an_advisor_who_speaks_the_language_needs_no_interpreter(
    world: World, office: Office, open_case: OpenCase
) -> None:
    office.speaks(office.advisor_id, "uk")
    assert _book(world, open_case()).interpreter_id is None


def test_families_of_german_need_no_interpreter_and_less_time(
    world: World, office: Office, open_case: OpenCase
) -> None:
    case = open_case(family=family_sheet(interpreter=False))
    booked = _book(world, case)
    assert booked.interpreter_id is None
    assert booked.ends_at - booked.starts_at == timedelta(minutes=60)


def test_the_cases_own_advisor_comes_first(world: World, office: Office, open_case: OpenCase) -> None:
    office.open(ResourceKind.ADVISOR, world.users["colleague"])
    case = open_case(advisor="colleague")
    assert _book(world, case).advisor_id == world.users["colleague"]


def test_the_world_is_read_in_five_queries(
    world: World, office: Office, open_case: OpenCase, count_queries: Callable[[], list[str]]
) -> None:
    for user in ("advisor", "colleague"):
        office.open(ResourceKind.ADVISOR, world.users[user])
    needs = queries.needs_of(open_case(), FIRST)
    policy = queries.policy_of(world.actor("reception"))
    asked = count_queries()
    assert queries.first_free(needs, policy=policy)
    assert len(asked) <= 5


def test_a_closed_day_and_an_absence_hide_their_times(world: World, office: Office, open_case: OpenCase) -> None:
    midnight = clock.local(FRIDAY).replace(hour=0)
    with transaction() as current:
        current.add(
            Absence(
                organisation_id=office.organisation_id,
                resource_id=None,
                starts_at=midnight,
                ends_at=midnight + timedelta(days=1),
            )
        )
        current.add(
            Absence(
                organisation_id=office.organisation_id,
                resource_id=office.interpreter_id,
                starts_at=midnight - timedelta(days=1),
                ends_at=midnight - timedelta(hours=11),
            )
        )
    needs = queries.needs_of(open_case(), FIRST)
    free = queries.first_free(needs, policy=queries.policy_of(world.actor("reception")), earliest=midnight, days=1)
    assert free == []
    before = queries.first_free(
        needs, policy=queries.policy_of(world.actor("reception")), earliest=midnight - timedelta(days=1), days=1
    )
    assert clock.local(before[0].starts_at).hour == 13


def test_a_move_into_ones_own_old_time_works_and_replaces_the_reminders(
    world: World, office: Office, open_case: OpenCase, outbox: Outbox
) -> None:
    booked = _book(world, open_case())
    services.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=FRIDAY + timedelta(minutes=30))
    stored = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert stored is not None
    assert (stored.starts_at, stored.sequence) == (FRIDAY + timedelta(minutes=30), 1)
    alive = [row for row, _ in outbox() if row.state in (MessageState.PLANNED, MessageState.DUE)]
    assert [row.kind for row in alive] == [
        "appointment.moved",
        "appointment.reminder_3_days",
        "appointment.reminder_1_day",
    ]
    assert all(":1:" in row.dedupe_key for row in alive)


def test_a_move_that_fails_keeps_the_old_time(world: World, office: Office, open_case: OpenCase) -> None:
    _book(world, open_case())
    booked = _book(world, open_case(), FRIDAY + timedelta(hours=2))
    with pytest.raises(services.SlotTaken):
        services.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=FRIDAY)
    stored = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert stored is not None and stored.starts_at == FRIDAY + timedelta(hours=2)
    assert session().scalar(select(func.count()).select_from(Reservation)) == 6


def test_a_cancelled_talk_frees_its_time_and_sends_a_calendar_cancel(
    world: World, office: Office, open_case: OpenCase, outbox: Outbox
) -> None:
    case = open_case()
    booked = _book(world, case)
    services.cancel(office.family(case), appointment_id=booked.appointment_id)
    services.cancel(office.family(case), appointment_id=booked.appointment_id)
    assert _state(case) is CaseState.DOCUMENTS_COMPLETE
    assert session().scalar(select(func.count()).select_from(Task).where(Task.case_id == case.id)) == 1
    alive = [(row, text) for row, text in outbox() if row.state in (MessageState.PLANNED, MessageState.DUE)]
    assert [row.kind for row, _ in alive] == ["appointment.cancelled"]
    assert "METHOD:CANCEL" in alive[0][1].calendar
    assert "SEQUENCE:1" in alive[0][1].calendar
    assert _book(world, open_case())


def test_a_family_cancels_until_a_day_before_and_staff_always(
    world: World, office: Office, open_case: OpenCase
) -> None:
    case = open_case()
    booked = _book(world, case)
    clock.start_at(FRIDAY - timedelta(hours=24) + timedelta(minutes=1))
    for act in (
        services.cancel,
        lambda actor, appointment_id: services.move(
            actor, appointment_id=appointment_id, starts=FRIDAY + timedelta(days=7)
        ),
    ):
        with pytest.raises(services.TooLate):
            act(office.family(case), appointment_id=booked.appointment_id)
    assert services.cancel(world.actor("reception"), appointment_id=booked.appointment_id)


def test_a_held_time_is_hidden_from_others_and_free_again_when_it_runs_out(
    world: World, office: Office, open_case: OpenCase
) -> None:
    case, other = open_case(), open_case()
    for each in (case, other):
        invite(world.actor("reception"), case_id=each.id, kind=FIRST, without_papers=GateReason.URGENT)
    held = services.hold(office.family(case), case_id=case.id, kind=FIRST, starts=FRIDAY)
    policy = queries.policy_of(office.family(case))
    needs = queries.needs_of(case, FIRST)
    mine = queries.first_free(needs, policy=policy, earliest=FRIDAY, days=1, own=[held.id])
    theirs = queries.first_free(needs, policy=policy, earliest=FRIDAY, days=1)
    assert FRIDAY in {slot.starts_at for slot in mine}
    assert FRIDAY not in {slot.starts_at for slot in theirs}
    with pytest.raises(services.SlotTaken):
        services.hold(office.family(other), case_id=other.id, kind=FIRST, starts=FRIDAY)
    clock.start_at(clock.now() + timedelta(minutes=11))
    services.hold(office.family(other), case_id=other.id, kind=FIRST, starts=FRIDAY)
    services.keep_answers(office.family(case), case_id=case.id, answers=DETAILS)
    with pytest.raises(services.SlotTaken):
        services.confirm(office.family(case), case_id=case.id)
    assert queries.sheet_of(held).email == DETAILS.email


def test_a_hold_becomes_one_appointment_however_often_it_is_confirmed(
    world: World, office: Office, open_case: OpenCase
) -> None:
    case = open_case()
    invited = invite(world.actor("reception"), case_id=case.id, kind=FIRST, without_papers=GateReason.URGENT)
    assert _state(case) is CaseState.INVITED
    family = office.family(case)
    services.hold(family, case_id=case.id, kind=FIRST, starts=FRIDAY)
    services.keep_answers(family, case_id=case.id, answers=DETAILS)
    booked = services.confirm(family, case_id=case.id)
    assert booked.token == invited.token
    with pytest.raises(Conflict):
        services.confirm(family, case_id=case.id)
    with pytest.raises(services.AlreadyBooked):
        services.hold(family, case_id=case.id, kind=FIRST, starts=FRIDAY + timedelta(days=3))
    stored = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert stored is not None and stored.state is AppointmentState.BOOKED and stored.hold_ends_at is None


def test_no_message_names_a_person_or_a_school(
    world: World, office: Office, open_case: OpenCase, outbox: Outbox
) -> None:
    case = open_case()
    invite(world.actor("reception"), case_id=case.id, kind=FIRST, without_papers=GateReason.URGENT)
    booked = _book(world, case)
    services.cancel(world.actor("reception"), appointment_id=booked.appointment_id)
    told = outbox()
    assert {row.kind.removeprefix("appointment.") for row, _ in told} == {
        "invitation", "booked", "reminder_3_days", "reminder_1_day", "cancelled",
    }  # fmt: skip
    forbidden = ("kovalenko", "daryna", "taras", "olena", "schule", "школ", "beraterin", "dolmetscherin")
    for _, text in told:
        said = f"{text.subject} {text.text} {text.calendar}".casefold()
        assert [word for word in forbidden if word in said] == []


def test_what_was_called_off_while_one_waited_is_not_moved(
    world: World, office: Office, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = _book(world, open_case())
    lock = queries.lock_case

    def late(case_id: UUID) -> None:
        """By the time the lock is ours, somebody else has called the appointment off."""
        change = update(Appointment).where(Appointment.id == booked.appointment_id)
        session().execute(change.values(state=AppointmentState.CANCELLED).execution_options(synchronize_session=False))
        lock(case_id)

    monkeypatch.setattr(services, "lock_case", late)
    with pytest.raises(WrongState):
        services.move(
            world.actor("reception"), appointment_id=booked.appointment_id, starts=FRIDAY + timedelta(hours=2)
        )
    monkeypatch.setattr(day_services, "lock_case", late)
    with pytest.raises(WrongState):
        day_services.mark_attended(world.actor("reception"), appointment_id=booked.appointment_id)
