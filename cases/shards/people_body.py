"""The bodies the duplicate check reads: tokens by which likely same people meet, and the people to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from cases.shards.columns import (
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
    uuid_at,
)
from cases.shards.duplicate_tokens import tokens_of
from cases.shards.facts import KINDS, CaseFacts, PersonFacts


@dataclass(slots=True, repr=False)
class PeopleBody(Columns):
    """People as they are compared and shown: names, birth date and phones, one line a person."""

    case_ids: U64
    person_ids: U64
    person_cases: U16
    kinds: U8
    names: str
    born: str
    phones: str

    def person(self, position: int) -> PersonFacts:
        """One person of the body."""
        count = len(self.kinds)
        names, born, phones = (lines_of(text, count)[position] for text in (self.names, self.born, self.phones))
        return PersonFacts(
            uuid_at(self.person_ids, position), KINDS[self.kinds[position]], _apart(names), born, _apart(phones)
        )

    def restricted(self, keep: Mask) -> Self:
        """The same with the people of the kept cases alone."""
        if keep.all():
            return self
        people = keep[self.person_cases]
        kept = people.tolist()
        return type(self)(
            case_ids=self.case_ids[keep],
            person_ids=self.person_ids[people],
            person_cases=renumbered(keep)[self.person_cases[people]].astype("<u2"),
            kinds=self.kinds[people],
            names=_kept_lines(self.names, kept),
            born=_kept_lines(self.born, kept),
            phones=_kept_lines(self.phones, kept),
        )

    def joined(self, other: Self) -> Self:
        """Both together; no case may lie in both."""
        counts = len(self.kinds), len(other.kinds)
        return type(self)(
            case_ids=np.concatenate([self.case_ids, other.case_ids]),
            person_ids=np.concatenate([self.person_ids, other.person_ids]),
            person_cases=_beside(self.person_cases, other.person_cases, len(self.case_ids)),
            kinds=np.concatenate([self.kinds, other.kinds]),
            names=_joined_lines(self.names, other.names, counts),
            born=_joined_lines(self.born, other.born, counts),
            phones=_joined_lines(self.phones, other.phones, counts),
        )

    @classmethod
    def build(cls, cases: Sequence[CaseFacts]) -> Self:
        """The body of some cases."""
        people = _people(cases)
        return cls(
            case_ids=ids_array([facts.case_id for facts in cases]),
            person_ids=ids_array([person.person_id for _, person in people]),
            person_cases=np.array([case for case, _ in people], "<u2"),
            kinds=np.array([KINDS.index(person.kind) for _, person in people], "u1"),
            names=LINE.join(PART.join(_plain(person.names)) for _, person in people),
            born=LINE.join(_plain([person.born])[0] for _, person in people),
            phones=LINE.join(PART.join(_plain(person.phones)) for _, person in people),
        )


@dataclass(slots=True, repr=False)
class DuplicateBody(Columns):
    """Tokens in ascending order, each with the position of a person in the PeopleBody of the same shard."""

    case_ids: U64
    person_cases: U16
    tokens: U32
    persons: U16

    def restricted(self, keep: Mask) -> Self:
        """The same with the people of the kept cases alone."""
        if keep.all():
            return self
        people = keep[self.person_cases]
        wanted = people[self.persons]
        return type(self)(
            case_ids=self.case_ids[keep],
            person_cases=renumbered(keep)[self.person_cases[people]].astype("<u2"),
            tokens=self.tokens[wanted],
            persons=renumbered(people)[self.persons[wanted]].astype("<u2"),
        )

    def joined(self, other: Self) -> Self:
        """Both together; no case may lie in both."""
        tokens = np.concatenate([self.tokens, other.tokens])
        order = np.argsort(tokens, kind="stable")
        persons = _beside(self.persons, other.persons, len(self.person_cases))
        return type(self)(
            case_ids=np.concatenate([self.case_ids, other.case_ids]),
            person_cases=_beside(self.person_cases, other.person_cases, len(self.case_ids)),
            tokens=tokens[order],
            persons=persons[order],
        )

    @classmethod
    def build(cls, cases: Sequence[CaseFacts]) -> Self:
        """The body of some cases."""
        people = _people(cases)
        pairs = sorted((token, n) for n, (_, person) in enumerate(people) for token in tokens_of(person))
        return cls(
            case_ids=ids_array([facts.case_id for facts in cases]),
            person_cases=np.array([case for case, _ in people], "<u2"),
            tokens=np.array([token for token, _ in pairs], "<u4"),
            persons=np.array([position for _, position in pairs], "<u2"),
        )


def _people(cases: Sequence[CaseFacts]) -> list[tuple[int, PersonFacts]]:
    return [(case, person) for case, facts in enumerate(cases) for person in facts.people]


def _plain(values: Sequence[str]) -> list[str]:
    return [value.replace(LINE, " ").replace(PART, " ") for value in values]


def _apart(line: str) -> list[str]:
    return line.split(PART) if line else []


def _kept_lines(text: str, keep: list[bool]) -> str:
    return LINE.join(line for line, wanted in zip(lines_of(text, len(keep)), keep, strict=True) if wanted)


def _joined_lines(one: str, other: str, counts: tuple[int, int]) -> str:
    return LINE.join([*lines_of(one, counts[0]), *lines_of(other, counts[1])])


def _beside(one: Array, other: Array, base: int) -> Array:
    return np.concatenate([one, (other + base).astype("<u2")])
