"""Finding cases by what a caller says: a name in any script, a birth date, a reference, a phone number, a school.

A KI searches its shards (cases/shards), opened from the database for each search; a body that accepted cases from
elsewhere opens their summaries. Nothing searchable lies in the database, and only what `visible_to` lets through
is answered or counted.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from app.data.among import among
from app.data.database import session
from app.policies import Actor, OrganisationKind, authorise
from cases import queries
from cases.models import Case
from cases.policies import CasePermission
from cases.search import hooks, terms
from cases.search.index import Index
from cases.search.scanning import Scanned, scan
from cases.search.terms import Terms
from cases.shards import reading
from cases.shards.columns import Array, Mask, uuids
from cases.shards.errors import ShardBroken

log = logging.getLogger(__name__)

MOST = 30
SCORED = 300
"""So many names are scored in full at first; more only where too few of their cases may be seen."""


@dataclass(frozen=True, slots=True, repr=False)
class Sharded:
    """The shards of the actor's organisation, opened for one or more questions."""

    actor: Actor
    index: Index
    is_makeshift: bool = False

    def answers(self, asked: Terms, *, most: int) -> list[UUID]:
        """The ids of at most `most` cases the actor may know of that answer, best first."""
        index = self.index
        if asked.phone is not None:
            return self._newest(index.phone(asked.phone), most) if asked.phone else []
        among = index.current if asked.day is None else index.born(asked.day)
        return self._ranked(asked.name, among, most) if asked.name else self._newest(among, most)

    def _newest(self, cases: Mask, most: int) -> list[UUID]:
        return self._first(self.index.newest(cases), most)

    def _ranked(self, name: str, among: Mask, most: int) -> list[UUID]:
        scored, is_all = SCORED, False
        while True:
            positions, is_all = self.index.ranked(name, among, most=scored)
            found = self._first(positions, most)
            if len(found) >= most or is_all:
                return found
            scored *= 8

    def _first(self, positions: Array, most: int) -> list[UUID]:
        """The ids at the first `most` of these positions that the actor may know of, in this order."""
        found: list[UUID] = []
        size = 2 * most
        for start in range(0, len(positions), size):
            some = self.index.case_ids[positions[start : start + size].astype(np.int64)]
            found += visible(self.actor, uuids(some))
            if len(found) >= most:
                break
        return found[:most]


def open_for(actor: Actor) -> Sharded | Scanned:
    """Open what `actor` searches in, for one or more questions to `answers`.

    A shard that does not open makes the search slow, not blind: then every summary is opened instead.
    """
    authorise(actor, CasePermission.SEARCH)
    if actor.organisation_kind is OrganisationKind.KI:
        try:
            return Sharded(actor, Index(reading.search(actor.organisation_id)))
        except ShardBroken:
            log.error("the search opens every summary: a shard does not open")
            return scan(actor, is_makeshift=True)
    return scan(actor)


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """The ids of cases that answer, best first; `is_makeshift` where shards have to be built anew."""

    case_ids: list[UUID]
    is_makeshift: bool = False


def find(actor: Actor, text: str) -> list[UUID]:
    """The ids of cases that answer `text`, best first, at most `MOST`."""
    return look(actor, text).case_ids


def look(actor: Actor, text: str) -> Found:
    """The same, and how it was found."""
    authorise(actor, CasePermission.SEARCH)
    if not text.strip():
        return Found([])
    by_reference = _of_reference(actor, text)
    if by_reference:
        return Found(by_reference)
    asked, among = terms.read(text), open_for(actor)
    found = answers(among, asked)
    if asked.name and asked.day is None and len(found) < MOST:
        found += visible(actor, hooks.found(actor, asked.name))
    return Found(list(dict.fromkeys(found))[:MOST], among.is_makeshift)


def answers(among: Sharded | Scanned, asked: Terms) -> list[UUID]:
    """The ids of at most `MOST` cases that answer, best first."""
    return among.answers(asked, most=MOST)


def visible(actor: Actor, case_ids: Sequence[UUID]) -> list[UUID]:
    """Those of some cases that `actor` may know of, in the same order."""
    case = _some_cases()
    query = select(case.id).where(queries.visible_to(actor, case))
    seen: set[UUID] = set()
    for start in range(0, len(case_ids), 500):
        seen.update(session().scalars(query, {"some": case_ids[start : start + 500]}))
    return [case_id for case_id in case_ids if case_id in seen]


@cache
def _some_cases() -> type[Case]:
    """Case under the ids `some`, taken by these first: asked for ids and organisation at once, SQLite walks the index
    of the whole organisation.
    """
    few = select(Case).where(among(Case.id, "some")).cte("some_cases").prefix_with("MATERIALIZED")
    return aliased(Case, few)


def _of_reference(actor: Actor, text: str) -> list[UUID]:
    ending = terms.reference_ending(text)
    if not ending:
        return []
    shell = aliased(Case)
    went_in = select(shell.merged_into_id).where(shell.reference.endswith(ending, autoescape=True))
    named = or_(Case.reference.endswith(ending, autoescape=True), Case.id.in_(went_in))
    query = select(Case.id).where(queries.visible_to(actor), named)
    return list(session().scalars(query.limit(MOST)))
