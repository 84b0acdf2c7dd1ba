"""Counting without names: rates, waiting days, used time, interpreted hours; and what is too small to hand out.

A rate is kept as parts of a whole and never rounded before it is shown. Days are calendar days in Düsseldorf.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from scheduling.hours import Interval, local_day, merge
from scheduling.states import AppointmentState

SMALLEST = 5
"""Counts below stand in no export: few families behind a figure may be recognised in it."""
LONGEST_DAYS = 366
BUCKETS: tuple[tuple[str, int, int], ...] = (
    ("0–2 Tage", 0, 2),
    ("3–7 Tage", 3, 7),
    ("8–14 Tage", 8, 14),
    ("15–28 Tage", 15, 28),
    ("über 28 Tage", 29, 10_000),
)


@dataclass(frozen=True, slots=True)
class Talk:
    """One appointment as figures know it; `invited_at` only where an invitation came before the booking."""

    kind: str
    state: AppointmentState
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    invited_at: datetime | None = None
    is_interpreted: bool = False
    interpreter_language: str | None = None

    @property
    def hours(self) -> float:
        """Its length in real hours."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Attendance:
    """How talks ended; `unnoted` are over and nobody wrote down whether the family came."""

    attended: int = 0
    missed: int = 0
    cancelled: int = 0
    unnoted: int = 0

    @property
    def noted(self) -> int:
        """Those of which it is known whether the family came: the whole behind the rate."""
        return self.attended + self.missed

    @property
    def rate(self) -> float | None:
        """The part nobody came to; None where nothing is noted."""
        return self.missed / self.noted if self.noted else None


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Calendar days between two acts: how many, the middle, what nine of ten stay within, and how they spread."""

    count: int
    median: float | None
    ninth: int | None
    spread: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Open and taken time of somebody or something, in seconds; `outside` is taken beyond the hours."""

    open: int = 0
    taken: int = 0
    outside: int = 0
    talks: int = 0

    @property
    def share(self) -> float | None:
        """The taken part of the open time; None where nothing was open."""
        return self.taken / self.open if self.open else None

    def plus(self, other: Used) -> Used:
        """Both together."""
        return Used(
            self.open + other.open, self.taken + other.taken, self.outside + other.outside, self.talks + other.talks
        )


@dataclass(frozen=True, slots=True)
class Interpreted:
    """Hours interpreted in one language, and hours an interpreter came for and nobody else did."""

    language: str
    hours: float
    in_vain: float
    talks: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the export: a value, its unit, and how many talks stand behind it."""

    topic: str
    group: str
    value: float | None
    unit: str
    basis: int
    is_withheld: bool = False


def attendance(talks: Iterable[Talk], now: datetime) -> Attendance:
    """How talks ended; those still to come count nowhere."""
    found: Counter[str] = Counter()
    for talk in talks:
        if talk.state is AppointmentState.ATTENDED:
            found["attended"] += 1
        elif talk.state is AppointmentState.NO_SHOW:
            found["missed"] += 1
        elif talk.state is AppointmentState.CANCELLED:
            found["cancelled"] += 1
        elif talk.state is AppointmentState.BOOKED and talk.ends_at <= now:
            found["unnoted"] += 1
    return Attendance(**found)


def by_month(talks: Iterable[Talk]) -> dict[str, list[Talk]]:
    """The talks of each local month, named `2026-11`, in order."""
    found: dict[str, list[Talk]] = defaultdict(list)
    for talk in sorted(talks, key=lambda talk: talk.starts_at):
        found[f"{_day(talk.starts_at):%Y-%m}"].append(talk)
    return dict(found)


def lead_times(days: Iterable[int]) -> LeadTimes:
    """The middle and the spread of numbers of days."""
    ordered = sorted(days)
    spread = tuple((label, sum(low <= each <= high for each in ordered)) for label, low, high in BUCKETS)
    if not ordered:
        return LeadTimes(0, None, None, spread)
    ninth = ordered[max(0, -(-9 * len(ordered) // 10) - 1)]
    return LeadTimes(len(ordered), median(ordered), ninth, spread)


def median(ordered: Sequence[int]) -> float:
    """The middle of ascending numbers, between the two middle ones where their count is even."""
    middle = len(ordered) // 2
    return float(ordered[middle]) if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def days_to_talk(begin: datetime, starts_at: datetime) -> int:
    """Calendar days from an act to the talk; the same day is 0."""
    return (_day(starts_at) - _day(begin)).days


def used(hours: Iterable[Interval], away: Iterable[Interval], taken: Sequence[Interval]) -> Used:
    """Open time without absences, and what of it was taken; talks at the same time count once."""
    opened = without(merge(hours), merge(away))
    whole = merge(taken)
    inside = overlap(opened, whole)
    return Used(open=length(opened), taken=inside, outside=length(whole) - inside, talks=len(taken))


def without(spans: Iterable[Interval], holes: Sequence[Interval]) -> list[Interval]:
    """The spans less the holes; holes are merged and ascending."""
    left: list[Interval] = []
    for starts, ends in spans:
        at = starts
        for hole in holes:
            if hole.ends > at and hole.starts < ends:
                if hole.starts > at:
                    left.append(Interval(at, hole.starts))
                at = max(at, hole.ends)
        if at < ends:
            left.append(Interval(at, ends))
    return left


def overlap(some: Sequence[Interval], others: Sequence[Interval]) -> int:
    """The seconds two lists of merged spans share."""
    return sum(max(0, min(a.ends, b.ends) - max(a.starts, b.starts)) for a in some for b in others if a.ends > b.starts)


def length(spans: Iterable[Interval]) -> int:
    """The seconds of merged spans together."""
    return sum(span.ends - span.starts for span in spans)


def interpreted(talks: Iterable[Talk]) -> list[Interpreted]:
    """Hours by language, the most first; a talk that did not take place cost the interpreter's time as well."""
    hours: Counter[str] = Counter()
    vain: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for talk in talks:
        if talk.is_interpreted and talk.state in (AppointmentState.ATTENDED, AppointmentState.NO_SHOW):
            language = talk.interpreter_language or ""
            target = hours if talk.state is AppointmentState.ATTENDED else vain
            target[language] += talk.hours  # type: ignore[assignment]
            counts[language] += 1
    found = [Interpreted(code, float(hours[code]), float(vain[code]), counts[code]) for code in counts]
    return sorted(found, key=lambda each: (-each.hours, -each.in_vain, each.language))


def withheld(figures: Sequence[Figure]) -> list[Figure]:
    """The figures with small ones left out; where one alone would be missing, its neighbour goes with it.

    Otherwise it could be had by subtracting the others from their sum.
    """
    topics: Mapping[str, list[int]] = defaultdict(list)
    for place, figure in enumerate(figures):
        topics[figure.topic].append(place)
    hidden: set[int] = set()
    for places in topics.values():
        small = [place for place in places if 0 < figures[place].basis < SMALLEST]
        hidden.update(small)
        others = [place for place in places if place not in small and figures[place].basis]
        if len(small) == 1 and others:
            hidden.add(min(others, key=lambda place: figures[place].basis))
    return [
        replace(figure, value=None, is_withheld=True) if place in hidden else figure
        for place, figure in enumerate(figures)
    ]


def span_of(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days asked for, both inclusive, in order and at most a year; without any the year so far."""
    begin = first or (last.replace(month=1, day=1) if last else today.replace(month=1, day=1))
    end = last or (today if begin <= today else begin)
    if end < begin:
        begin, end = end, begin
    return begin, min(end, begin + timedelta(days=LONGEST_DAYS - 1))


def _day(at: datetime) -> date:
    return local_day(int(at.timestamp()))
