"""The one place time comes from: aware UTC instants, and days in Europe/Berlin."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


class _Clock:
    """The process's clock; an offset to the machine's is set in demo and test mode alone."""

    offset: timedelta = timedelta(0)


_clock = _Clock()


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC) + _clock.offset


def today() -> date:
    """The present day in Europe/Berlin."""
    return now().astimezone(BERLIN).date()


def start_at(instant: datetime | None) -> None:
    """Let time run on from `instant` (None: from the machine's own time); demo and test mode only."""
    if instant is None:
        _clock.offset = timedelta(0)
        return
    _clock.offset = instant.astimezone(UTC) - datetime.fromtimestamp(time.time(), UTC)


@contextmanager
def travelling_to(instant: datetime) -> Iterator[None]:
    """Let it be `instant` inside, and the former time after: for inventing a demo's past."""
    former = _clock.offset
    start_at(instant)
    try:
        yield
    finally:
        _clock.offset = former


def local(instant: datetime) -> datetime:
    """`instant` as the clock on a wall in Düsseldorf shows it."""
    return instant.astimezone(BERLIN)
