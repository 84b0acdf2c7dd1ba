"""A person's or room's week in a line or two: `Mo–Do 09:00–12:30, 13:00–17:00`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

SHORT = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


class Hours(Protocol):
    """Times of one weekday, in minutes after midnight."""

    weekday: int
    starts_minute: int
    ends_minute: int


def in_short(hours: Iterable[Hours]) -> list[str]:
    """One line for all weekdays with the same times, the earliest weekday first; rules in order of their start."""
    spans: dict[int, list[str]] = {}
    for rule in hours:
        spans.setdefault(rule.weekday, []).append(f"{clock_of(rule.starts_minute)}–{clock_of(rule.ends_minute)}")
    shared: dict[str, list[int]] = {}
    for weekday in sorted(spans):
        shared.setdefault(", ".join(spans[weekday]), []).append(weekday)
    return [f"{_days(weekdays)} {times}" for times, weekdays in shared.items()]


def clock_of(minute: int) -> str:
    """A minute of the day as `09:30`; the end of the day is `24:00`, what is beyond it `01:30 (+1)`."""
    if minute > 24 * 60:
        return f"{clock_of(minute - 24 * 60)} (+1)"
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(weekdays: list[int]) -> str:
    is_run = weekdays == list(range(weekdays[0], weekdays[-1] + 1))
    if is_run and len(weekdays) > 2:
        return f"{SHORT[weekdays[0]]}–{SHORT[weekdays[-1]]}"
    return ", ".join(SHORT[weekday] for weekday in weekdays)
