"""How two birth dates speak for or against one person: what clerks, papers and families really get wrong."""

from __future__ import annotations

from enum import StrEnum

from rapidfuzz.distance import OSA

from cases.partial_dates import PartialDate, PartialDateError


class BirthLikeness(StrEnum):
    """The relation of two birth dates, from the strongest to the weakest."""

    SAME = "same"
    SWAPPED = "swapped"
    YEAR_OFF = "year_off"
    DIGIT_OFF = "digit_off"
    MONTH_FITS = "month_fits"
    BOTH_DEFAULT = "both_default"
    DEFAULT_DAY = "default_day"
    YEAR_FITS = "year_fits"
    DIGITS_NEAR = "digits_near"
    UNKNOWN = "unknown"
    DIFFERENT = "different"

    @property
    def bits(self) -> float:
        """Evidence as log2 of the odds: above 0 for one person, below for two."""
        return _BITS[self]


_BITS = {
    BirthLikeness.SAME: 13.0,
    BirthLikeness.SWAPPED: 9.0,
    BirthLikeness.YEAR_OFF: 7.0,
    BirthLikeness.DIGIT_OFF: 8.5,
    BirthLikeness.MONTH_FITS: 7.0,
    BirthLikeness.BOTH_DEFAULT: 5.0,
    BirthLikeness.DEFAULT_DAY: 3.0,
    BirthLikeness.YEAR_FITS: 3.0,
    BirthLikeness.DIGITS_NEAR: 1.5,
    BirthLikeness.UNKNOWN: 0.0,
    BirthLikeness.DIFFERENT: -3.0,
}


def likeness(a: str, b: str) -> BirthLikeness:
    """How two ISO dates (day, month or year alone) relate; what is no date is compared by its digits."""
    if not a or not b:
        return BirthLikeness.UNKNOWN
    try:
        return _of_dates(PartialDate.parse(a), PartialDate.parse(b))
    except PartialDateError:
        return _of_digits(a.replace("-", ""), b.replace("-", ""))


def is_default(day: PartialDate) -> bool:
    """1 January: what an authority writes when only the year is known."""
    return (day.month, day.day) == (1, 1)


def _of_dates(a: PartialDate, b: PartialDate) -> BirthLikeness:
    if not (a.is_exact and b.is_exact):
        return _of_parts(a, b)
    if a == b:
        return BirthLikeness.BOTH_DEFAULT if is_default(a) else BirthLikeness.SAME
    if a.year == b.year and (a.month, a.day) == (b.day, b.month):
        return BirthLikeness.SWAPPED
    if a.year == b.year and (is_default(a) or is_default(b)):
        return BirthLikeness.DEFAULT_DAY
    if abs(a.year - b.year) == 1 and (a.month, a.day) == (b.month, b.day):
        return BirthLikeness.YEAR_OFF
    return _of_digits(a.iso().replace("-", ""), b.iso().replace("-", ""))


def _of_parts(a: PartialDate, b: PartialDate) -> BirthLikeness:
    if not a.could_be(b):
        return BirthLikeness.DEFAULT_DAY if a.year == b.year and _one_default(a, b) else BirthLikeness.DIFFERENT
    return BirthLikeness.MONTH_FITS if a.month is not None and b.month is not None else BirthLikeness.YEAR_FITS


def _one_default(a: PartialDate, b: PartialDate) -> bool:
    return is_default(a) or is_default(b)


def _of_digits(a: str, b: str) -> BirthLikeness:
    slips = OSA.distance(a, b, score_cutoff=2)
    return (BirthLikeness.SAME, BirthLikeness.DIGIT_OFF, BirthLikeness.DIGITS_NEAR, BirthLikeness.DIFFERENT)[slips]
