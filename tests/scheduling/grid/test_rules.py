"""The grid hides nothing: every instant of every talk lies in a cell of its column, every column has every row once."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from scheduling.grid.rules import CellKind, Column, Item, grid, times
from scheduling.hours import Interval, instant

MONDAY = date(2026, 11, 23)
SOMEBODY = UUID(int=1)


def _at(clock: str, day: date = MONDAY) -> int:
    return instant(day, time.fromisoformat(clock))


def _span(begin: str, end: str) -> Interval:
    return Interval(_at(begin), _at(end))


def _column(*items: Item[str], starts: tuple[str, ...] = ()) -> Column[str]:
    return Column(SOMEBODY, MONDAY, [_span("09:00", "12:00")], items, frozenset(map(_at, starts)))


def _shape(column: Column[str]) -> list[tuple[str, str, int]]:
    return [(f"{row.at:%H:%M}", cell.kind.value, cell.rows) for row in grid([column]) for cell in row.cells]


def test_a_day_of_one_person() -> None:
    talk = Item(CellKind.TALK, _span("09:30", "10:30"), "Kovalenko")
    away: Item[str] = Item(CellKind.AWAY, _span("11:15", "11:45"))
    held: Item[str] = Item(CellKind.BUSY, _span("10:45", "11:00"))
    assert _shape(_column(talk, away, held, starts=("09:00",))) == [
        ("08:00", "closed", 2),
        ("09:00", "free", 1),
        ("09:30", "talk", 2),
        ("10:30", "busy", 1),
        ("11:00", "away", 2),
        ("12:00", "closed", 10),
    ]


def test_talks_that_share_half_an_hour_share_a_cell() -> None:
    first = Item(CellKind.TALK, _span("09:00", "09:20"), "one")
    second = Item(CellKind.TALK, _span("09:20", "10:00"), "two")
    third = Item(CellKind.TALK, _span("10:00", "10:30"), "three")
    cells = [cell for row in grid([_column(first, second, third)]) for cell in row.cells if cell.entries]
    assert [(cell.entries, cell.rows) for cell in cells] == [(("one", "two"), 2), (("three",), 1)]


def test_what_lies_outside_office_hours_is_shown_as_well() -> None:
    early = Item(CellKind.TALK, _span("07:15", "08:00"), "early")
    late = Item(CellKind.TALK, _span("18:00", "18:45"), "late")
    assert times([_column(early, late)])[0] == time(7, 0)
    assert times([_column(early, late)])[-1] == time(18, 30)
    assert times([])[0] == time(8, 0) and times([])[-1] == time(16, 30)


def test_the_day_of_a_clock_change_has_its_office_hours_in_the_right_rows() -> None:
    for day in (date(2026, 10, 25), date(2027, 3, 28)):
        hours = [Interval(_at("09:00", day), _at("10:00", day))]
        column: Column[str] = Column(SOMEBODY, day, hours, [], frozenset({_at("09:00", day)}))
        shape = [(row.at, cell.kind, cell.rows) for row in grid([column]) for cell in row.cells]
        assert (time(9), CellKind.FREE, 1) in shape and (time(9, 30), CellKind.OPEN, 1) in shape


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12), st.sampled_from(list(CellKind)[:3])), max_size=8),
    st.frozensets(st.integers(0, 5), max_size=4),
)
def test_every_row_of_every_column_is_covered_once_and_every_talk_is_seen(
    spans: list[tuple[int, int, CellKind]], free: frozenset[int]
) -> None:
    base = _at("07:00")
    items = [
        Item(kind, Interval(base + low * 900, base + (low + length) * 900), f"{n}" if kind is CellKind.TALK else None)
        for n, (low, length, kind) in enumerate(spans)
    ]
    column = Column(
        SOMEBODY, MONDAY, [_span("09:00", "12:00")], items, frozenset(_at("09:00") + n * 1800 for n in free)
    )
    rows = grid([column])
    covered: list[int] = []
    for place, row in enumerate(rows):
        for cell in row.cells:
            covered += range(place, place + cell.rows)
    assert covered == list(range(len(rows)))
    shown = {entry for row in rows for cell in row.cells for entry in cell.entries}
    assert shown == {item.entry for item in items if item.kind is CellKind.TALK}
