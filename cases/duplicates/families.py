"""Whether two families are one: their people compared each with each, and what both hold in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cases.duplicates.births import BirthLikeness
from cases.duplicates.rules import LIKELY, Judge, Likeness, Person
from cases.partial_dates import PartialDate, PartialDateError
from cases.romanise import is_unvowelled, romanise

_FAMILY = 8.0
_GUARDIAN_MOST = 12.0
_MORE_CHILDREN_MOST = 12.0
_PHONE = 9.0
_ALIKE = 0.86
_SAME = 0.995


@dataclass(frozen=True, slots=True, repr=False)
class Family:
    """One family as it is compared; `case_id` None for what somebody is typing. Phones belong to all of it."""

    case_id: UUID | None
    family_name: str
    children: tuple[Person, ...]
    guardians: tuple[Person, ...] = ()
    phones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Match:
    """How much speaks for one family, and the reasons: `plain` without any value, `sentences` with them."""

    bits: float
    sentences: tuple[str, ...]
    plain: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        """Whether somebody should look at it."""
        return self.bits >= LIKELY


def match(judge: Judge, a: Family, b: Family) -> Match:
    """Compare two families; every child counts once, and what a family name says counts once."""
    children = _pairs(judge, a.children, b.children)
    guardians = _pairs(judge, a.guardians, b.guardians)
    family_bits, closeness = judge.family_name(a.family_name, b.family_name)
    same_phone = not a.phones.isdisjoint(b.phones)
    bits = children[0].bits if children else max(0.0, family_bits)
    bits += min(_MORE_CHILDREN_MOST, sum(max(0.0, pair.bits - _FAMILY) for pair in children[1:]))
    if guardians:
        bits += min(_GUARDIAN_MOST, max(0.0, guardians[0].bits - _FAMILY))
    bits += _PHONE if same_phone else 0.0
    reasons = [reason for pair in children for reason in _of_child(pair)]
    reasons += [_of_guardian(pair) for pair in guardians[:1] if pair.bits > _FAMILY]
    if same_phone:
        reasons.append(("Dieselbe Telefonnummer", ""))
    if closeness >= _ALIKE and not any(pair.closeness >= _ALIKE for pair in children):
        reasons.append(_sibling(a, b, same_phone))
    return Match(
        bits,
        tuple(dict.fromkeys(f"{plain}: {value}" if value else plain for plain, value in reasons)),
        tuple(dict.fromkeys(plain for plain, _ in reasons)),
    )


def _pairs(judge: Judge, left: Sequence[Person], right: Sequence[Person]) -> list[Likeness]:
    """The best pairs, each person once, only those that speak for it; the strongest first."""
    found = sorted(
        ((judge.compare(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)),
        key=lambda one: -one[0].bits,
    )
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    kept = []
    for likeness, i, j in found:
        if likeness.bits <= 0 or i in taken_left or j in taken_right:
            continue
        taken_left.add(i)
        taken_right.add(j)
        kept.append(likeness)
    return kept


def _of_child(pair: Likeness) -> list[tuple[str, str]]:
    reasons = []
    if pair.closeness >= _ALIKE:
        reasons.append(_name(pair))
    told = _BIRTHS.get(pair.birth)
    if told is not None:
        both = _day(pair.a_born), _day(pair.b_born)
        reasons.append((told, both[0] if both[0] == both[1] else f"{both[0]} und {both[1]}"))
    return reasons


def _name(pair: Likeness) -> tuple[str, str]:
    value = f"„{pair.a_name}“ und „{pair.b_name}“"
    if pair.a_name.casefold() == pair.b_name.casefold():
        return "Gleicher Name", f"„{pair.a_name}“"
    if pair.is_turned:
        return "Vor- und Nachname vertauscht", value
    if _script(pair.a_name) != _script(pair.b_name):
        return "Derselbe Name in anderer Schrift", value
    if romanise(pair.a_name) == romanise(pair.b_name):
        return "Gleicher Name, nur Zeichen anders", value
    parts = len(romanise(pair.a_name).split()), len(romanise(pair.b_name).split())
    is_part = parts[0] != parts[1] and pair.closeness >= _SAME
    return "Gleicher Name, ein Teil fehlt" if is_part else "Name anders geschrieben", value


def _script(name: str) -> str:
    if is_unvowelled(name):
        return "arabic"
    return "cyrillic" if any("\u0400" <= sign <= "\u04ff" for sign in name) else "latin"


def _of_guardian(pair: Likeness) -> tuple[str, str]:
    value = f"„{pair.a_name}“"
    return "Sorgeberechtigte Person passt", value if pair.a_name == pair.b_name else f"{value} und „{pair.b_name}“"


def _sibling(a: Family, b: Family, same_phone: bool) -> tuple[str, str]:
    told = "Gleicher Familienname, das Kind könnte ein Geschwister sein" if same_phone else "Gleicher Familienname"
    same = a.family_name == b.family_name
    return told, f"„{a.family_name}“" if same else f"„{a.family_name}“ und „{b.family_name}“"


def _day(born: str) -> str:
    try:
        return PartialDate.parse(born).german()
    except PartialDateError:
        return "unbekannt"


_BIRTHS = {
    BirthLikeness.SAME: "Geburtsdatum gleich",
    BirthLikeness.SWAPPED: "Tag und Monat der Geburt vertauscht",
    BirthLikeness.YEAR_OFF: "Geburtsjahr um eins verschieden",
    BirthLikeness.DIGIT_OFF: "Geburtsdatum mit einer anderen Ziffer",
    BirthLikeness.DIGITS_NEAR: "Geburtsdatum mit zwei anderen Ziffern",
    BirthLikeness.MONTH_FITS: "Monat und Jahr der Geburt passen",
    BirthLikeness.YEAR_FITS: "Geburtsjahr passt",
    BirthLikeness.BOTH_DEFAULT: "Beide mit 1. Januar als Ersatzdatum",
    BirthLikeness.DEFAULT_DAY: "1. Januar als Ersatzdatum, das Geburtsjahr stimmt",
}
