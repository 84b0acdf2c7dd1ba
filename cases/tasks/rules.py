"""When a task is pressing, and which kinds the system plans itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.policies import Actor, Role
from cases.kinds import TaskKind

WRITTEN_BY_PEOPLE = (TaskKind.GENERAL, TaskKind.CALL_BACK)
"""Two such tasks may fall on one day; every other kind exists once for a case, child and day."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """How near a day is, in words and as the tone of its badge."""

    label: str
    tone: str
    is_overdue: bool


def is_planned_by_system(kind: TaskKind) -> bool:
    """Whether asking for this kind again answers the task that is there already."""
    return kind not in WRITTEN_BY_PEOPLE


def may_finish(actor: Actor, kind: TaskKind) -> bool:
    """Whether this is the actor's to tick off: the review of an emergency access is the lead's, never the visitor's."""
    return kind is not TaskKind.EMERGENCY_REVIEW or actor.has(Role.LEAD)


def urgency(due_on: date, today: date) -> Urgency:
    """How pressing a task is that should be done by `due_on`."""
    left = (due_on - today).days
    if left < -1:
        return Urgency(f"seit {-left} Tagen überfällig", "danger", True)
    if left == -1:
        return Urgency("seit gestern überfällig", "danger", True)
    if left == 0:
        return Urgency("heute", "warning", False)
    if left == 1:
        return Urgency("morgen", "info", False)
    return Urgency(f"in {left} Tagen", "neutral", False)
