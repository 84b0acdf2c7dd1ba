"""The life of a group talk, and which of its places is the next to be given."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class GroupTalkState(StrEnum):
    """Whether a group talk takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return {"planned": "findet statt", "cancelled": "abgesagt"}[self.value]


def next_place(taken: Collection[int], capacity: int) -> int | None:
    """The lowest free place from 1 to `capacity`; None when all are given, or more than there are by now."""
    if len(taken) >= capacity:
        return None
    return next((place for place in range(1, capacity + 1) if place not in taken), None)
