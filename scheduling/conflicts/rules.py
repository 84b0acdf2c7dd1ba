"""Which appointments no longer fit, and why: a pure function of what is agreed, what is open and who is there.

Nothing is stored, so nothing can be out of date: an absence that is taken back takes its conflicts with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from scheduling.holidays import NO_DAYS
from scheduling.hours import Interval, is_closed, local_day
from scheduling.resource_kinds import Answer
from scheduling.world import ResourceKind


class Cause(StrEnum):
    """Why an appointment cannot stay as it is."""

    CLOSED = "closed"
    LEFT = "left"
    OUT_OF_USE = "out_of_use"
    ABSENT = "absent"
    CALENDAR = "calendar"
    HOURS = "hours"
    DECLINED = "declined"
    UNANSWERED = "unanswered"

    @property
    def label(self) -> str:
        """The German words staff read behind a name."""
        return _LABELS[self]


@dataclass(frozen=True, slots=True)
class Planned:
    """An appointment as the rules see it, in epoch seconds; `answer_by` belongs to an interpreter who was asked."""

    id: UUID
    starts: int
    ends: int
    advisor_id: UUID
    interpreter_id: UUID | None = None
    room_id: UUID | None = None
    answer: Answer | None = None
    answer_by: int | None = None
    was_overbooked: bool = False

    @property
    def people_and_rooms(self) -> tuple[tuple[ResourceKind, UUID], ...]:
        """Who and what it takes, the advisor first."""
        taken = (
            (ResourceKind.ADVISOR, self.advisor_id),
            (ResourceKind.INTERPRETER, self.interpreter_id),
            (ResourceKind.ROOM, self.room_id),
        )
        return tuple((kind, resource_id) for kind, resource_id in taken if resource_id is not None)


@dataclass(frozen=True, slots=True)
class Away:
    """When somebody is not there; `is_calendar` when only the own calendar says so."""

    starts: int
    ends: int
    is_calendar: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """What holds at this moment: who can be booked, when, and when the house is shut.

    `hours` are already without closed days; `shut` are closures of hours, `closures` those of whole days.
    """

    now: int
    active: frozenset[tuple[ResourceKind, UUID]]
    hours: Mapping[UUID, Sequence[Interval]]
    away: Mapping[UUID, Sequence[Away]] = field(default_factory=dict)
    shut: Sequence[Interval] = ()
    closures: Collection[date] = NO_DAYS


@dataclass(frozen=True, slots=True)
class Hit:
    """One reason, and whom or what it is about; nobody in particular when the house is closed."""

    cause: Cause
    kind: ResourceKind | None = None
    resource_id: UUID | None = None


def hits(planned: Planned, present: Present) -> tuple[Hit, ...]:
    """Every reason why an appointment ahead cannot stay as it is; a closed house hides all others."""
    if planned.ends <= present.now:
        return ()
    if _house_is_closed(planned, present):
        return (Hit(Cause.CLOSED),)
    found = [
        Hit(cause, kind, resource_id)
        for kind, resource_id in planned.people_and_rooms
        if (cause := _cause(planned, kind, resource_id, present)) is not None
    ]
    return tuple(found)


def _house_is_closed(planned: Planned, present: Present) -> bool:
    days = {local_day(planned.starts), local_day(planned.ends - 1)}
    if any(is_closed(day, present.closures) for day in days):
        return True
    return any(planned.starts < shut.ends and planned.ends > shut.starts for shut in present.shut)


def _cause(planned: Planned, kind: ResourceKind, resource_id: UUID, present: Present) -> Cause | None:
    """The weightiest reason about one resource."""
    if (kind, resource_id) not in present.active:
        return Cause.OUT_OF_USE if kind is ResourceKind.ROOM else Cause.LEFT
    if kind is ResourceKind.INTERPRETER and planned.answer is Answer.DECLINED:
        return Cause.DECLINED
    times = present.away.get(resource_id, ())
    missing = [away for away in times if planned.starts < away.ends and planned.ends > away.starts]
    if missing:
        return Cause.CALENDAR if all(away.is_calendar for away in missing) else Cause.ABSENT
    if not planned.was_overbooked and not _is_open(planned, present.hours.get(resource_id, ())):
        return Cause.HOURS
    if kind is ResourceKind.INTERPRETER and planned.answer is Answer.ASKED and _is_late(planned, present.now):
        return Cause.UNANSWERED
    return None


def _is_open(planned: Planned, hours: Sequence[Interval]) -> bool:
    return any(opening.starts <= planned.starts and planned.ends <= opening.ends for opening in hours)


def _is_late(planned: Planned, now: int) -> bool:
    return planned.answer_by is not None and planned.answer_by <= now


_LABELS = {
    Cause.CLOSED: "Das Haus ist geschlossen",
    Cause.LEFT: "ist nicht mehr dabei",
    Cause.OUT_OF_USE: "ist nicht in Benutzung",
    Cause.ABSENT: "ist abwesend",
    Cause.CALENDAR: "ist laut eigenem Kalender nicht frei",
    Cause.HOURS: "hat zu dieser Zeit keine Sprechzeit mehr",
    Cause.DECLINED: "hat abgesagt",
    Cause.UNANSWERED: "hat nicht geantwortet",
}
