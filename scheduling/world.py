"""The plain values the slot engine works on: resources, what is taken, what is wanted, what comes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from scheduling.holidays import NO_DAYS
from scheduling.hours import Interval, local_day
from scheduling.kinds import Gender


class ResourceKind(StrEnum):
    """The three pools an appointment is assigned from."""

    ADVISOR = "advisor"
    INTERPRETER = "interpreter"
    ROOM = "room"


class Reason(StrEnum):
    """Why an appointment cannot begin at an instant."""

    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    OUTSIDE_RANGE = "outside_range"
    OFF_GRID = "off_grid"
    NO_ADVISOR = "no_advisor"
    NO_ROOM = "no_room"
    NO_INTERPRETER = "no_interpreter"
    INTERPRETER_NOTICE = "interpreter_notice"


@dataclass(frozen=True, slots=True)
class Resource:
    """One place in one pool; `languages` are counselled in or interpreted, `capacity` is people in a room.

    `notice_days` are the working days an interpreter asks for beyond the office's own; `place` is a room's address.
    """

    id: UUID
    kind: ResourceKind
    languages: frozenset[str] = frozenset()
    capacity: int = 1
    is_step_free: bool = True
    gender: Gender | None = None
    notice_days: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Time a resource is taken, in epoch seconds; an absence is no appointment and asks for no buffer."""

    resource_id: UUID
    starts: int
    ends: int
    buffer_before: int = 0
    buffer_after: int = 0
    booking_id: UUID | None = None
    is_appointment: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """Many appointments of one resource with the same buffers: two columns instead of an object each."""

    starts: Sequence[int]
    ends: Sequence[int]
    buffer_before: int = 0
    buffer_after: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted; lengths in minutes, starts lie in [earliest, latest) in epoch seconds.

    `language` is set only if the family needs one other than German, with its dialect if that matters (`ar-SY`);
    `people` must fit into the room. The wish for a woman or a man is about the interpreter.
    """

    length_minutes: int
    earliest: int
    latest: int
    buffer_before: int = 0
    buffer_after: int = 0
    language: str | None = None
    needs_room: bool = True
    step_minutes: int = 15
    advisor_id: UUID | None = None
    people: int = 1
    step_free: bool = False
    interpreter_gender: Gender | None = None
    place: str | None = None

    def __post_init__(self) -> None:
        """Refuse lengths that would let two appointments overlap."""
        if self.length_minutes < 1 or self.step_minutes < 1:
            raise ValueError("length and step must be at least one minute")
        if self.buffer_before < 0 or self.buffer_after < 0:
            raise ValueError("a buffer is never negative")

    @property
    def seconds(self) -> int:
        """The length of the appointment in real seconds."""
        return self.length_minutes * 60


@dataclass(frozen=True, slots=True)
class Policy:
    """How soon and how far ahead one may book; staff use their own with smaller numbers.

    Without any notice for interpreters (0) whoever books has asked them, and none of them asks for more. To a family
    (`waits_for_cooling`) what somebody gave back is not free for some minutes.
    """

    lead_minutes: int = 24 * 60
    horizon_days: int = 60
    interpreter_notice_days: int = 3
    waits_for_cooling: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """Everything the engine may know: resources, their opening hours, what is taken, and the time it is."""

    now: int
    resources: tuple[Resource, ...]
    hours: Mapping[UUID, tuple[Interval, ...]]
    busy: tuple[Busy, ...] = ()
    policy: Policy = field(default_factory=Policy)
    closures: Collection[date] = NO_DAYS
    taken: Mapping[UUID, Sequence[Taken]] = field(default_factory=dict)

    def excluding(self, *booking_ids: UUID) -> World:
        """The same world without one's own bookings or holds, so that a move may overlap the old slot.

        What stands in `taken` has no booking of its own: whoever reads it leaves one's own out beforehand.
        """
        kept = tuple(b for b in self.busy if b.booking_id is None or b.booking_id not in booking_ids)
        return replace(self, busy=kept)

    def without_talks_of(self, *kinds: ResourceKind) -> World:
        """The same world with the appointments of some pools wiped out; absences stay."""
        free = {resource.id for kind in kinds for resource in self.pool(kind)}
        kept = tuple(b for b in self.busy if not (b.is_appointment and b.resource_id in free))
        return replace(self, busy=kept, taken={i: rows for i, rows in self.taken.items() if i not in free})

    def pool(self, kind: ResourceKind) -> list[Resource]:
        """The resources of one pool."""
        return [resource for resource in self.resources if resource.kind is kind]


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A start that can be booked; `with_interpreter` tells whether one would have to be reserved."""

    starts: int
    ends: int
    with_interpreter: bool = False

    @property
    def starts_at(self) -> datetime:
        """The start as aware UTC."""
        return datetime.fromtimestamp(self.starts, UTC)

    @property
    def ends_at(self) -> datetime:
        """The end as aware UTC."""
        return datetime.fromtimestamp(self.ends, UTC)

    @property
    def on(self) -> date:
        """The local day the slot belongs to, that of its start."""
        return local_day(self.starts)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The distinct resources that would carry an appointment; `is_on_top` if some are taken by others already."""

    slot: Slot
    advisor_id: UUID
    interpreter_id: UUID | None
    room_id: UUID | None
    is_on_top: bool = False

    @property
    def resource_ids(self) -> tuple[UUID, ...]:
        """All resources in ascending order of id: the order in which rows are locked and inserted."""
        taken = (self.advisor_id, self.interpreter_id, self.room_id)
        return tuple(sorted(resource_id for resource_id in taken if resource_id is not None))


@dataclass(frozen=True, slots=True)
class Refusal:
    """No appointment can begin there, and why."""

    reason: Reason
