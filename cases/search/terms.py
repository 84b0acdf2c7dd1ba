"""What somebody typed, taken apart: a reference, a phone number, a birth date, the words of a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.web.fields import western_digits
from cases.partial_dates import PartialDate, PartialDateError

_REFERENCE = re.compile(r"[a-z]?-?(\d{4})-(\d{1,5})", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00)?[\d\s()/.-]{6,}")
_DAY = re.compile(r"(?:(?:(\d{1,2})\.)?(\d{1,2})\.)?(\d{4})")
_SHORTEST_PHONE = 6
_OLDEST_YEAR = 1900


@dataclass(frozen=True, slots=True, repr=False)
class Terms:
    """One search: `phone` is None unless the text is a number, and "" for one too short to be looked for."""

    name: str = ""
    day: PartialDate | None = None
    phone: str | None = None


def read(text: str, *, born: str = "") -> Terms:
    """Take a text apart; `born` is a birth date asked for beside it."""
    text = western_digits(text.strip())
    if _PHONE.fullmatch(text) and date_of(text) is None:
        digits = re.sub(r"\D", "", text).removeprefix("00").removeprefix("49").lstrip("0")
        return Terms(phone=digits if len(digits) >= _SHORTEST_PHONE else "")
    words, day = [], None
    for word in text.split():
        found = date_of(word) if day is None else None
        if found is None:
            words.append(word)
        else:
            day = found
    return Terms(name=" ".join(words), day=day or date_of(born))


def reference_ending(text: str) -> str:
    """How a reference ends that somebody typed, with or without its letter; "" for anything else."""
    found = _REFERENCE.fullmatch(western_digits(text.strip()))
    return f"{found[1]}-{int(found[2]):05}" if found else ""


def date_of(word: str) -> PartialDate | None:
    """A date as staff type it (5.3.2014, 3.2014, 2014) or as it is kept; None for anything else."""
    found = _DAY.fullmatch(word)
    try:
        if found is None:
            return PartialDate.parse(word)
        day, month, year = (int(part) if part else None for part in found.groups())
        return PartialDate(year or 0, month, day) if year and year >= _OLDEST_YEAR else None
    except PartialDateError:
        return None
