"""The outbox as a table: which steps there are, how long tries go on, when nights are quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.errors import WrongState
from app.messages import states
from app.messages.kinds import MessageState, Reason

DAY = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def test_every_state_has_its_steps_and_whatever_ended_has_no_way_back_to_sending() -> None:
    assert set(states.STEPS) == set(MessageState)
    onward = {state for ended in states.ENDED for state in states.STEPS[ended]}
    assert onward == {MessageState.DELIVERED, MessageState.BOUNCED}
    with pytest.raises(WrongState):
        states.require_step(MessageState.SENT, MessageState.DUE)


@given(st.integers(min_value=1, max_value=500), st.sampled_from([None, *Reason]))
def test_pauses_grow_to_a_limit(attempts: int, reason: Reason | None) -> None:
    pause = states.pause_after(attempts, reason, jitter=1.0)
    assert timedelta(seconds=30) <= pause <= timedelta(hours=2)
    assert pause <= states.pause_after(attempts + 1, reason, jitter=1.0)


def test_a_server_that_is_away_gets_three_days_and_one_that_says_no_twelve_tries() -> None:
    def used_up(attempts: int, reason: Reason, days: float) -> bool:
        return states.is_used_up(attempts, reason, due_at=DAY, now=DAY + timedelta(days=days))

    assert not used_up(900, Reason.UNREACHABLE, 2.9)
    assert used_up(900, Reason.UNREACHABLE, 3)
    assert not used_up(11, Reason.REFUSED_FOR_NOW, 0.5)
    assert used_up(12, Reason.REFUSED_FOR_NOW, 0.5)


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_nights_end_at_eight_on_the_wall_even_when_the_clocks_change(now: datetime) -> None:
    morning = states.end_of_quiet(now)
    hour = clock.local(now).hour
    assert (morning is None) == (8 <= hour < 21)
    if morning is not None:
        assert clock.local(morning).hour == 8
        assert timedelta(0) < morning - now <= timedelta(hours=12)
        assert states.end_of_quiet(morning) is None


def test_a_lease_from_a_clock_that_was_set_back_is_over() -> None:
    assert not states.lease_is_over(DAY + timedelta(seconds=59), DAY)
    assert states.lease_is_over(DAY + timedelta(hours=3), DAY)
    assert states.lease_is_over(DAY, DAY)
