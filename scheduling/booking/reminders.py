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
    local = clock.local(starts_at)
    at = min(max(local.time(), EARLIEST), LATEST)
    planned = [
        (kind, datetime.combine(local.date() - timedelta(days=days), at, tzinfo=clock.BERLIN))
        for kind, days in BEFORE.items()
    ]
    return [(kind, due_at) for kind, due_at in planned if due_at > now]
