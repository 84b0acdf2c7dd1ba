"""Which cases a list shows, in which order, and how many stand behind each tab: one statement for all of it.

The database answers every visible case that the clear columns let through as one packed value: twenty bytes a case,
id and day. What lies sealed narrows and sorts it in memory, and fifty cases are loaded by their ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from app.data.database import session
from app.policies import Actor
from app.web.pagination import PAGE_SIZE
from cases import list_sealed, queries
from cases.list_filters import Filters, Order, Whose, conditions, whose_condition
from cases.models import Case

Positions = npt.NDArray[np.intp]

ROW = np.dtype([("high", ">u8"), ("low", ">u8"), ("day", ">u4")])
"""A case as the database packs it: both halves of its id, and a day whose null comes last."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list: its ids in order, its number, how many cases the list has, and how many each tab."""

    case_ids: list[UUID]
    number: int
    total: int
    counts: dict[Whose, int]


class PackedCases(GenericFunction[bytes]):
    """An aggregate: id and day of each row, one behind the other; a text of hex digits on SQLite."""

    name = "packed_cases"
    type = LargeBinary()
    inherit_cache = True


def find(actor: Actor, filters: Filters, *, number: int) -> Found:
    """The ids of one page; the last page where `number` lies beyond it."""
    day = Case.next_due_on if filters.order is Order.DUE else Case.waiting_since
    packed = func.packed_cases(Case.id, day).filter(conditions(actor, filters))
    counts = [func.count().filter(whose_condition(actor, whose)) for whose in Whose]
    answer = session().execute(select(packed, *counts).select_from(Case).where(queries.visible_to(actor))).one()
    rows = np.frombuffer(_raw(answer[0]), ROW)
    order = _order(actor, filters, rows)
    number = min(number, max(1, -(-len(order) // PAGE_SIZE)))
    shown = rows[order[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]
    ids = [UUID(int=int(high) << 64 | int(low)) for high, low, _ in shown.tolist()]
    return Found(ids, number, len(order), dict(zip(Whose, answer[1:], strict=True)))


def _order(actor: Actor, filters: Filters, rows: npt.NDArray[Any]) -> Positions:
    """The positions of the rows that stay, in the list's order; the newest case comes first among equals."""
    high, low = rows["high"].astype(np.uint64), rows["low"].astype(np.uint64)
    kept = np.arange(len(rows))
    if filters.asks_for_sealed:
        sealed = list_sealed.columns_of(actor, high, low, filters=filters)
        kept = np.flatnonzero(sealed.matches(filters))
        high, low = high[kept], low[kept]
        if filters.order is Order.NAME:
            first, second, third = sealed.names(kept)
            return kept[np.lexsort((~low, ~high, third, second, first))]
    if filters.order is Order.NEWEST:
        return kept[np.lexsort((~low, ~high))]
    return kept[np.lexsort((~low, ~high, rows["day"][kept].astype(np.uint32)))]


def _raw(packed: Any) -> bytes:
    return bytes.fromhex(packed) if isinstance(packed, str) else bytes(packed or b"")


@compiles(PackedCases, "sqlite")
def _as_hex(element: PackedCases, compiler: SQLCompiler, **options: Any) -> str:
    case_id, day = (compiler.process(part, **options) for part in element.clauses)
    return f"group_concat({case_id} || coalesce(replace({day}, '-', ''), 'ffffffff'), '')"


@compiles(PackedCases, "postgresql")
def _as_bytes(element: PackedCases, compiler: SQLCompiler, **options: Any) -> str:
    case_id, day = (compiler.process(part, **options) for part in element.clauses)
    row = f"uuid_send({case_id}) || int4send(coalesce({day} - DATE '1970-01-01', 2147483647))"
    return f"string_agg({row}, ''::bytea)"
