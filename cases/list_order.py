"""Which cases a list shows, in which order, and how many stand behind each tab: one statement for all of it.

The database answers every visible case that the clear columns let through as one packed value, its id and the day it
is sorted by. What lies sealed narrows and sorts it in memory, and fifty cases are loaded by their ids.
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

Array = npt.NDArray[Any]
Positions = npt.NDArray[np.intp]

UNDATED = np.dtype([("high", ">u8"), ("low", ">u8")])
DATED = np.dtype([("high", ">u8"), ("low", ">u8"), ("day", ">u4")])
"""A case as PostgreSQL packs it: both halves of its id, and the days since 1970."""
HEX_DIGITS, DAY_SIGNS = 32, 10
NO_DAY = "~" * DAY_SIGNS
PLACES = np.array([1e7, 1e6, 1e5, 1e4, 0, 1e3, 1e2, 0, 10, 1]).astype(np.uint32)
"""What each sign of an ISO day counts for, hyphens nothing: later days are greater numbers."""


@dataclass(frozen=True, slots=True, repr=False)
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
    day = {Order.WAITING: Case.waiting_since, Order.DUE: Case.next_due_on}.get(filters.order)
    packed = PackedCases(Case.id, *([day] if day is not None else [])).filter(conditions(actor, filters))
    counts = [func.count().filter(whose_condition(actor, whose)) for whose in Whose]
    answer = session().execute(select(packed, *counts).select_from(Case).where(queries.visible_to(actor))).one()
    high, low, days = _unpacked(answer[0], has_day=day is not None)
    kept = np.arange(len(high))
    keys: list[Array] = [] if days is None else [days]
    if filters.asks_for_sealed:
        sealed = list_sealed.columns_of(actor, high, low, filters=filters)
        kept = np.flatnonzero(sealed.matches(filters))
        if filters.order is Order.NAME:
            keys = list(sealed.names())
    number = min(number, max(1, -(-len(kept) // PAGE_SIZE)))
    shown = _window([key[kept] for key in (*keys, ~high, ~low)], (number - 1) * PAGE_SIZE, number * PAGE_SIZE)
    ids = [UUID(int=int(high[at]) << 64 | int(low[at])) for at in kept[shown]]
    return Found(ids, number, len(kept), dict(zip(Whose, answer[1:], strict=True)))


def _window(keys: list[Array], start: int, stop: int) -> Positions:
    """The positions of one page of rows sorted by these keys, the first deciding.

    Sorted by the first key, which is quick; the others are asked only of the rows that tie with either end.
    """
    first = keys[0]
    order = np.argsort(first)
    if start >= len(order):
        return order[:0]
    rising = first[order]
    begin = int(np.searchsorted(rising, rising[start], "left"))
    end = int(np.searchsorted(rising, rising[min(stop, len(order)) - 1], "right"))
    block = order[begin:end]
    return block[np.lexsort([key[block] for key in reversed(keys)])][start - begin : stop - begin]


def _unpacked(packed: Any, *, has_day: bool) -> tuple[Array, Array, Array | None]:
    """Both halves of every id, and the days as numbers that rise with them; a null is the greatest."""
    if isinstance(packed, str):
        return _of_digits(packed, has_day)
    rows = np.frombuffer(packed or b"", DATED if has_day else UNDATED)
    days = rows["day"].astype(np.uint32) if has_day else None
    return rows["high"].astype(np.uint64), rows["low"].astype(np.uint64), days


def _of_digits(packed: str, has_day: bool) -> tuple[Array, Array, Array | None]:
    """The same out of SQLite's text: 32 hex digits of the id, then ten signs of the day."""
    if not has_day:
        ids = np.frombuffer(bytes.fromhex(packed), UNDATED)
        return ids["high"].astype(np.uint64), ids["low"].astype(np.uint64), None
    signs = np.frombuffer(packed.encode(), np.uint8).reshape(-1, HEX_DIGITS + DAY_SIGNS)
    ids = np.frombuffer(bytes.fromhex(signs[:, :HEX_DIGITS].tobytes().decode()), UNDATED)
    days = signs[:, HEX_DIGITS:].astype(np.uint32) @ PLACES
    return ids["high"].astype(np.uint64), ids["low"].astype(np.uint64), days


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
        row += f" || int4send(coalesce({day[0]} - DATE '1970-01-01', 2147483647))"
    return f"string_agg({row}, ''::bytea)"
