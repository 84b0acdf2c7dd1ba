"""A grid out of plain values: rows are half hours of the local day, what is taken spans its rows.

Things that share a row share one cell, so that nothing is hidden behind anything. A free row is a start the slot
engine would accept; a row that is open and yet no start (too short, in a buffer) is shown as open and not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from scheduling.hours import Interval, instant

ROW_MINUTES = 30
FIRST_HOUR, LAST_HOUR = 8, 17

Entry = TypeVar("Entry")


class CellKind(StrEnum):
    """What a cell of the grid is."""

    TALK = "talk"
    BUSY = "busy"
    AWAY = "away"
    CLOSED = "closed"
    FREE = "free"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Item(Generic[Entry]):
    """Something that takes time in one column; `entry` is what the page shows, if anything more than that."""

    kind: CellKind
    span: Interval
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Column(Generic[Entry]):
    """One person or room on one local day, with its hours, what takes its time, and the starts that are free."""

    resource_id: UUID
    day: date
    hours: Sequence[Interval]
    items: Sequence[Item[Entry]]
    starts: Collection[int]


@dataclass(frozen=True, slots=True)
class Cell(Generic[Entry]):
    """A cell as the page draws it; `rows` it spans, `starts` in epoch seconds where it can be booked."""

    kind: CellKind
    rows: int
    column: int
    entries: tuple[Entry, ...] = ()
    starts: int | None = None


@dataclass(frozen=True, slots=True)
class Row(Generic[Entry]):
    """A half hour with the cells that begin in it."""

    at: time
    cells: tuple[Cell[Entry], ...]


def times(columns: Iterable[Column[Entry]]) -> list[time]:
    """The half hours shown: office hours, and more where something lies outside them."""
    first, last = FIRST_HOUR * 2, LAST_HOUR * 2
    for column in columns:
        midnight = instant(column.day, time(0))
        shown = [item.span for item in column.items if item.kind is CellKind.TALK] + list(column.hours)
        for span in shown:
            low, high = _rows_of(span, column.day)
            if high > 0 and low < 48 and span.ends > midnight:
                first, last = min(first, max(low, 0)), max(last, min(high, 48))
    return [time(row // 2, row % 2 * ROW_MINUTES) for row in range(first, last)]


def grid(columns: Sequence[Column[Entry]]) -> list[Row[Entry]]:
    """Every row with the cells that begin in it, one column after the other."""
    shown = times(columns)
    laid = [_laid(column, place, shown) for place, column in enumerate(columns)]
    return [
        Row(at, tuple(cell for cells in laid if (cell := cells.get(row)) is not None)) for row, at in enumerate(shown)
    ]


def _laid(column: Column[Entry], place: int, shown: Sequence[time]) -> dict[int, Cell[Entry]]:
    """The cells of one column by the row they begin in."""
    kinds = [_kind_of(column, at) for at in shown]
    cells: dict[int, Cell[Entry]] = {}
    row = 0
    while row < len(shown):
        talks, ends = _together(column, shown, row)
        if talks:
            entries = tuple(item.entry for item in talks if item.entry is not None)
            kind = CellKind.TALK if entries else CellKind.BUSY
            cells[row] = Cell(kind, ends - row, place, entries)
            row = ends
            continue
        length = _run(kinds, row, lambda at: not _together(column, shown, at)[0])
        starts = instant(column.day, shown[row]) if kinds[row] is CellKind.FREE else None
        cells[row] = Cell(kinds[row], length, place, starts=starts)
        row += length
    return cells


def _together(column: Column[Entry], shown: Sequence[time], row: int) -> tuple[list[Item[Entry]], int]:
    """What is taken in a row, with everything that hangs on to it below; and the row after the last of it."""
    base = shown[0].hour * 2 + shown[0].minute // ROW_MINUTES
    taken = [item for item in column.items if item.kind in (CellKind.TALK, CellKind.BUSY)]
    spans = sorted(((*_rows_of(item.span, column.day), place) for place, item in enumerate(taken)), key=lambda s: s[:2])
    found: list[int] = []
    end = row + 1
    for low, high, place in spans:
        if low - base < end and high - base > row:
            found.append(place)
            end = max(end, high - base)
    return [taken[place] for place in found], min(end, len(shown))


def _kind_of(column: Column[Entry], at: time) -> CellKind:
    """What a row is when no talk lies in it: away before closed, closed before free."""
    starts = instant(column.day, at)
    ends = starts + ROW_MINUTES * 60
    if any(item.kind is CellKind.AWAY and item.span.starts < ends and item.span.ends > starts for item in column.items):
        return CellKind.AWAY
    if not any(hours.starts <= starts and hours.ends >= ends for hours in column.hours):
        return CellKind.CLOSED
    return CellKind.FREE if starts in column.starts else CellKind.OPEN


def _run(kinds: Sequence[CellKind], row: int, is_untaken: Callable[[int], bool]) -> int:
    """How many rows from here are the same and make one cell; a free start has one of its own."""
    length = 1
    if kinds[row] is CellKind.FREE:
        return length
    while row + length < len(kinds) and kinds[row + length] is kinds[row] and is_untaken(row + length):
        length += 1
    return length


def _rows_of(span: Interval, day: date) -> tuple[int, int]:
    """The half hours of the local day a span touches, rounded outwards; may lie outside 0 to 48."""
    midnight = instant(day, time(0))
    low, high = (span.starts - midnight) // 1800, -((midnight - span.ends) // 1800)
    return low, max(high, low + 1)
