"""Public and school holidays of North Rhine-Westphalia, and working days (Monday to Friday, none of these).

Public holidays follow the Feiertagsgesetz NW; school holidays follow the Ferienordnung. One school's movable
days (bewegliche Ferientage) are not assumed. The school data end some day: after it nothing is known, which
is not the same as "no holiday".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from holidays.countries.germany import Germany

ONE_DAY = timedelta(days=1)
NO_DAYS: frozenset[date] = frozenset()


class SchoolDay(StrEnum):
    """Whether schools are on holiday; `unknown` lies outside the published holiday plan."""

    HOLIDAY = "holiday"
    TERM = "term"
    UNKNOWN = "unknown"


class HolidayWarning(StrEnum):
    """What staff should be told about the holiday data behind an answer."""

    SCHOOL_HOLIDAYS_UNKNOWN = "school_holidays_unknown"


@cache
def public_holidays(year: int) -> dict[date, str]:
    """The days of one year that are public holidays in NRW, each with its German name."""
    found = Germany(subdiv="NW", years=year, language="de")
    return {day: str(name) for day, name in sorted(found.items())}


@cache
def school_holidays(year: int) -> frozenset[date]:
    """The days of one calendar year in NRW school holidays; empty for a year without published data."""
    return frozenset(Germany(subdiv="NW", years=year, categories="school", language="de"))


@cache
def data_ends_on() -> date:
    """The last school-holiday day the installed data know; nothing may be concluded for any day after it."""
    year = 2026
    while school_holidays(year + 1):
        year += 1
    return max(school_holidays(year))


def is_public_holiday(day: date) -> bool:
    """Answers for NRW: Corpus Christi and All Saints are holidays, Reformation Day only was in 2017."""
    return day in public_holidays(day.year)


def school_day(day: date) -> SchoolDay:
    """Tells holiday from term, and both from a day no holiday plan has been published for."""
    if day in school_holidays(day.year):
        return SchoolDay.HOLIDAY
    return SchoolDay.UNKNOWN if day > data_ends_on() or not school_holidays(day.year) else SchoolDay.TERM


def is_school_holiday(day: date) -> bool:
    """True only where the holiday plan says so; an unknown day counts as term, see `warning_for`."""
    return school_day(day) is SchoolDay.HOLIDAY


def warning_for(first: date, last: date) -> HolidayWarning | None:
    """The warning to show for a span of days (both inclusive) that reaches beyond the school-holiday data."""
    unknown = SchoolDay.UNKNOWN in (school_day(first), school_day(last))
    return HolidayWarning.SCHOOL_HOLIDAYS_UNKNOWN if unknown else None


def is_working_day(day: date, closures: Collection[date] = NO_DAYS) -> bool:
    """Monday to Friday, neither a public holiday in NRW nor one of the office's own closures."""
    return day.weekday() < 5 and day not in closures and not is_public_holiday(day)


def add_working_days(day: date, count: int, closures: Collection[date] = NO_DAYS) -> date:
    """The `count`-th working day after `day`, itself not counted (§ 187 (1) BGB); 0 answers `day`."""
    if count < 0:
        raise ValueError("working days are counted forwards only")
    while count:
        day += ONE_DAY
        count -= is_working_day(day, closures)
    return day


def working_days_between(first: date, last: date, closures: Collection[date] = NO_DAYS) -> int:
    """How many working days lie after `first` up to and including `last`; 0 if `last` is not later."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_working_day(day, closures) for day in days)
