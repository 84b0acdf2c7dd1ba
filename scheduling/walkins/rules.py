"""What a number takes: its place in the day, how long its talk is, and whose time is free for it right now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from scheduling.slots import find_assignment
from scheduling.world import Assignment, Request, ResourceKind, World

MINUTES = 20
"""How long a talk without an appointment is planned; nothing reserved within that time is taken from anybody."""


@dataclass(frozen=True, slots=True)
class Free:
    """An advisor who could take somebody now, the room for it, and whether they need no interpreter."""

    advisor_id: UUID
    room_id: UUID | None
    speaks: bool


def next_number(highest: int | None, contingent: int) -> int | None:
    """The number after the highest one of a local day; None once the day's contingent is given out."""
    number = (highest or 0) + 1
    return number if number <= contingent else None


def free_now(world: World, *, language: str) -> list[Free]:
    """Every advisor whom the engine would give a short talk from this minute on, who speaks the language first."""
    found = []
    for advisor in world.pool(ResourceKind.ADVISOR):
        assigned = assignment_now(world, advisor.id)
        if assigned is not None:
            found.append(Free(advisor.id, assigned.room_id, language == "de" or language in advisor.languages))
    return sorted(found, key=lambda free: not free.speaks)


def assignment_now(world: World, advisor_id: UUID) -> Assignment | None:
    """The advisor with the smallest free room from this minute on; None when one of them is taken meanwhile."""
    starts = world.now // 60 * 60
    request = Request(
        length_minutes=MINUTES,
        earliest=starts,
        latest=starts + 60,
        needs_room=bool(world.pool(ResourceKind.ROOM)),
        step_minutes=1,
        advisor_id=advisor_id,
    )
    found = find_assignment(request, replace(world, now=starts), starts)
    return found if isinstance(found, Assignment) else None
