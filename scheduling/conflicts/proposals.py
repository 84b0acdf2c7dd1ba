"""What could be done about an appointment that no longer fits: other people or rooms at its time, else other times.

As little as possible changes: whoever and whatever is not concerned stays, then the room may change, then everything.
Pure: works on the engine's world, in which the appointment itself still takes its time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from scheduling.conflicts.rules import Hit, Planned
from scheduling.queries import Needs, fitted
from scheduling.slots import find_assignment, free_slots, nearest
from scheduling.world import Assignment, Refusal, Request, Resource, ResourceKind, Slot, Taken, World

MOST_TIMES = 3
Barred = Collection[tuple[ResourceKind, UUID]]


@dataclass(frozen=True, slots=True)
class Elsewhen:
    """Another time, and the advisor it would be with."""

    slot: Slot
    advisor_id: UUID


def without(world: World, planned: Planned) -> World:
    """The same world in which one appointment takes no time: its own pair of instants, once for each resource."""
    own = {resource_id for _, resource_id in planned.people_and_rooms}
    taken = {
        resource_id: [_less(rows, planned) for rows in found] if resource_id in own else found
        for resource_id, found in world.taken.items()
    }
    return replace(world.excluding(planned.id), taken=taken)


def at_same_time(
    planned: Planned, needs: Needs, world: World, hits: Collection[Hit], barred: Barred
) -> Assignment | None:
    """The resources that could carry the appointment at its time, changing as few as possible; None for nobody."""
    hit = {one.kind for one in hits}
    if None in hit:
        return None
    free = without(world, planned)
    request = at_its_time(needs, planned)
    for loose in _ever_looser({kind for kind in hit if kind is not None}):
        allowed = tuple(each for each in free.resources if _may_take(each, planned, loose, barred))
        narrowed = replace(free, resources=allowed)
        found = find_assignment(fitted(request, narrowed), narrowed, planned.starts)
        if not isinstance(found, Refusal):
            return found
    return None


def at_its_time(needs: Needs, planned: Planned) -> Request:
    """The request for exactly the time that was agreed, whatever grid, length or advisor the kind has today."""
    request = needs.request(planned.starts, planned.starts + 1)
    return replace(
        request, length_minutes=max(1, (planned.ends - planned.starts) // 60), step_minutes=1, advisor_id=None
    )


def at_other_times(planned: Planned, needs: Needs, world: World, *, within: tuple[int, int]) -> list[Elsewhen]:
    """The nearest free times, with the family's own advisor if there are any, else with anybody; in order of time."""
    free = without(world, planned)
    for advisor_id in dict.fromkeys((needs.advisor_id, None)):
        request = fitted(replace(needs.request(*within), advisor_id=advisor_id), free)
        found = [slot for slot in free_slots(request, free) if slot.starts != planned.starts]
        chosen = [_with_advisor(slot, request, free) for slot in nearest(found, planned.starts, MOST_TIMES)]
        if chosen:
            return [one for one in chosen if one is not None]
    return []


def _with_advisor(slot: Slot, request: Request, world: World) -> Elsewhen | None:
    found = find_assignment(request, world, slot.starts)
    return None if isinstance(found, Refusal) else Elsewhen(slot, found.advisor_id)


def _ever_looser(hit: set[ResourceKind]) -> list[set[ResourceKind]]:
    """Which pools may change: those that must, then rooms as well, then all."""
    steps = [hit, hit | {ResourceKind.ROOM}, set(ResourceKind)]
    return [step for number, step in enumerate(steps) if step not in steps[:number]]


def _may_take(each: Resource, planned: Planned, loose: set[ResourceKind], barred: Barred) -> bool:
    place = (each.kind, each.id)
    if place in barred:
        return False
    return each.kind in loose or place in planned.people_and_rooms or _was_without(each.kind, planned)


def _was_without(kind: ResourceKind, planned: Planned) -> bool:
    """Whether the appointment had nobody of this pool: then somebody of it may be needed with other people."""
    return kind is ResourceKind.INTERPRETER and planned.interpreter_id is None


def _less(rows: Taken, planned: Planned) -> Taken:
    pairs = list(zip(rows.starts, rows.ends, strict=True))
    if (planned.starts, planned.ends) in pairs:
        pairs.remove((planned.starts, planned.ends))
    return replace(rows, starts=[starts for starts, _ in pairs], ends=[ends for _, ends in pairs])
