"""Repeated dates: each repetition keeps its local clock time, closed days are skipped and never shifted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time, timedelta

from scheduling.holidays import NO_DAYS
from scheduling.hours import instant, is_closed


def weekly_series(
    first: date, last: date, at: time, *, weeks: int = 1, closures: Collection[date] = NO_DAYS
) -> list[int]:
    """Starts in epoch seconds every `weeks` weeks from `first` to `last` (inclusive), without closed days."""
    if weeks < 1:
        raise ValueError("a series repeats every week or more rarely")
    days = (first + timedelta(days=n) for n in range(0, (last - first).days + 1, 7 * weeks))
    return [instant(day, at) for day in days if not is_closed(day, closures)]


def same_day_in(day: date, year: int) -> date | None:
    """The yearly repetition of a day; 29 February is skipped (None) in a year without one, never moved."""
    try:
        return day.replace(year=year)
    except ValueError:
        return None
