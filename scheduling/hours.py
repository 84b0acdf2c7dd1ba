"""Opening hours: weekly rules in local time become half-open intervals of UTC epoch seconds.

Rules about the clock, kept in one place:

* A wall time that is skipped in spring (02:00-02:59) means the moment the clock jumps: 02:30 reads as 03:00.
* A wall time that comes twice in autumn means its first occurrence, for opening and closing alike, so that
  adjacent rules stay adjacent; a rule across the whole hour is really one hour longer.
* A rule whose closing is not later than its opening ends on the next day; it belongs to the day it opens on.
* A closed day is closed from midnight to midnight, also for the tail of the evening before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.holidays import NO_DAYS, ONE_DAY, is_public_holiday, is_school_holiday

BERLIN = ZoneInfo("Europe/Berlin")
DAY_SECONDS = 86_400
MIDNIGHT = time(0, 0)
PLANNED_YEARS = range(2000, 2100)


class Interval(NamedTuple):
    """A stretch of time in UTC epoch seconds; `starts` belongs to it, `ends` does not."""

    starts: int
    ends: int


class SchoolHolidays(StrEnum):
    """When a rule holds: all year, in school holidays only, or in term only."""

    ALWAYS = "always"
    ONLY = "only"
    NEVER = "never"


class Shape(NamedTuple):
    """A line of opening hours without whose it is; many people share one."""

    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_to: date | None
    school_holidays: SchoolHolidays

    def holds_on(self, day: date) -> bool:
        """Whether the line opens on this local day, closures left aside."""
        if day.weekday() != self.weekday or day < self.valid_from:
            return False
        if self.valid_to is not None and day > self.valid_to:
            return False
        if self.school_holidays is SchoolHolidays.ALWAYS:
            return True
        return is_school_holiday(day) is (self.school_holidays is SchoolHolidays.ONLY)


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """One line of opening hours of one resource; `weekday` 0 is Monday, `valid_to` is inclusive."""

    resource_id: UUID
    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_to: date | None = None
    school_holidays: SchoolHolidays = SchoolHolidays.ALWAYS

    def __post_init__(self) -> None:
        """Refuse a rule of no length; 00:00-00:00 is the whole day."""
        if not 0 <= self.weekday <= 6:
            raise ValueError("weekday must be 0 (Monday) to 6 (Sunday)")
        if self.opens == self.closes != MIDNIGHT:
            raise ValueError("opening and closing time are the same")

    @property
    def shape(self) -> Shape:
        """What of the rule decides about its hours."""
        return Shape(self.weekday, self.opens, self.closes, self.valid_from, self.valid_to, self.school_holidays)

    def holds_on(self, day: date) -> bool:
        """Whether the rule opens on this local day, closures left aside."""
        return self.shape.holds_on(day)


def named_day(text: str) -> date | None:
    """The day an address names as `2026-11-24`; None for no day, and for one that no office has ever planned for."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in PLANNED_YEARS else None


def local_day(instant_s: int) -> date:
    """The calendar day in Düsseldorf at an instant in epoch seconds."""
    return datetime.fromtimestamp(instant_s, BERLIN).date()


@lru_cache(maxsize=8192)
def instant(day: date, at: time) -> int:
    """Epoch seconds of a local wall time: the first of two equal ones, the clock jump for a skipped one."""
    wall = datetime.combine(day, at, tzinfo=BERLIN)
    found = int(wall.timestamp())
    if datetime.fromtimestamp(found, BERLIN).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    return _jump_between(int(wall.replace(fold=1).timestamp()), found)


def _jump_between(before: int, after: int) -> int:
    """The first second with the offset that holds at `after`."""
    offset = datetime.fromtimestamp(after, BERLIN).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, BERLIN).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def is_closed(day: date, closures: Collection[date] = NO_DAYS) -> bool:
    """Whether the whole office is closed: a public holiday in NRW or one of its own closures."""
    return day in closures or is_public_holiday(day)


def merge(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Sort intervals and join those that touch or overlap; empty ones fall away."""
    joined: list[Interval] = []
    for current in sorted(intervals):
        if current.ends <= current.starts:
            continue
        if joined and current.starts <= joined[-1].ends:
            joined[-1] = Interval(joined[-1].starts, max(joined[-1].ends, current.ends))
        else:
            joined.append(current)
    return tuple(joined)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every calendar day from `first` to `last`, both inclusive."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def open_hours(
    rules: Iterable[WeeklyRule], first: date, last: date, closures: Collection[date] = NO_DAYS
) -> Mapping[UUID, tuple[Interval, ...]]:
    """The merged opening hours of each resource that begin on the local days `first` to `last` (inclusive).

    Hours of the evening before that reach into `first` are there too, in their whole length.
    """
    shapes: dict[UUID, list[Shape]] = defaultdict(list)
    for rule in rules:
        shapes[rule.resource_id].append(rule.shape)
    closed = frozenset(closures)
    return {resource_id: _expanded(tuple(each), first, last, closed) for resource_id, each in shapes.items()}


@lru_cache(maxsize=1024)
def _expanded(shapes: tuple[Shape, ...], first: date, last: date, closures: frozenset[date]) -> tuple[Interval, ...]:
    """The hours that some lines give together; kept, as a house's people mostly have the same ones."""
    midnight = instant(first, MIDNIGHT)
    found = (
        _hours_on(shape, day, closures)
        for day in _open_days(first, last, closures)
        for shape in shapes
        if shape.holds_on(day)
    )
    return merge(opening for opening in found if opening.ends > midnight)


@lru_cache(maxsize=256)
def _open_days(first: date, last: date, closures: frozenset[date]) -> tuple[date, ...]:
    """The days from the evening before `first` to `last` that are not closed."""
    return tuple(day for day in days_between(first - ONE_DAY, last) if not is_closed(day, closures))


def _hours_on(rule: Shape, day: date, closures: Collection[date]) -> Interval:
    """The hours one line gives on one open day; cut at midnight if the next day is closed."""
    opens = instant(day, rule.opens)
    if rule.closes > rule.opens:
        return Interval(opens, instant(day, rule.closes))
    tomorrow = day + ONE_DAY
    return Interval(opens, instant(tomorrow, MIDNIGHT if is_closed(tomorrow, closures) else rule.closes))


@lru_cache(maxsize=2048)
def _grid_of_day(day: date, step_minutes: int) -> tuple[int, ...]:
    """The instants of one local day at which the wall clock shows a multiple of the step since midnight."""
    starts, ends = instant(day, MIDNIGHT), instant(day + ONE_DAY, MIDNIGHT)
    if ends - starts == DAY_SECONDS:
        return tuple(range(starts, ends, step_minutes * 60))
    walls = ((at, datetime.fromtimestamp(at, BERLIN)) for at in range(starts, ends, 60))
    return tuple(at for at, wall in walls if (wall.hour * 60 + wall.minute) % step_minutes == 0)


def clock_grid(step_minutes: int, within: Interval) -> list[int]:
    """All instants of the grid inside an interval; it follows the local clock, anew from midnight."""
    if step_minutes < 1:
        raise ValueError("the step must be at least one minute")
    if within.ends <= within.starts:
        return []
    days = days_between(local_day(within.starts), local_day(within.ends - 1))
    return [at for day in days for at in _grid_of_day(day, step_minutes) if within.starts <= at < within.ends]
