"""The four bands of the distribution list, and in which of them a child is looked for on a day.

Nobody's band is stored, as it changes with age: what decides it is packed into one number (sealed wherever it
lies), and the law behind it is lent by the package that knows it (app/home.py binds it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache


class Band(StrEnum):
    """The four bands of the distribution list (Verteilliste)."""

    PRIMARY = "primary"
    GRADES_5_TO_7 = "grades_5_to_7"
    GRADES_8_TO_10 = "grades_8_to_10"
    VOCATIONAL = "vocational"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return {
            "primary": "Grundschule",
            "grades_5_to_7": "Jahrgang 5–7",
            "grades_8_to_10": "Jahrgang 8–10",
            "vocational": "Berufskolleg",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Schooling:
    """What decides a band: birth date as far as known (ISO), school years (-1 unknown), stage and grade recommended."""

    born: str
    years: int = -1
    stage: str = ""
    grade: int = 0


Rule = Callable[[Schooling, date], Band | None]
"""From what is known of a child and a day to its band; None where no seat is due, or no birth date is known."""

STAGES = ("", "primary", "lower_secondary", "upper_secondary", "none")
"""The stages a child may be recommended for, by the number they are packed as; new ones go to the end."""
UNKNOWN_YEARS, MOST_GRADE = 255, 15

_rules: dict[str, Rule] = {}


def lend(rule: Rule) -> None:
    """Take `rule` as the law of the bands from now on."""
    _rules["band"] = rule
    _band_of.cache_clear()


def pack(schooling: Schooling) -> int:
    """What decides a band as one number of 64 bits."""
    parts = [int(part) if part.isascii() and part.isdecimal() else 0 for part in schooling.born.split("-")]
    year, month, day = [*parts, 0, 0, 0][:3]
    years = schooling.years if 0 <= schooling.years < UNKNOWN_YEARS else UNKNOWN_YEARS
    stage = STAGES.index(schooling.stage) if schooling.stage in STAGES else 0
    number = (year * 100 + month) * 100 + day
    return number << 16 | years << 8 | stage << 4 | min(schooling.grade, MOST_GRADE)


def unpack(packed: int) -> Schooling:
    """The same as it was before."""
    number, years, stage, grade = packed >> 16, packed >> 8 & 255, packed >> 4 & 15, packed & 15
    year, month, day = number // 10000, number // 100 % 100, number % 100
    born = "-".join([f"{year:04}"] + [f"{part:02}" for part in (month, day) if part]) if year else ""
    return Schooling(born, -1 if years == UNKNOWN_YEARS else years, STAGES[stage], grade)


def band_of(packed: int, on: date) -> Band | None:
    """The band of a child on a day; None too while no law is lent."""
    return _band_of(packed, on)


@lru_cache(maxsize=1 << 16)
def _band_of(packed: int, on: date) -> Band | None:
    rule = _rules.get("band")
    return rule(unpack(packed), on) if rule else None
