"""A week of many rules is told in a line or two."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from scheduling.resources.week import in_short

MORNING, AFTERNOON = (540, 750), (780, 1020)


@dataclass
class Rule:
    """Times of one weekday."""

    weekday: int
    starts_minute: int
    ends_minute: int


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        ([], []),
        ([(2, *MORNING)], ["Mi 09:00–12:30"]),
        ([(day, *MORNING) for day in range(5)], ["Mo–Fr 09:00–12:30"]),
        ([(0, *MORNING), (1, *MORNING), (4, *MORNING)], ["Mo, Di, Fr 09:00–12:30"]),
        (
            [(0, *MORNING), (0, *AFTERNOON), (1, *MORNING), (1, *AFTERNOON), (4, *MORNING)],
            ["Mo, Di 09:00–12:30, 13:00–17:00", "Fr 09:00–12:30"],
        ),
    ],
)
def test_weekdays_with_the_same_times_share_a_line(rules: list[tuple[int, int, int]], lines: list[str]) -> None:
    assert in_short([Rule(*rule) for rule in rules]) == lines
