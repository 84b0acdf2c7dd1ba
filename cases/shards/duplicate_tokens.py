"""The tokens by which two entries of one person meet although names are spelled and dates are written otherwise.

Birth date; name with year; name with month and day; name with year and day: so a pair still meets when 1 January
stands for an unknown day, when day and month changed places, or when the year is one off.
"""

from __future__ import annotations

from hashlib import blake2b

from cases.name_words import parts_of
from cases.names import name_keys
from cases.partial_dates import PartialDate, PartialDateError
from cases.shards.facts import PersonFacts

_SHORTEST_KEY = 2
_BYTES = 4


def tokens_of(person: PersonFacts) -> set[int]:
    """The 32-bit tokens of one person."""
    return {_hashed(text) for text in token_texts(person.names, person.born)}


def token_texts(names: list[str], born: str) -> set[str]:
    """What the tokens are made of; without a birth date a whole name is all there is."""
    keys = {key for name in names for key in name_keys(name) if len(key) >= _SHORTEST_KEY}
    whole = {"n " + " ".join(sorted(parts_of(name))) for name in names}
    try:
        date = PartialDate.parse(born)
    except PartialDateError:
        return whole
    found = whole | {f"y {key} {date.year}" for key in keys}
    if date.month is None:
        return found
    found |= {f"m {key} {date.month}-{date.day or 0}" for key in keys}
    if date.day is None:
        return found
    found |= {f"m {key} {date.day}-{date.month}" for key in keys}
    found |= {f"d {key} {date.year}-{date.day}" for key in keys}
    return found | {f"b {date.iso()}"}


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=_BYTES).digest(), "big")
