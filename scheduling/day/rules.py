"""What may be noted about a talk on its day: arrived, late, not come; plain values, aware UTC instants."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduling.hours import local_day
from scheduling.states import AppointmentState, may_mark_no_show

LATE_MINUTES = (5, 10, 15, 20, 30, 45, 60)
"""How much later a family may say it comes."""
LOOK_AFTER = 2
"""From so many talks nobody came to, somebody looks at the case; nothing else follows from the number."""


def may_arrive(state: AppointmentState, *, starts_at: datetime, arrived_at: datetime | None, now: datetime) -> bool:
    """Only a booked talk, on its own local day, and once."""
    is_today = local_day(int(starts_at.timestamp())) == local_day(int(now.timestamp()))
    return state is AppointmentState.BOOKED and arrived_at is None and is_today


def may_be_late(
    state: AppointmentState, *, starts_at: datetime, ends_at: datetime, arrived_at: datetime | None, now: datetime
) -> bool:
    """A family that is not here yet, from the morning of the talk until it would be over."""
    return may_arrive(state, starts_at=starts_at, arrived_at=arrived_at, now=now) and now < ends_at


def may_miss(
    state: AppointmentState,
    *,
    starts_at: datetime,
    late_minutes: int | None,
    arrived_at: datetime | None,
    now: datetime,
) -> bool:
    """After start and grace, counted from the later time the family announced; never once it has arrived."""
    expected = starts_at + timedelta(minutes=late_minutes or 0)
    return arrived_at is None and may_mark_no_show(state, starts_at=expected, now=now)


def needs_a_look(missed: int) -> bool:
    """Whether somebody should think about why the family does not come; it can book as before."""
    return missed >= LOOK_AFTER
