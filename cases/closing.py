"""What keeps a case open: packages above name what has to be settled before a case may be closed."""

from __future__ import annotations

from collections.abc import Callable

from app.errors import Conflict
from cases.models import Case

Obstacle = Callable[[Case], str | None]
"""Answers a German sentence on what to settle first, or None."""

_obstacles: list[Obstacle] = []


class Unsettled(Conflict):
    """Something of the case still runs; `sentences` say what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("the case is not settled")
        self.sentences = sentences


def asks(obstacle: Obstacle) -> None:
    """Ask `obstacle` before a case is closed; bound again it is asked once."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


def unsettled(case: Case) -> list[str]:
    """What has to be settled before this case may be closed."""
    return [sentence for obstacle in _obstacles if (sentence := obstacle(case)) is not None]
