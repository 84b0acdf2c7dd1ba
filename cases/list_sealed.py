"""What the list sorts and filters by that may not lie in the clear: names, languages, what decides bands.

A KI reads it out of its shards. A body that cases were handed over to has no shards and a few hundred cases: it
opens their summaries and sheets.

Shards are opened by a thread of their own while the database looks for the cases: neither waits for the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session
from app.policies import Actor, OrganisationKind
from cases import bands, queries
from cases.bands import Band
from cases.list_filters import Filters, Order
from cases.models import Child
from cases.shards import reading
from cases.shards.columns import Places, uuids
from cases.shards.errors import ShardBroken
from cases.shards.facts import CaseFacts, schooling_of
from cases.shards.list_body import ListBody
from cases.sheets import ChildSheet

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

LAST = np.uint64(0xFFFFFFFFFFFFFFFF)
"""Where a case stands in the order of names that no shard knows: behind all others."""
SPREAD, SLOT_BITS = np.uint64(0x9E3779B97F4A7C15), 16


@dataclass(frozen=True, slots=True, repr=False)
class SealedColumns:
    """What is known of all cases, a row each: where they stand, whom language and band let through, how names sort."""

    places: Places
    is_let: Mask | None
    sort_keys: Array

    def beside(self, ids: Array) -> Sealed:
        """The same for the cases with these ids, given as halves."""
        return Sealed(self, *self.places.of(ids))


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """The columns beside some cases: `at` is the row of each, `is_known` False where it has none."""

    columns: SealedColumns
    at: Array
    is_known: Mask

    def matches(self) -> Mask:
        """Which of the cases language and band let through; one that is not known only where neither is asked."""
        let = self.columns.is_let
        return np.ones(len(self.at), bool) if let is None else self.is_known & let.take(self.at)

    def names(self) -> Array:
        """How the names of the cases begin, as numbers to sort by."""
        found: Array = np.where(self.is_known, self.columns.sort_keys[0].take(self.at), LAST)
        return found

    def longer_names(self, rows: Array) -> list[Array]:
        """What decides between some of the cases whose names begin alike: two more numbers each."""
        at, is_known = self.at[rows], self.is_known[rows]
        return [np.where(is_known, keys[at], LAST) for keys in self.columns.sort_keys[1:]]


@contextmanager
def opening(actor: Actor, filters: Filters) -> Iterator[Callable[[Array], Sealed]]:
    """What gives the sealed columns beside the cases with certain ids; it works for that while the caller does."""
    today = clock.today()

    def columns_of(body: ListBody) -> SealedColumns:
        return _columns(body, filters, today)

    def from_sheets(ids: Array) -> Sealed:
        return columns_of(_from_sheets(actor, ids, filters)).beside(ids)

    if not filters.asks_for_sealed or actor.organisation_kind is not OrganisationKind.KI:
        yield from_sheets
        return
    with ThreadPoolExecutor(1) as helper:
        opened = reading.with_case_columns(actor.organisation_id, helper, columns_of)

        def beside(ids: Array) -> Sealed:
            try:
                return opened().beside(ids)
            except ShardBroken:
                return from_sheets(ids)

        yield beside


def _columns(body: ListBody, filters: Filters, today: date) -> SealedColumns:
    """What a list asks of opened columns, whatever the database answers."""
    if not len(body.case_ids):
        body = ListBody.build([CaseFacts(UUID(int=0), "")])
    asked = []
    if filters.language:
        asked.append(body.languages == filters.language.encode())
    if filters.band is not None:
        asked.append(_in_band(body, filters.band, today))
    return SealedColumns(
        places=Places(body.case_ids),
        is_let=np.logical_and.reduce(asked) if asked else None,
        sort_keys=_sort_keys(body) if filters.order is Order.NAME else np.zeros((0, 0)),
    )


def _sort_keys(body: ListBody) -> Array:
    """Three rows of numbers that sort as the names do."""
    halves = np.ascontiguousarray(body.sort_keys).view(">u8").reshape(len(body.sort_keys), -1)
    return np.ascontiguousarray(halves.T.astype(np.uint64))


def _from_sheets(actor: Actor, halves: Array, filters: Filters) -> ListBody:
    ids = uuids(halves)
    schooling = _schooling(actor, ids) if filters.band is not None else {}
    return ListBody.build(
        [
            CaseFacts(
                case_id=case_id,
                family_name=summary.family_name if filters.order is Order.NAME else "",
                language=summary.language,
                schooling=schooling.get(case_id, []),
                latin=summary.latin,
            )
            for case_id, summary in queries.summaries(actor, ids).items()
        ]
    )


def _schooling(actor: Actor, case_ids: list[UUID]) -> dict[UUID, list[int]]:
    """What decides the bands of the children of these cases, by case."""
    children: dict[UUID, UUID] = {}
    for start in range(0, len(case_ids), 500):
        query = select(Child.id, Child.case_id).where(Child.case_id.in_(case_ids[start : start + 500]))
        children |= {row[0]: row[1] for row in session().execute(query)}
    found: dict[UUID, list[int]] = defaultdict(list)
    for child_id, stored in records.find_many(ChildSheet, children, reader=actor.organisation_id).items():
        found[children[child_id]].append(schooling_of(stored.sheet))
    return found


def _in_band(body: ListBody, band: Band, today: date) -> Mask:
    """Which cases of a body have a child in a band on a day; each way to be schooled is judged once.

    Ways lie in slots by a product of theirs, so that nothing is sorted but the few that meet another in their slot.
    """
    ways = body.schooling.astype(np.uint64)
    slots = (ways * SPREAD) >> np.uint64(64 - SLOT_BITS)
    table, judged = np.full(1 << SLOT_BITS, LAST), np.zeros(1 << SLOT_BITS, bool)
    table[slots] = ways
    filled = np.flatnonzero(table != LAST)
    judged[filled] = [bands.band_of(way, today) is band for way in table[filled].tolist()]
    hits, others = judged[slots], np.flatnonzero(table[slots] != ways)
    crowded, which = np.unique(ways[others], return_inverse=True)
    hits[others] = np.array([bands.band_of(way, today) is band for way in crowded.tolist()], bool)[which]
    found = np.zeros(len(body.case_ids), bool)
    found[body.child_cases[hits]] = True
    return found
