"""Bars as geometry: where each one lies in a drawing of 640 units, so that a template has nothing to count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LABEL, ROW, BAR = 640, 180, 30, 18
FULL = WIDTH - LABEL - 170
LONGEST_LABEL = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its words; numbers are units of the drawing."""

    label: str
    text: str
    y: int
    width: int
    text_x: int
    baseline: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its title and what it says in words for those who do not see it."""

    id: str
    title: str
    description: str
    height: int
    bars: tuple[Bar, ...]

    @property
    def label_width(self) -> int:
        """Where the bars begin."""
        return LABEL

    @property
    def full(self) -> int:
        """How long the longest bar can be."""
        return FULL


def bars(id: str, title: str, rows: Sequence[tuple[str, float, str]], *, most: float | None = None) -> Chart:
    """A chart of (label, value, value in words); `most` is what a full bar stands for, the largest value by default."""
    top = most or max((value for _, value, _ in rows), default=0) or 1
    drawn = tuple(_bar(place, label, value / top, text) for place, (label, value, text) in enumerate(rows))
    described = "; ".join(f"{label}: {text}" for label, _, text in rows)
    return Chart(id, title, described, ROW * len(rows) + 6, drawn)


def _bar(place: int, label: str, part: float, text: str) -> Bar:
    width = round(FULL * min(max(part, 0), 1))
    y = place * ROW + 6
    short = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    return Bar(short, text, y, width, LABEL + width + 8, y + BAR - 4)
