"""What the list sorts and filters by that may not lie in the clear: names, languages, what decides bands.

A KI reads it out of its shards. A body that cases were handed over to has no shards and a few hundred cases: it
opens their summaries and sheets.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
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
from cases.shards.columns import places_in, uuids
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
class Sealed:
    """The opened columns beside some cases: `at` is the row of each in the body, `is_known` False where it has none."""

    body: ListBody
    at: Array
    is_known: Mask

    def matches(self, filters: Filters) -> Mask:
        """Which of the cases language and band let through; one that is not known only where neither is asked."""
        kept = np.ones(len(self.at), bool)
        if filters.language:
            kept &= self.is_known & (self.body.languages[self.at] == filters.language.encode())
        if filters.band is not None:
            kept &= self.is_known & _in_band(self.body, filters.band)[self.at]
        return kept

    def names(self) -> Array:
        """How the names of the cases begin, as numbers to sort by."""
        found: Array = np.where(self.is_known, self._sort_keys()[:, 0].astype(np.uint64).take(self.at), LAST)
        return found

    def longer_names(self, rows: Array) -> list[Array]:
        """What decides between some of the cases whose names begin alike: two more numbers each."""
        keys = self._sort_keys()[self.at[rows], 1:].astype(np.uint64)
        keys[~self.is_known[rows]] = LAST
        return [keys[:, 0], keys[:, 1]]

    def _sort_keys(self) -> Array:
        return np.ascontiguousarray(self.body.sort_keys).view(">u8").reshape(len(self.body.sort_keys), -1)


def columns_of(actor: Actor, ids: Array, *, filters: Filters) -> Sealed:
    """The sealed columns beside the cases with these ids, given as halves; read from shards or from sheets."""
    body = _from_shards(actor) or _from_sheets(actor, ids, filters)
    if not len(body.case_ids):
        body = ListBody.build([CaseFacts(UUID(int=0), "")])
    return Sealed(body, *places_in(ids, body.case_ids))


def _from_shards(actor: Actor) -> ListBody | None:
    if actor.organisation_kind is not OrganisationKind.KI:
        return None
    try:
        return reading.case_columns(actor.organisation_id)
    except ShardBroken:
        return None


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


def _in_band(body: ListBody, band: Band) -> Mask:
    """Which cases of a body have a child in a band today; each way to be schooled is judged once.

    Ways lie in slots by a product of theirs, so that nothing is sorted but the few that meet another in their slot.
    """
    today, ways = clock.today(), body.schooling.astype(np.uint64)
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
