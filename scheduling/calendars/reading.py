"""An .ics file as the times somebody is busy: starts and ends, no word of what they are about.

Left out: what is marked as free (TRANSP:TRANSPARENT, Outlook's FREE), what is cancelled, what takes no time, and our
own appointments that came back by an invitation or a feed - they are taken here already. Times without a zone, and
whole days, are those of Düsseldorf unless the calendar names a zone of its own (X-WR-TIMEZONE).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from time import thread_time as time_used
from typing import Any

from icalendar import Calendar, Component
from recurring_ical_events import of

from app import clock
from scheduling.hours import DAY_SECONDS, Interval, instant, merge
from scheduling.resource_kinds import CalendarProblem

OUR_UIDS = "@einstieg"
MOST_EVENTS = 5_000
MOST_SERIES = 500
MOST_OCCURRENCES = 5_000
MOST_SECONDS = 20.0
STEP = timedelta(days=14)
MOST_REPEATS = 300_000
DAYS_BETWEEN = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
MIDNIGHT = time(0, 0)


class Unreadable(Exception):
    """The file says nothing we can use; `problem` tells whose calendar it is why."""

    def __init__(self, problem: CalendarProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def busy_times(content: bytes, *, within: Interval) -> tuple[Interval, ...]:
    """The merged busy times of a calendar that touch `within`, cut to it; raises Unreadable."""
    if content.count(b"BEGIN:VEVENT") > MOST_EVENTS or content.count(b"RRULE") > MOST_SERIES:
        raise Unreadable(CalendarProblem.TOO_MANY)
    try:
        calendar = Calendar.from_ical(content)
        _keep_only_busy(calendar, within)
        found = list(_occurrences(calendar, within))
    except Unreadable:
        raise
    except Exception:
        # Whatever a parser of foreign text raises, its words may quote the calendar and must go no further.
        raise Unreadable(CalendarProblem.NO_CALENDAR) from None
    return merge(
        Interval(max(each.starts, within.starts), min(each.ends, within.ends))
        for each in found
        if each.starts < min(each.ends, within.ends) and each.ends > within.starts
    )


def _keep_only_busy(calendar: Any, within: Interval) -> None:
    """Drop what takes no time of ours before anything is repeated; raises Unreadable for what repeats without end.

    A cancelled or freed single occurrence stays, as it must go on hiding the one of the series.
    """
    if not isinstance(calendar, Calendar):
        raise Unreadable(CalendarProblem.NO_CALENDAR)
    if sum(_repeats(event, within) for event in calendar.walk("VEVENT")) > MOST_REPEATS:
        raise Unreadable(CalendarProblem.TOO_MANY)
    kept = [part for part in calendar.subcomponents if part.name in ("VEVENT", "VTIMEZONE")]
    calendar.subcomponents = [
        part for part in kept if part.name != "VEVENT" or "RECURRENCE-ID" in part or not _takes_no_time(part)
    ]


def _repeats(event: Component, within: Interval) -> int:
    """About how often a series is counted on from its first day until the window ends."""
    rule = event.get("RRULE")
    if rule is None:
        return 0
    days = max(1, (within.ends - _instant(_time(event, "DTSTART"))) // DAY_SECONDS)
    rules = rule if isinstance(rule, list) else [rule]
    often = [str(one).upper() for each in rules for one in each.get("FREQ", [])]
    return sum(days // DAYS_BETWEEN[one] if one in DAYS_BETWEEN else MOST_REPEATS + 1 for one in often)


def _occurrences(calendar: Calendar, within: Interval) -> Iterator[Interval]:
    """Each busy time; unpacked fortnight by fortnight, so that a calendar made to never end is noticed early."""
    query, number, began = of(calendar, skip_bad_series=True), 0, time_used()
    starts = datetime.fromtimestamp(within.starts, clock.BERLIN)
    ends = datetime.fromtimestamp(within.ends, clock.BERLIN)
    while starts < ends:
        until = min(starts + STEP, ends)
        for event in query.between(starts, until):
            number += 1
            if not _takes_no_time(event):
                yield Interval(_instant(_time(event, "DTSTART")), _instant(_time(event, "DTEND")))
        if number > MOST_OCCURRENCES or time_used() - began > MOST_SECONDS:
            raise Unreadable(CalendarProblem.TOO_MANY)
        starts = until


def _time(event: Any, name: str) -> date | datetime:
    """One of an entry's times; unpacked ones have both, whatever the file left out."""
    found: date | datetime = event[name].dt
    return found


def _takes_no_time(event: Component) -> bool:
    """Whether an entry is free, cancelled, or an appointment of this office under its own name."""
    return (
        str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
        or str(event.get("UID", "")).endswith(OUR_UIDS)
    )


def _instant(value: date | datetime) -> int:
    """Epoch seconds of a time with a zone, of a floating one and of a whole day (its midnight) in Düsseldorf."""
    if not isinstance(value, datetime):
        return instant(value, MIDNIGHT)
    if value.tzinfo is None:
        return instant(value.date(), value.time().replace(second=0, microsecond=0))
    return int(value.astimezone(UTC).timestamp())
