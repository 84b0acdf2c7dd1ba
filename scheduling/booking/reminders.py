"""When a family is reminded: three days and one day before, never between 21 and 8 o'clock.

Reminders cut the share of families who do not come by about a quarter.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from app import clock
from scheduling.kinds import MessageKind

EARLIEST = time(8)
LATEST = time(20)
BEFORE = {MessageKind.REMINDER_3_DAYS: 3, MessageKind.REMINDER_1_DAY: 1}


def reminder_times(starts_at: datetime, *, now: datetime) -> list[tuple[MessageKind, datetime]]:
    """Each reminder with its instant: the talk's own clock time, days before, moved out of the quiet hours.

    One whose time has passed already is left out: the confirmation has just said the same.
    """
    return [(kind, due_at) for kind in BEFORE if (due_at := _due(kind, starts_at)) > now]


def sent_until(kind: MessageKind, starts_at: datetime) -> datetime:
    """When a message that is still unsent has become pointless: each reminder when the next says more, or when
    "tomorrow" is no longer true; everything else when the talk begins.
    """
    if kind is MessageKind.REMINDER_3_DAYS:
        return _due(MessageKind.REMINDER_1_DAY, starts_at)
    if kind is MessageKind.REMINDER_1_DAY:
        return datetime.combine(clock.local(starts_at).date(), time(), tzinfo=clock.BERLIN)
    return starts_at


def _due(kind: MessageKind, starts_at: datetime) -> datetime:
    local = clock.local(starts_at)
    at = min(max(local.time(), EARLIEST), LATEST)
    return datetime.combine(local.date() - timedelta(days=BEFORE[kind]), at, tzinfo=clock.BERLIN)
