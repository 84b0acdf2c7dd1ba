"""Which cases a list shows, in which order, and how many stand behind each tab.

The database answers every visible case packed (`cases.list_answer`), with its state, its advisor and the day the list
is sorted by. What lies sealed narrows and sorts them in memory, and fifty cases are loaded by their ids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.policies import Actor
from app.web.pagination import PAGE_SIZE
from cases import list_answer, list_sealed
from cases.list_answer import SHARED, Answer
from cases.list_filters import Filters, Order, Whose
from cases.list_packing import Array
from cases.shards.columns import is_among, uuids

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """One page of a list: its ids in order, its number, how many cases the list has, and how many each tab."""

    case_ids: list[UUID]
    number: int
    total: int
    counts: dict[Whose, int]


def find(actor: Actor, filters: Filters, *, number: int) -> Found:
    """The ids of one page; the last page where `number` lies beyond it."""
    with list_sealed.opening(actor, filters) as sealed_beside:
        answer = list_answer.ask(actor, filters)
        ids, days = _rows(actor, filters, answer)
        is_let = np.ones(len(ids), bool)
        for name, chosen in answer.sets.items():
            if name != SHARED:
                is_let &= is_among(ids, chosen)
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


def _rows(actor: Actor, filters: Filters, answer: Answer) -> tuple[Array, Array | None]:
    """Ids and days of the cases behind the tab, as far as state, advisor and days are asked for."""
    asked = answer.answers()
    ids, days = answer.rows(asked & answer.is_behind(filters.whose, actor))
    if filters.whose is not Whose.OWN or not len(answer.shared):
        return ids, days
    others, their_days = answer.rows(asked & answer.is_open() & ~answer.is_of(actor.user_id))
    is_shared = is_among(others, answer.shared)
    ids = np.concatenate([ids, others[is_shared]])
    return ids, None if days is None or their_days is None else np.concatenate([days, their_days[is_shared]])


def _counts(actor: Actor, answer: Answer) -> dict[Whose, int]:
    """How many cases stand behind each tab."""
    counts = {whose: answer.count(answer.is_behind(whose, actor)) for whose in Whose}
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
