"""Whether two records are one person: evidence of names, birth date, phone and address, summed as bits.

A bit is a doubling of the odds. The constants began as what the parts can tell (a birth date one in about ten thousand,
a name word one in a few hundred); what another name word and another date speak against was corrected once after the
benchmark of intake, seed 5. They are the same for intake, list and benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import JaroWinkler

from cases import names
from cases.duplicates.births import BirthLikeness, likeness
from cases.name_words import Word, make_word, parts_of
from cases.romanise import is_unvowelled

LIKELY = 11.0
"""From these bits on two people are shown as likely the same."""

_WORD = 8.0
_MOST_NEAR, _LEAST_NEAR = 7.4, 2.2
_NEAR = 0.8
_FAR = 0.62
_AGAINST = -6.0
_SWAP = -1.0
_PHONE = 9.0
_STREET, _NUMBER, _POSTCODE, _TOWN, _PLACE = 8.0, 4.0, 6.0, 5.0, 6.0
_ADDRESS = {"street": _STREET, "number": _NUMBER, "postcode": _POSTCODE, "town": _TOWN, "place": _PLACE}
_AWAY = -1.0


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What is compared of one person: names as written, an ISO birth date (parts may miss), numbers, address parts."""

    names: tuple[str, ...]
    born: str = ""
    phones: frozenset[str] = frozenset()
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Likeness:
    """What speaks for one person: all bits, and each part for the sentences."""

    bits: float
    name_bits: float
    a_name: str = ""
    b_name: str = ""
    is_turned: bool = False
    closeness: float = 0.0
    birth: BirthLikeness = BirthLikeness.UNKNOWN
    same_phone: bool = False
    a_born: str = ""
    b_born: str = ""

    @property
    def is_likely(self) -> bool:
        """Whether somebody should look at it."""
        return self.bits >= LIKELY


class Judge:
    """Compares people; words compared once are remembered by this object alone and go with it."""

    def __init__(self) -> None:
        self._words: dict[str, list[Word]] = {}
        self._near: dict[tuple[str, str], float] = {}

    def compare(self, a: Person, b: Person) -> Likeness:
        """Everything that speaks for or against one person."""
        name_bits, closeness, turned, left, right = max(
            (self._names(one, other) for one in a.names for other in b.names), default=(0.0, 0.0, False, "", "")
        )
        birth = likeness(a.born, b.born)
        same_phone = not a.phones.isdisjoint(b.phones)
        bits = name_bits + birth.bits + (_PHONE if same_phone else 0.0) + self._address(a.address, b.address)
        return Likeness(bits, name_bits, left, right, turned, closeness, birth, same_phone, a.born, b.born)

    def family_name(self, a: str, b: str) -> tuple[float, float]:
        """Bits of two family names, and how near they are (0 to 1)."""
        bits, closeness, _, _, _ = self._names(a, b)
        return bits, closeness

    def _names(self, a: str, b: str) -> tuple[float, float, bool, str, str]:
        """Bits of two names, how near they are (0 to 1), whether their order differs, and the names."""
        left, right = self._words_of(a), self._words_of(b)
        if not left or not right:
            return 0.0, 0.0, False, a, b
        pairs = sorted(
            ((self._pair(x, y), i, j) for i, x in enumerate(left) for j, y in enumerate(right)),
            key=lambda pair: (-pair[0], abs(pair[1] - pair[2])),
        )
        taken_left: set[int] = set()
        taken_right: set[int] = set()
        bits, total, matched = 0.0, 0.0, []
        for near, i, j in pairs:
            if i in taken_left or j in taken_right:
                continue
            taken_left.add(i)
            taken_right.add(j)
            bits += _bits(near)
            total += near
            if near >= _NEAR:
                matched.append((i, j))
        turned = _is_turned(matched)
        return bits + (_SWAP if turned else 0.0), total / min(len(left), len(right)), turned, a, b

    def _pair(self, a: Word, b: Word) -> float:
        key = (a.fold, b.fold)
        known = self._near.get(key)
        if known is None:
            known = self._near[key] = names.word_similarity(a, b)
        return known

    def _words_of(self, name: str) -> list[Word]:
        known = self._words.get(name)
        if known is None:
            unvowelled = is_unvowelled(name)
            known = self._words[name] = [make_word(part, unvowelled=unvowelled) for part in parts_of(name)]
        return known

    def _address(self, a: Mapping[str, str], b: Mapping[str, str]) -> float:
        if not a or not b:
            return 0.0
        return sum(_part(a.get(key, ""), b.get(key, ""), weight) for key, weight in _ADDRESS.items())


def _part(a: str, b: str, weight: float) -> float:
    if not a or not b:
        return 0.0
    near = 1.0 if a == b else JaroWinkler.similarity(a, b)
    return weight if near == 1.0 else weight * 0.7 if near >= 0.9 else weight * 0.3 if near >= 0.8 else _AWAY


def _bits(near: float) -> float:
    """What one pair of words says: the same, more or less near, or another name."""
    if near >= 1.0:
        return _WORD
    if near >= _NEAR:
        return _LEAST_NEAR + (near - _NEAR) / (1.0 - _NEAR) * (_MOST_NEAR - _LEAST_NEAR)
    if near >= _FAR:
        return _AGAINST + (near - _FAR) / (_NEAR - _FAR) * (_LEAST_NEAR - _AGAINST)
    return _AGAINST


def _is_turned(pairs: list[tuple[int, int]]) -> bool:
    """Whether words that agree stand in another order."""
    return any((i - k) * (j - m) < 0 for i, j in pairs for k, m in pairs)
