"""Dates of which only the year or the month may be known, as birth dates from abroad often are."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

MONTHS_DE = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
OLDEST_CHILD_YEARS = 27
"""Above this age nobody is counselled as a child: programmes for newcomers end with 27."""

_ISO = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?", re.ASCII)


class PartialDateError(ValueError):
    """The text or the parts are no date; the message carries no value, as it may be a birth date."""


@dataclass(frozen=True, order=False)
class PartialDate:
    """A year, a month of a year or a day; a day without a month does not exist."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise PartialDateError("a day needs a month")
        try:
            date(
                self.year,
                1 if self.month is None else self.month,
                1 if self.day is None else self.day,
            )
        except ValueError:
            raise PartialDateError("no such date") from None

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; raises PartialDateError for anything else."""
        match = _ISO.fullmatch(text.strip())
        if match is None:
            raise PartialDateError("not an ISO date")
        parts = {name: int(value) for name, value in match.groupdict().items() if value is not None}
        return cls(**parts)

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        """Wrap a fully known day."""
        return cls(day.year, day.month, day.day)

    @property
    def is_exact(self) -> bool:
        """Whether the day itself is known."""
        return self.day is not None

    def iso(self) -> str:
        """Write the known parts, in the form ``parse`` reads."""
        known = [f"{self.year:04d}"]
        known += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(known)

    __str__ = iso

    def german(self, *, note: bool = False) -> str:
        """Write it for people: "05.03.2014", "März 2014", "2014"; with `note` the unknown part is named."""
        if self.month is None:
            return f"{self.year} (Tag und Monat unbekannt)" if note else str(self.year)
        if self.day is None:
            text = f"{MONTHS_DE[self.month - 1]} {self.year}"
            return f"{text} (Tag unbekannt)" if note else text
        return f"{self.day:02d}.{self.month:02d}.{self.year}"

    def earliest(self) -> date:
        """The first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """The last day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def age_bounds(self, on: date) -> tuple[int, int]:
        """The lowest and the highest age in completed years on a day; negative before birth."""
        return age_on(self.latest(), on), age_on(self.earliest(), on)

    def could_be(self, other: "PartialDate") -> bool:
        """Whether both can mean the same day."""
        return self.earliest() <= other.latest() and other.earliest() <= self.latest()


def age_on(birth: date, on: date) -> int:
    """Completed years of life on a day; born on 29 February, a year is full on 1 March (§ 188 (2) BGB)."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def birth_problem(value: PartialDate, today: date) -> str | None:
    """Say in German what is wrong with a child's birth date, or None if it can be true."""
    if value.earliest() > today:
        return "Das Geburtsdatum liegt in der Zukunft. Bitte prüfen Sie das Jahr."
    youngest, _ = value.age_bounds(today)
    if youngest > OLDEST_CHILD_YEARS:
        return (
            f"Die Person wäre mindestens {youngest} Jahre alt. "
            f"Aufgenommen werden Kinder und Jugendliche bis {OLDEST_CHILD_YEARS} Jahre. "
            "Bitte prüfen Sie das Jahr."
        )
    return None
