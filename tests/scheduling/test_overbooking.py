"""Talks on top of others: only by staff, with a reason, and never twice without anybody noticing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.data.database import session, transaction
from app.errors import NotPermitted
from cases.models import Case
from scheduling import queries, services
from scheduling.booking.services import invite
from scheduling.day import services as day_services
from scheduling.kinds import GateReason, OverbookReason
from scheduling.models import Absence, Appointment, Reservation
from scheduling.states import AppointmentKind
from scheduling.world import ResourceKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.plugins.trail import entries
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
GERMAN = family_sheet(interpreter=False)


def _book(
    world: World, case: Case, starts: datetime = FRIDAY, overbook: OverbookReason | None = OverbookReason.EMERGENCY
) -> services.Booked:
    return services.book(
        world.actor("reception"),
        case_id=case.id,
        kind=FIRST,
        starts=starts,
        details=DETAILS,
        without_papers=GateReason.URGENT,
        overbook=overbook,
    )


def _rows(booked: services.Booked) -> dict[ResourceKind, tuple[bool, bool]]:
    """Whether the database guards each row, and whether the engine counts it as busy."""
    query = select(Reservation).where(Reservation.appointment_id == booked.appointment_id)
    found = session().scalars(query.execution_options(populate_existing=True))
    return {row.resource_kind: (row.is_active, row.is_busy) for row in found}


def _reason(booked: services.Booked) -> OverbookReason | None:
    stored = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert stored is not None
    return stored.overbooked_reason


GUARDED, ON_TOP = (True, True), (False, True)


def test_a_free_time_is_booked_as_ever_and_keeps_no_reason(world: World, office: Office, open_case: OpenCase) -> None:
    booked = _book(world, open_case(family=GERMAN))
    assert _reason(booked) is None
    assert set(_rows(booked).values()) == {GUARDED}


def test_a_talk_on_top_is_busy_for_everybody_and_guarded_once_the_one_below_is_called_off(
    world: World, office: Office, open_case: OpenCase
) -> None:
    below = _book(world, open_case(family=GERMAN))
    case = open_case(family=GERMAN)
    on_top = _book(world, case)
    assert _reason(on_top) is OverbookReason.EMERGENCY
    assert _rows(on_top) == {ResourceKind.ADVISOR: ON_TOP, ResourceKind.ROOM: ON_TOP}
    noted = entries(subject=on_top.appointment_id)
    assert '"overbooked":"emergency"' in noted[0].facts.replace(" ", "")
    services.cancel(world.actor("reception"), appointment_id=below.appointment_id)
    assert _rows(below) == {}
    assert set(_rows(on_top).values()) == {GUARDED}, "the talk on top took the place of the one below"
    with pytest.raises(services.SlotTaken):
        _book(world, open_case(family=GERMAN), overbook=None)
    services.cancel(world.actor("reception"), appointment_id=on_top.appointment_id)
    assert _book(world, open_case(family=GERMAN), overbook=None)


def test_of_two_on_top_the_earlier_takes_the_place_and_the_other_waits_for_it(
    world: World, office: Office, open_case: OpenCase
) -> None:
    below, second, third = (_book(world, open_case(family=GERMAN)) for _ in range(3))
    later = FRIDAY + timedelta(hours=2)
    services.move(world.actor("reception"), appointment_id=below.appointment_id, starts=later)
    assert set(_rows(second).values()) == {GUARDED}
    assert set(_rows(third).values()) == {ON_TOP}
    services.cancel(world.actor("reception"), appointment_id=second.appointment_id)
    assert set(_rows(third).values()) == {GUARDED}


def test_an_interpreter_and_somebody_who_is_away_are_never_overbooked(
    world: World, office: Office, open_case: OpenCase
) -> None:
    _book(world, open_case())
    with pytest.raises(services.SlotTaken):
        _book(world, open_case())
    midnight = clock.local(FRIDAY).replace(hour=0)
    with transaction() as current:
        current.add(
            Absence(
                organisation_id=office.organisation_id,
                resource_id=office.advisor_id,
                starts_at=midnight,
                ends_at=midnight + timedelta(days=1),
            )
        )
    with pytest.raises(services.SlotTaken):
        _book(world, open_case(family=GERMAN))


def test_a_family_cannot_put_its_talk_on_top(world: World, office: Office, open_case: OpenCase) -> None:
    _book(world, open_case(family=GERMAN))
    case = open_case(family=GERMAN)
    invite(world.actor("reception"), case_id=case.id, kind=FIRST, without_papers=GateReason.URGENT)
    with pytest.raises(NotPermitted):
        services.book(
            office.family(case), case_id=case.id, kind=FIRST, starts=FRIDAY, details=DETAILS,
            overbook=OverbookReason.AGREED,
        )  # fmt: skip


def test_no_show_and_its_undo_leave_a_talk_on_top_where_it_was(
    world: World, office: Office, open_case: OpenCase
) -> None:
    below, on_top = (_book(world, open_case(family=GERMAN)) for _ in range(2))
    clock.start_at(FRIDAY + timedelta(minutes=20))
    for booked, kept in ((below, GUARDED), (on_top, ON_TOP)):
        day_services.mark_no_show(world.actor("reception"), appointment_id=booked.appointment_id)
        assert set(_rows(booked).values()) == {(False, False)}
        day_services.undo_mark(world.actor("reception"), appointment_id=booked.appointment_id)
        assert set(_rows(booked).values()) == {kept}


def test_a_talk_moved_to_a_free_time_lies_on_top_of_nothing(world: World, office: Office, open_case: OpenCase) -> None:
    _book(world, open_case(family=GERMAN))
    on_top = _book(world, open_case(family=GERMAN))
    later = FRIDAY + timedelta(hours=3)
    services.move(world.actor("reception"), appointment_id=on_top.appointment_id, starts=later)
    assert _reason(on_top) is None
    assert set(_rows(on_top).values()) == {GUARDED}
    back = {"appointment_id": on_top.appointment_id, "starts": FRIDAY}
    with pytest.raises(services.SlotTaken):
        services.move(world.actor("reception"), **back)  # type: ignore[arg-type]
    services.move(world.actor("reception"), **back, overbook=OverbookReason.AGREED)  # type: ignore[arg-type]
    assert _reason(on_top) is OverbookReason.AGREED
    free = queries.first_free(
        queries.needs_of(open_case(family=GERMAN), FIRST),
        policy=queries.policy_of(world.actor("reception")), earliest=FRIDAY, days=1,
    )  # fmt: skip
    assert later in {slot.starts_at for slot in free}
