"""Which people of a house are worth comparing: by the shards' duplicate tokens, opened in memory alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np

from app import clock
from cases.duplicates.families import Family
from cases.duplicates.rules import Judge, Person
from cases.name_words import parts_of
from cases.partial_dates import OLDEST_CHILD_YEARS
from cases.shards.columns import PART, Array, lines_of, uuids
from cases.shards.duplicate_tokens import tokens_of
from cases.shards.facts import CHILD, KINDS, PersonFacts
from cases.shards.reading import People

MOST = 300
"""So many cases at most are compared with what somebody types, those first that share the most tokens."""
MOST_PAIRS = 4000
"""So many pairs of people at most are compared for the list of duplicates, those first that share the most tokens."""
_CROWD = 40
"""A token that more people share tells nobody apart."""
_LEAST_SHARED = 2
_WORTH_A_LOOK = 10.0
"""Bits two people need before their whole families are compared."""
Pair = tuple[UUID, UUID]


@dataclass(repr=False)
class House:
    """All people of an organisation: one row a person, tokens in ascending order with the row they belong to."""

    shards: Sequence[People]

    @cached_property
    def cases(self) -> list[UUID]:
        """The case of each row."""
        return [
            ids[n] for shard in self.shards for ids in [uuids(shard.people.case_ids)] for n in shard.people.person_cases
        ]

    @cached_property
    def people(self) -> list[tuple[str, list[str], str, frozenset[str]]]:
        """Kind, names, birth date and phones of each row."""
        return [person for shard in self.shards for person in _people(shard)]

    @cached_property
    def tokens(self) -> Array:
        """Every token, ascending."""
        return np.concatenate([np.zeros(0, "<u4"), *(shard.tokens.tokens for shard in self.shards)])[self._order]

    @cached_property
    def rows(self) -> Array:
        """The row of each token."""
        return self._unsorted_rows[self._order]

    @cached_property
    def rows_of_case(self) -> dict[UUID, list[int]]:
        """The rows of each case."""
        found: dict[UUID, list[int]] = defaultdict(list)
        for row, case_id in enumerate(self.cases):
            found[case_id].append(row)
        return found

    @cached_property
    def _order(self) -> Array:
        tokens = np.concatenate([np.zeros(0, "<u4"), *(shard.tokens.tokens for shard in self.shards)])
        return np.argsort(tokens, kind="stable")

    @cached_property
    def _unsorted_rows(self) -> Array:
        found, base = [np.zeros(0, np.int64)], 0
        for shard in self.shards:
            found.append(shard.tokens.persons.astype(np.int64) + base)
            base += len(shard.people.kinds)
        return np.concatenate(found)

    def rows_with(self, tokens: Collection[int]) -> Array:
        """The rows of every hit, a row as often as it shares a token."""
        wanted = np.unique(np.array(sorted(tokens), "<u4"))
        starts, ends = (np.searchsorted(self.tokens, wanted, side) for side in ("left", "right"))
        return np.concatenate([np.zeros(0, np.int64), *(self.rows[a:b] for a, b in zip(starts, ends, strict=True))])

    def person(self, row: int) -> Person:
        """One row as it is compared."""
        _, names, born, phones = self.people[row]
        return Person(tuple(names), born, phones)

    def family(self, case_id: UUID, family_name: str = "") -> Family:
        """The people of a case as they are compared."""
        people = [self.people[row] for row in self.rows_of_case[case_id]]
        return Family(
            case_id,
            family_name,
            tuple(Person(tuple(names), born) for kind, names, born, _ in people if kind == CHILD),
            tuple(Person(tuple(names)) for kind, names, _, _ in people if kind != CHILD),
            frozenset().union(*(phones for *_, phones in people)),
        )


def near(house: House, people: Sequence[PersonFacts], phones: Iterable[str]) -> list[UUID]:
    """The cases worth comparing with people somebody types, at most `MOST`, those first that share the most."""
    shared: dict[UUID, int] = defaultdict(int)
    for person in people:
        for row in house.rows_with(tokens_of(person)).tolist():
            shared[house.cases[row]] += 1
        for row in _alike_by_name(house, person):
            shared[house.cases[row]] += 1
    numbers = {phone for phone in phones if phone}
    for row, (_, _, _, known) in enumerate(house.people) if numbers else ():
        if not known.isdisjoint(numbers):
            shared[house.cases[row]] += MOST
    return sorted(shared, key=lambda case_id: -shared[case_id])[:MOST]


def pairs(house: House, judge: Judge) -> list[Pair]:
    """Pairs of different cases whose people share a phone, or several tokens and look alike, each once."""
    case_numbers = {case_id: n for n, case_id in enumerate(dict.fromkeys(house.cases))}
    of_row = np.array([case_numbers[case_id] for case_id in house.cases], np.int64)
    counted: dict[int, int] = defaultdict(int)
    starts = np.flatnonzero(np.diff(house.tokens, prepend=-1)) if len(house.tokens) else np.zeros(0, np.int64)
    ends = np.append(starts[1:], len(house.tokens))
    size = len(of_row) + 1
    for length in range(2, _CROWD + 1):
        groups = starts[ends - starts == length]
        if not len(groups):
            continue
        rows = np.sort(house.rows[groups[:, None] + np.arange(length)], axis=1)
        left, right = np.triu_indices(length, 1)
        one, other = rows[:, left].ravel(), rows[:, right].ravel()
        apart = of_row[one] != of_row[other]
        keys, times = np.unique(one[apart] * size + other[apart], return_counts=True)
        for key, times_shared in zip(keys.tolist(), times.tolist(), strict=True):
            counted[key] += times_shared
    likely = sorted((key for key, times in counted.items() if times >= _LEAST_SHARED), key=lambda key: -counted[key])
    found = [
        (house.cases[key // size], house.cases[key % size])
        for key in likely[:MOST_PAIRS]
        if judge.compare(house.person(key // size), house.person(key % size)).bits >= _WORTH_A_LOOK
    ]
    return list(dict.fromkeys((min(pair), max(pair)) for pair in [*_same_phone(house), *found]))


def _same_phone(house: House) -> list[Pair]:
    owners: dict[str, set[UUID]] = defaultdict(set)
    for row, (_, _, _, phones) in enumerate(house.people):
        for phone in phones:
            owners[phone].add(house.cases[row])
    return [
        (one, other)
        for cases in owners.values()
        if 1 < len(cases) <= _CROWD
        for one in cases
        for other in cases
        if one < other
    ]


def _alike_by_name(house: House, person: PersonFacts) -> list[int]:
    """Rows of people with two words of the name, whenever they are born: what a wholly wrong date would hide."""
    this_year = clock.today().year
    found: set[int] = set()
    for name in person.names:
        words = list(dict.fromkeys(parts_of(name)))
        counts: dict[int, int] = defaultdict(int)
        for word in words:
            tokens: set[int] = set()
            for year in range(this_year - OLDEST_CHILD_YEARS - 1, this_year + 1):
                tokens |= tokens_of(PersonFacts(person.person_id, person.kind, [word], str(year)))
            for row in set(house.rows_with(tokens).tolist()):
                counts[row] += 1
        found.update(row for row, count in counts.items() if count >= min(2, len(words)))
    return list(found)


def _people(shard: People) -> list[tuple[str, list[str], str, frozenset[str]]]:
    body, count = shard.people, len(shard.people.kinds)
    columns = (lines_of(text, count) for text in (body.names, body.born, body.phones))
    return [
        (KINDS[kind], names.split(PART), born, frozenset(phone for phone in phones.split(PART) if phone))
        for kind, names, born, phones in zip(body.kinds.tolist(), *columns, strict=True)
    ]
