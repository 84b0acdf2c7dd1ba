"""Which cases a list shows, in which order, and how many stand behind each tab: one statement for all of it.

The database answers every visible case, grouped by state and advisor, as one packed value: its id and the day it is
sorted by. Groups are counted for the tabs and chosen by them; ids of rows elsewhere (children, placements, access)
come packed beside them. What lies sealed narrows and sorts them in memory, and fifty cases are loaded by their ids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import LargeBinary, Select, String, Uuid, cast, func, literal, null, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from app.data.binary import BINARY
from app.data.database import session
from app.policies import Actor
from app.web.pagination import PAGE_SIZE
from cases import list_filters, list_sealed, queries
from cases.list_filters import Filters, Group, Order, Whose
from cases.models import Case
from cases.shards.columns import Mask, is_among, uuids
from cases.states import CaseState

Array = npt.NDArray[Any]
Positions = npt.NDArray[np.intp]

UNDATED = np.dtype(">u8")
DATED = np.dtype([("id", ">u8", 2), ("day", ">i4")])
"""A case as PostgreSQL packs it: both halves of its id, and the days since 2000; infinity is the greatest number."""
EARLIEST = np.iinfo(np.int32).min
HEX_DIGITS, DAY_SIGNS = 32, 10
NO_DAY = "~" * DAY_SIGNS
DIGITS = [place + HEX_DIGITS for place, sign in enumerate("2026-11-22") if sign != "-"]
"""Where the eight digits of an ISO day stand; as one number of 64 bits they rise with the day, and `NO_DAY` is last."""
GROUP, SHARED = "group", "shared"


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """One page of a list: its ids in order, its number, how many cases the list has, and how many each tab."""

    case_ids: list[UUID]
    number: int
    total: int
    counts: dict[Whose, int]


@dataclass(frozen=True, slots=True, repr=False)
class _Answer:
    """What the database said: groups with their packed rows, and packed ids by what they are."""

    groups: list[tuple[Group, Any]]
    sets: dict[str, Array]

    @property
    def shared(self) -> Array:
        """Open cases of others that somebody shares with the actor."""
        return self.sets[SHARED]


class PackedCases(GenericFunction[bytes]):
    """An aggregate: id and day of each row, one behind the other; a text of hex digits on SQLite."""

    name = "packed_cases"
    type = LargeBinary()
    inherit_cache = True


def find(actor: Actor, filters: Filters, *, number: int) -> Found:
    """The ids of one page; the last page where `number` lies beyond it."""
    day = {Order.WAITING: Case.waiting_since, Order.DUE: Case.next_due_on}.get(filters.order)
    with list_sealed.opening(actor, filters) as sealed_beside:
        answer = _ask(actor, filters, day)
        ids, days, is_let = _rows(actor, filters, answer, has_day=day is not None)
        if filters.asks_for_sealed:
            sealed = sealed_beside(ids)
            is_let &= sealed.matches()
            days = sealed.names() if filters.order is Order.NAME else days
    kept = np.flatnonzero(is_let)
    first = days[kept] if days is not None else ~ids[kept, 0]
    number = min(number, max(1, -(-len(kept) // PAGE_SIZE)))

    def rest(block: Positions) -> list[Array]:
        rows = kept[block]
        names = sealed.longer_names(rows) if filters.order is Order.NAME else []
        return [*names, ~ids[rows, 0], ~ids[rows, 1]]

    shown = _window(first, rest, (number - 1) * PAGE_SIZE, number * PAGE_SIZE)
    return Found(uuids(ids[kept[shown]]), number, len(kept), _counts(actor, answer))


def _ask(actor: Actor, filters: Filters, day: InstrumentedAttribute[date | None] | None) -> _Answer:
    """One statement; on SQLite the groups come in the order of the index of the list, so nothing is sorted for them."""
    packed = PackedCases(Case.id, *([day] if day is not None else []))
    narrowed = list_filters.row_conditions(filters)
    rows = packed.filter(*narrowed) if narrowed else packed
    groups = select(literal(GROUP), Case.state, Case.advisor_id, func.count(), rows).where(queries.visible_to(actor))
    parts = [groups.group_by(Case.restricted_on, Case.state, Case.advisor_id), _packed(SHARED, _shared(actor))]
    parts += [_packed(name, chosen) for name, chosen in list_filters.chosen_elsewhere(filters).items()]
    found, sets = [], {}
    for kind, state, advisor_id, count, packed_rows in session().execute(union_all(*parts).execution_options(**BINARY)):
        if kind == GROUP:
            found.append((Group(CaseState(state), advisor_id, count), packed_rows))
        else:
            sets[kind] = _unpacked(packed_rows, has_day=False)[0]
    return _Answer(found, sets)


def _packed(kind: str, case_ids: Select[UUID]) -> Select[*tuple[Any, ...]]:
    """Some ids as one row beside the groups."""
    chosen = case_ids.subquery()
    return select(literal(kind), cast(null(), String), cast(null(), Uuid()), literal(0), PackedCases(chosen.c[0]))


def _shared(actor: Actor) -> Select[UUID]:
    """Open cases of others the actor works in, taken by their ids first: there are few of them."""
    few = select(Case).where(Case.id.in_(list_filters.shared_with(actor))).cte("shared_cases")
    case = aliased(Case, few.prefix_with("MATERIALIZED"))
    others = case.advisor_id.is_distinct_from(actor.user_id)
    return select(case.id).where(queries.visible_to(actor, case), case.state != CaseState.CLOSED, others)


def _rows(actor: Actor, filters: Filters, answer: _Answer, *, has_day: bool) -> tuple[Array, Array | None, Mask]:
    """Ids and days of the groups a list may show rows of, and which rows the clear columns let through."""
    also_shared = filters.whose is Whose.OWN and len(answer.shared) > 0
    some = [(group, rows) for group, rows in answer.groups if group.answers(filters)]
    own = [(group, rows) for group, rows in some if list_filters.is_behind(filters.whose, group, actor)]
    others = [
        (group, rows) for group, rows in some if also_shared and group.is_open and group.advisor_id != actor.user_id
    ]
    parts = [_unpacked(rows, has_day=has_day) for _, rows in [*own, *others]]
    parts = parts or [_unpacked(None, has_day=has_day)]
    ids = np.concatenate([part[0] for part in parts])
    days = np.concatenate([part[1] for part in parts if part[1] is not None]) if has_day else None
    is_let = np.ones(len(ids), bool)
    if others:
        begin = sum(len(part[0]) for part in parts[: len(own)])
        is_let[begin:] = is_among(ids[begin:], answer.shared)
    for name, chosen in answer.sets.items():
        if name != SHARED:
            is_let &= is_among(ids, chosen)
    return ids, days, is_let


def _counts(actor: Actor, answer: _Answer) -> dict[Whose, int]:
    """How many cases stand behind each tab."""
    groups = [group for group, _ in answer.groups]
    counts = {
        whose: sum(group.count for group in groups if list_filters.is_behind(whose, group, actor)) for whose in Whose
    }
    return counts | {Whose.OWN: counts[Whose.OWN] + len(answer.shared)}


def _window(first: Array, rest: Callable[[Positions], list[Array]], start: int, stop: int) -> Positions:
    """The positions of one page of rows sorted by these keys, the first deciding.

    Nothing but the page is sorted: the first key shows which rows lie in it or tie with either end, and `rest` is
    asked for the others' keys of these rows alone.
    """
    stop = min(stop, len(first))
    if start >= stop:
        return np.zeros(0, np.intp)
    lowest, highest = np.partition(first, [start, stop - 1])[[start, stop - 1]]
    block = np.flatnonzero((first >= lowest) & (first <= highest))
    before = start - int(np.count_nonzero(first < lowest))
    keys = [first[block], *rest(block)]
    return block[np.lexsort(keys[::-1])][before : before + stop - start]


def unpacked_ids(packed: Any) -> list[UUID]:
    """The ids an aggregate of ids alone has packed."""
    return uuids(_unpacked(packed, has_day=False)[0])


def _unpacked(packed: Any, *, has_day: bool) -> tuple[Array, Array | None]:
    """Rows of both halves of the ids, and the days as numbers that rise with them; a null is the greatest."""
    if isinstance(packed, str):
        return _of_digits(packed, has_day)
    if not has_day:
        return np.frombuffer(packed or b"", UNDATED).astype(np.uint64).reshape(-1, 2), None
    rows = np.frombuffer(packed or b"", DATED)
    return rows["id"].astype(np.uint64), (rows["day"].astype(np.int64) - EARLIEST).astype(np.uint64)


def _of_digits(packed: str, has_day: bool) -> tuple[Array, Array | None]:
    """The same out of SQLite's text: 32 hex digits of the id, then ten signs of the day."""
    if not has_day:
        return np.frombuffer(bytes.fromhex(packed), UNDATED).astype(np.uint64).reshape(-1, 2), None
    signs = np.frombuffer(packed.encode(), np.uint8).reshape(-1, HEX_DIGITS + DAY_SIGNS)
    digits = signs[:, :HEX_DIGITS].tobytes().decode()
    ids = np.frombuffer(bytes.fromhex(digits), UNDATED).astype(np.uint64).reshape(-1, 2)
    return ids, signs.take(DIGITS, axis=1).view(UNDATED).ravel().astype(np.uint64)


@compiles(PackedCases, "sqlite")
def _as_digits(element: PackedCases, compiler: SQLCompiler, **options: Any) -> str:
    case_id, *day = (compiler.process(part, **options) for part in element.clauses)
    row = f"{case_id} || coalesce({day[0]}, '{NO_DAY}')" if day else case_id
    return f"group_concat({row}, '')"


@compiles(PackedCases, "postgresql")
def _as_bytes(element: PackedCases, compiler: SQLCompiler, **options: Any) -> str:
    case_id, *day = (compiler.process(part, **options) for part in element.clauses)
    row = f"uuid_send({case_id})"
    if day:
        row += f" || date_send(coalesce({day[0]}, 'infinity'))"
    return f"string_agg({row}, NULL::bytea)"
