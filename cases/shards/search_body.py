"""The body the search reads: each distinct word of the names once, with its keys, and which case bears which words.

Words are kept romanised and in one spelling a sound (cases/name_words.py); a key is the CRC-32 of a consonant
skeleton or a cognate group. The seal hides all of it, so tokens need no key of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self
from zlib import crc32

import numpy as np

from cases.name_cognates import cognate_groups
from cases.name_words import Word, make_word, parts_of
from cases.partial_dates import PartialDate, PartialDateError
from cases.romanise import is_unvowelled
from cases.shards.columns import (
    I32,
    LINE,
    PART,
    U8,
    U16,
    U32,
    U64,
    Array,
    Columns,
    Mask,
    ids_array,
    lines_of,
    renumbered,
)
from cases.shards.facts import CaseFacts

MOST_WORDS = 40
_LAST_DAY = 31
_LAST_MONTH = 12
WordKey = tuple[str, bool]


@dataclass(slots=True, repr=False)
class SearchBody(Columns):
    """Cases, their distinct words, names as rows of words, birth dates as first and last possible day, phones.

    `hashes` is the same for one word in every shard, so that a search compares it once.
    """

    case_ids: U64
    romans: str
    folds: str
    unvowelled: U8
    letters: U32
    lengths: U8
    firsts: U8
    key_hashes: U32
    key_words: U16
    name_cases: U16
    name_lengths: U8
    name_words: U16
    born_cases: U16
    born_first: I32
    born_last: I32
    phone_cases: U16
    phones: str
    hashes: U64

    @classmethod
    def complete(cls, read: dict[str, Any]) -> dict[str, Any]:
        """A body that was written before words were hashed."""
        lines = lines_of(read["romans"], len(read["unvowelled"]))
        keys = zip(lines, read["unvowelled"].astype(bool).tolist(), strict=True)
        return read | {"hashes": np.array([hash_of(*key) for key in keys], "<u8")}

    def words(self) -> list[WordKey]:
        """Romanised word and whether its script leaves vowels out, in order of position."""
        return list(
            zip(lines_of(self.romans, len(self.unvowelled)), self.unvowelled.astype(bool).tolist(), strict=True)
        )

    def restricted(self, keep: Mask) -> Self:
        """The same with the kept cases alone; words nobody bears any more are gone."""
        if keep.all():
            return self
        cases = renumbered(keep)
        names, born, phones = keep[self.name_cases], keep[self.born_cases], keep[self.phone_cases]
        flat = self.name_words[np.repeat(names, self.name_lengths)]
        used = np.zeros(len(self.unvowelled), bool)
        used[flat] = True
        words, keys = renumbered(used), used[self.key_words]
        return type(self)(
            case_ids=self.case_ids[keep],
            romans=_kept(self.romans, used),
            folds=_kept(self.folds, used),
            unvowelled=self.unvowelled[used],
            letters=self.letters[used],
            lengths=self.lengths[used],
            firsts=self.firsts[used],
            key_hashes=self.key_hashes[keys],
            key_words=words[self.key_words[keys]].astype("<u2"),
            name_cases=cases[self.name_cases[names]].astype("<u2"),
            name_lengths=self.name_lengths[names],
            name_words=words[flat].astype("<u2"),
            born_cases=cases[self.born_cases[born]].astype("<u2"),
            born_first=self.born_first[born],
            born_last=self.born_last[born],
            phone_cases=cases[self.phone_cases[phones]].astype("<u2"),
            phones=_kept(self.phones, phones),
            hashes=self.hashes[used],
        )

    def joined(self, other: Self) -> Self:
        """Both together, each distinct word once; no case may lie in both."""
        order = np.argsort(self.hashes)
        spots = np.minimum(np.searchsorted(self.hashes[order], other.hashes), max(0, len(order) - 1))
        new = self.hashes[order[spots]] != other.hashes if len(order) else np.ones(len(other.hashes), bool)
        places = np.where(new, len(order) + renumbered(new), order[spots] if len(order) else 0)
        fresh, base = new[other.key_words], len(self.case_ids)
        hashes = np.concatenate([self.key_hashes, other.key_hashes[fresh]])
        order = np.argsort(hashes, kind="stable")
        key_words = np.concatenate([self.key_words, places[other.key_words[fresh]]])
        return type(self)(
            case_ids=np.concatenate([self.case_ids, other.case_ids]),
            romans=_together(self.romans, _kept(other.romans, new)),
            folds=_together(self.folds, _kept(other.folds, new)),
            unvowelled=np.concatenate([self.unvowelled, other.unvowelled[new]]),
            letters=np.concatenate([self.letters, other.letters[new]]),
            lengths=np.concatenate([self.lengths, other.lengths[new]]),
            firsts=np.concatenate([self.firsts, other.firsts[new]]),
            key_hashes=hashes[order],
            key_words=key_words[order].astype("<u2"),
            name_cases=_beside(self.name_cases, other.name_cases, base),
            name_lengths=np.concatenate([self.name_lengths, other.name_lengths]),
            name_words=np.concatenate([self.name_words, places[other.name_words].astype("<u2")]),
            born_cases=_beside(self.born_cases, other.born_cases, base),
            born_first=np.concatenate([self.born_first, other.born_first]),
            born_last=np.concatenate([self.born_last, other.born_last]),
            phone_cases=_beside(self.phone_cases, other.phone_cases, base),
            phones=_together(self.phones, other.phones),
            hashes=np.concatenate([self.hashes, other.hashes[new]]),
        )

    @classmethod
    def build(cls, cases: Sequence[CaseFacts]) -> Self:
        """The body of some cases."""
        names = [(case, name) for case, facts in enumerate(cases) for name in names_of(facts)]
        parts = [(case, is_unvowelled(name), parts_of(name)[:MOST_WORDS]) for case, name in names]
        parts = [row for row in parts if row[2]]
        index: dict[WordKey, int] = {}
        flat = [index.setdefault((word, bare), len(index)) for _, bare, words in parts for word in words]
        words = [make_word(roman, unvowelled=bare) for roman, bare in index]
        keys = sorted((key, position) for position, word in enumerate(words) for key in keys_of(word))
        born = [(case, span) for case, facts in enumerate(cases) for span in _spans(facts)]
        phones = [(case, phone) for case, facts in enumerate(cases) for phone in phones_of(facts)]
        return cls(
            case_ids=ids_array([facts.case_id for facts in cases]),
            romans=LINE.join(word.roman for word in words),
            folds=LINE.join(word.fold for word in words),
            unvowelled=np.array([word.unvowelled for word in words], "u1"),
            letters=np.array([letters_of(word.fold) for word in words], "<u4"),
            lengths=np.array([min(len(word.fold), 255) for word in words], "u1"),
            firsts=np.array([ord(word.fold[0]) if word.fold else 0 for word in words], "u1"),
            key_hashes=np.array([key for key, _ in keys], "<u4"),
            key_words=np.array([position for _, position in keys], "<u2"),
            name_cases=np.array([case for case, _, _ in parts], "<u2"),
            name_lengths=np.array([len(row) for _, _, row in parts], "u1"),
            name_words=np.array(flat, "<u2"),
            born_cases=np.array([case for case, _ in born], "<u2"),
            born_first=np.array([span[0] for _, span in born], "<i4"),
            born_last=np.array([span[1] for _, span in born], "<i4"),
            phone_cases=np.array([case for case, _ in phones], "<u2"),
            phones=LINE.join(phone for _, phone in phones),
            hashes=np.array([hash_of(*key) for key in index], "<u8"),
        )


def names_of(facts: CaseFacts) -> list[str]:
    """Every name under which a family may be looked for."""
    return list(dict.fromkeys([facts.family_name, *(name for person in facts.people for name in person.names)]))


def phones_of(facts: CaseFacts) -> list[str]:
    """Every number of a family, each once."""
    return list(dict.fromkeys(phone.replace(LINE, " ") for person in facts.people for phone in person.phones))


def keys_of(word: Word) -> set[int]:
    """The keys under which other spellings of a word meet it."""
    groups = cognate_groups().get(word.roman, frozenset())
    return {crc32(key.encode()) for key in word.skeletons()} | {crc32(f"={group}".encode()) for group in groups}


def hash_of(roman: str, unvowelled: bool) -> int:
    """64 bits that stand for one word, whichever shard it lies in."""
    return int.from_bytes(blake2b(f"{roman}{PART}{unvowelled:d}".encode(), digest_size=8).digest(), "big")


def letters_of(fold: str) -> int:
    """Which of the letters a to z occur, a bit each."""
    bits = 0
    for letter in fold:
        bits |= 1 << (ord(letter) - 97) % 32
    return bits


def span_of(born: PartialDate) -> tuple[int, int]:
    """The first and the last day a date can mean, as numbers like 20140305 that can be compared."""
    year = born.year * 10_000
    first = year + (born.month or 1) * 100 + (born.day or 1)
    return first, year + (born.month or _LAST_MONTH) * 100 + (born.day or _LAST_DAY)


def _spans(facts: CaseFacts) -> Iterable[tuple[int, int]]:
    for person in facts.people:
        try:
            if person.born:
                yield span_of(PartialDate.parse(person.born))
        except PartialDateError:
            continue


def _kept(text: str, keep: Mask) -> str:
    return LINE.join(line for line, wanted in zip(lines_of(text, len(keep)), keep.tolist(), strict=True) if wanted)


def _together(one: str, other: str) -> str:
    return f"{one}{LINE}{other}" if one and other else one or other


def _beside(one: Array, other: Array, base: int) -> Array:
    return np.concatenate([one, (other + base).astype("<u2")])
