"""What the database says of a list, in one statement: every visible case with state, advisor and day, packed.

SQLite answers lots of cases alike in state and advisor, in the order of the index of the list, so that nothing is
sorted for them. PostgreSQL keeps what the list asks of a case in one value beside it (`list_key`, migration 0022) and
hands out all of these: to group the cases would take it as long as to find them. There each case is a lot.
Ids of rows elsewhere (children, placements, access) come packed beside them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import compress
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    String,
    Uuid,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.data.binary import BINARY
from app.data.database import db, session
from app.policies import Actor
from cases import list_filters, queries
from cases.list_filters import Filters, Order, Whose
from cases.list_packing import Array, PackedCases, dated_of_digits, rising, unpacked_ids
from cases.models import Case
from cases.shards.columns import Mask, ids_array
from cases.states import CaseState

CASES, SHARED = "cases", "shared"
KEY = np.dtype([("id", ">u8", 2), ("waiting", ">i4"), ("due", ">i4"), ("state", ">u4"), ("advisor", ">u8", 2)])
"""What lies beside a case on PostgreSQL: halves of ids, days since 2000 (infinity for none), the mark of its state."""
NOBODY = UUID(int=0)
FIRST_DAY = date(2000, 1, 1)
DAYS = {Order.WAITING: ("waiting", Case.waiting_since), Order.DUE: ("due", Case.next_due_on)}
"""The day a list is sorted by: its name in the key, its column."""


def mark_of(state: CaseState) -> int:
    """What stands for a state in the key: the first four bytes of the SHA-256 of its word."""
    return int.from_bytes(sha256(state.value.encode()).digest()[:4], "big")


MARKS = {state: np.uint32(mark_of(state)) for state in CaseState}


@dataclass(frozen=True, slots=True, repr=False)
class Answer(ABC):
    """Lots of cases: the mark of the state and the halves of the advisor of each; packed ids by what they are."""

    filters: Filters
    states: Array
    advisors: Array
    sets: dict[str, Array]

    @property
    def shared(self) -> Array:
        """Open cases of others that somebody shares with the actor."""
        return self.sets[SHARED]

    def is_open(self) -> Mask:
        """Which lots are still worked on."""
        return ~self._is_in(CaseState.CLOSED)

    def is_of(self, advisor_id: UUID | None) -> Mask:
        """Which lots are those of an advisor, or of nobody."""
        high, low = ids_array([advisor_id or NOBODY])[0]
        found: Mask = (self.advisors[:, 1] == low) & (self.advisors[:, 0] == high)
        return found

    def is_behind(self, whose: Whose, actor: Actor) -> Mask:
        """Which lots stand behind a tab; "own" also has those that `shared_with` selects."""
        if whose is Whose.CLOSED:
            return self._is_in(CaseState.CLOSED)
        if whose is Whose.UNASSIGNED:
            return self.is_open() & self.is_of(None)
        if whose is Whose.OWN:
            return self.is_open() & self.is_of(actor.user_id) & (actor.user_id is not None)
        return self.is_open()

    def answers(self) -> Mask:
        """Which lots have the state and advisor asked for, whatever the tab; an id not known matches nothing."""
        asked = np.ones(len(self.states), bool)
        if self.filters.state is not None:
            asked &= self._is_in(self.filters.state)
        if self.filters.advisor_id is not None:
            asked &= self.is_of(self.filters.advisor_id) & (self.filters.advisor_id != NOBODY)
        return asked

    @abstractmethod
    def count(self, lots: Mask) -> int:
        """How many cases some lots are, whatever their days."""

    @abstractmethod
    def rows(self, lots: Mask) -> tuple[Array, Array | None]:
        """Halves of the ids of the cases in some lots, as far as their days are asked for, and the days to sort by."""

    def _is_in(self, state: CaseState) -> Mask:
        found: Mask = self.states == MARKS[state]
        return found


@dataclass(frozen=True, slots=True, repr=False)
class _Grouped(Answer):
    """By state and advisor, each lot with its cases as a text."""

    counts: Array
    packed: Sequence[str | None]

    def count(self, lots: Mask) -> int:
        return int(self.counts[lots].sum())

    def rows(self, lots: Mask) -> tuple[Array, Array | None]:
        text = "".join(packed or "" for packed in compress(self.packed, lots.tolist()))
        return dated_of_digits(text) if self.filters.order in DAYS else (unpacked_ids(text), None)


@dataclass(frozen=True, slots=True, repr=False)
class _Keyed(Answer):
    """Each case by itself, with its key."""

    keys: Array

    def count(self, lots: Mask) -> int:
        return int(np.count_nonzero(lots))

    def rows(self, lots: Mask) -> tuple[Array, Array | None]:
        limits = {"waiting": self.filters.waiting_before(), "due": self.filters.due_before()}
        for name, limit in limits.items():
            if limit is not None:
                lots = lots & (self.keys[name] < (limit - FIRST_DAY).days)
        keys = self.keys[np.flatnonzero(lots)]
        day = DAYS.get(self.filters.order)
        return keys["id"].astype(np.uint64), rising(keys[day[0]]) if day else None


def ask(actor: Actor, filters: Filters) -> Answer:
    """Every case the actor may know of, and the ids that rows elsewhere choose."""
    is_keyed = db.engine.dialect.name == "postgresql"
    seen = queries.visible_to(actor)
    parts = [_keys().where(seen) if is_keyed else _groups(filters).where(seen), _ids(SHARED, _shared(actor))]
    parts += [_ids(name, chosen) for name, chosen in list_filters.chosen_elsewhere(filters).items()]
    lots, sets = [], {}
    for kind, packed, *lot in session().execute(union_all(*parts).execution_options(**BINARY)):
        if kind == CASES:
            lots.append((packed, *lot))
        else:
            sets[kind] = unpacked_ids(packed)
    if is_keyed:
        keys = np.frombuffer(lots[0][0] or b"", KEY)
        return _Keyed(filters, keys["state"], keys["advisor"], sets, keys)
    packed_rows, states, advisors, counts = zip(*lots, strict=True) if lots else ((), (), (), ())
    return _Grouped(
        filters,
        states=np.array([MARKS[CaseState(state)] for state in states], np.uint32),
        advisors=ids_array([advisor or NOBODY for advisor in advisors]),
        sets=sets,
        counts=np.array(counts, np.int64),
        packed=packed_rows,
    )


def _keys() -> Select[*tuple[Any, ...]]:
    key = literal_column("case_file.list_key", LargeBinary())
    return _lot(CASES, func.string_agg(key, cast(null(), LargeBinary()), type_=LargeBinary())).select_from(Case)


def _groups(filters: Filters) -> Select[*tuple[Any, ...]]:
    day = DAYS.get(filters.order)
    packed = PackedCases(Case.id, day[1]) if day else PackedCases(Case.id)
    limits = ((Case.waiting_since, filters.waiting_before()), (Case.next_due_on, filters.due_before()))
    asked = [column < limit for column, limit in limits if limit is not None]
    rows = packed.filter(*asked) if asked else packed
    lot = select(literal(CASES), rows, Case.state, Case.advisor_id, func.count())
    return lot.group_by(Case.restricted_on, Case.state, Case.advisor_id)


def _ids(kind: str, case_ids: Select[UUID]) -> Select[*tuple[Any, ...]]:
    """Some ids as one row beside the lots."""
    return _lot(kind, PackedCases(case_ids.subquery().c[0]))


def _lot(kind: str, packed: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(literal(kind), packed, cast(null(), String), cast(null(), Uuid()), literal(0))


def _shared(actor: Actor) -> Select[UUID]:
    """Open cases of others the actor works in, taken by their ids first: there are few of them."""
    few = select(Case).where(Case.id.in_(list_filters.shared_with(actor))).cte("shared_cases")
    case = aliased(Case, few.prefix_with("MATERIALIZED"))
    others = case.advisor_id.is_distinct_from(actor.user_id)
    return select(case.id).where(queries.visible_to(actor, case), case.state != CaseState.CLOSED, others)
