"""The life of an appointment."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.errors import WrongState
from scheduling.offering.settings import DEFAULTS
from scheduling.states import (
    AppointmentKind,
    AppointmentState,
    blocks,
    may_become,
    may_cancel,
    may_mark_no_show,
    require_transition,
)

STARTS = datetime(2026, 12, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
State = AppointmentState


def test_every_state_and_kind_has_a_german_label() -> None:
    assert len({state.label for state in State}) == len(State)
    assert {kind.label for kind in AppointmentKind} == {
        "Erstgespräch",
        "Folgegespräch",
        "Schultag",
        "Gruppeninformation",
    }


def test_a_talk_takes_sixty_minutes_and_ninety_with_an_interpreter() -> None:
    assert DEFAULTS[AppointmentKind.FIRST_TALK].length(interpreted=False) == 60
    assert DEFAULTS[AppointmentKind.FIRST_TALK].length(interpreted=True) == 90


def test_the_table_of_transitions_is_exactly_this() -> None:
    allowed = {(a.value, b.value) for a, b in product(State, State) if may_become(a, b)}
    assert allowed == {
        ("held", "booked"),
        ("held", "cancelled"),
        ("held", "expired"),
        ("booked", "cancelled"),
        ("booked", "attended"),
        ("booked", "no_show"),
        ("attended", "booked"),
        ("no_show", "booked"),
        ("no_show", "attended"),
    }


def test_a_refused_transition_names_both_states() -> None:
    require_transition(State.BOOKED, State.ATTENDED)
    with pytest.raises(WrongState, match="cancelled to no_show"):
        require_transition(State.CANCELLED, State.NO_SHOW)


def test_only_bookings_and_living_holds_block() -> None:
    assert {state for state in State if blocks(state)} == {State.HELD, State.BOOKED, State.ATTENDED}
    assert blocks(State.HELD, hold_ends_at=STARTS, now=STARTS - MINUTE)
    assert not blocks(State.HELD, hold_ends_at=STARTS, now=STARTS)


@pytest.mark.parametrize(("late", "allowed"), [(-1, True), (0, True), (1, False)])
def test_a_family_cancels_until_the_deadline_and_staff_always(late: int, allowed: bool) -> None:
    now = STARTS - timedelta(hours=24) + late * MINUTE
    assert may_cancel(State.BOOKED, starts_at=STARTS, now=now, by_staff=False) is allowed
    assert may_cancel(State.BOOKED, starts_at=STARTS, now=now, by_staff=True)


def test_nobody_cancels_what_is_over() -> None:
    for state in (State.CANCELLED, State.EXPIRED, State.ATTENDED, State.NO_SHOW):
        assert not may_cancel(state, starts_at=STARTS, now=STARTS - timedelta(days=9), by_staff=True)


def test_no_show_is_set_only_after_start_and_grace_and_only_for_a_booking() -> None:
    after = STARTS + timedelta(minutes=15)
    assert not may_mark_no_show(State.BOOKED, starts_at=STARTS, now=after - MINUTE)
    assert may_mark_no_show(State.BOOKED, starts_at=STARTS, now=after)
    assert not may_mark_no_show(State.CANCELLED, starts_at=STARTS, now=after)
