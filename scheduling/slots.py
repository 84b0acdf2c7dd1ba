"""The slot engine: what is free, and may this be booked - one rule for both, over plain values.

An appointment needs an advisor, an interpreter unless the advisor speaks the family's language, and a room
if asked for, all of them different. A person who is in the advisor and in the interpreter pool appears in the
world once for each, with the same id, and is never both in one appointment.

A dialect is asked of people in two rounds (`scheduling.tongues`): whoever speaks it comes first.

Between two appointments of one resource lies at least the **larger** of the first one's after-buffer and the
second one's before-buffer, whichever was booked first. Absences and closing time need no buffer; an
appointment may end exactly when they begin.

Starts lie on the local clock's grid; in addition the start that ends exactly at an advisor's closing time is
offered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from scheduling.holidays import NO_DAYS, ONE_DAY, add_working_days, is_working_day
from scheduling.hours import BERLIN, MIDNIGHT, Interval, clock_grid, instant, local_day
from scheduling.pools import Pools
from scheduling.tongues import ranks
from scheduling.world import (
    Assignment,
    Busy,
    Policy,
    Reason,
    Refusal,
    Request,
    Resource,
    ResourceKind,
    Slot,
    Taken,
    World,
)

__all__ = [
    "Assignment",
    "Busy",
    "Policy",
    "Reason",
    "Refusal",
    "Request",
    "Resource",
    "ResourceKind",
    "Slot",
    "Taken",
    "World",
    "find_assignment",
    "free_slots",
    "interpreter_notice_ends",
    "nearest",
]


_Load = tuple[bool, int, int, UUID]


def interpreter_notice_ends(now: int, days: int, closures: Collection[date] = NO_DAYS) -> int:
    """The first instant an interpreter may be booked for: the same clock time, so many working days later.

    Notice given on a day off counts from the midnight at which the next working day begins.
    """
    today = local_day(now)
    if days == 0:
        return now
    if is_working_day(today, closures):
        clock = datetime.fromtimestamp(now, BERLIN).time()
        return instant(add_working_days(today, days, closures), clock)
    return instant(add_working_days(today, days + 1, closures), MIDNIGHT)


def free_slots(request: Request, world: World) -> list[Slot]:
    """Every start at which `find_assignment` would succeed, in order of time."""
    starts = _candidates(request, world, _reach(request, world))
    pools, length = _pools(request, world, starts), request.seconds
    interpreted = pools.with_interpreter()
    return [
        Slot(starts[index], starts[index] + length, bool(interpreted >> index & 1))
        for index in pools.bookable_indexes()
    ]


def nearest(slots: Sequence[Slot], wanted: int, count: int) -> list[Slot]:
    """So many slots closest to an instant in epoch seconds, in order of time; of two as close the earlier one."""
    return sorted(sorted(slots, key=lambda slot: (abs(slot.starts - wanted), slot.starts))[:count])


def find_assignment(request: Request, world: World, starts: int) -> Assignment | Refusal:
    """Assign distinct resources to a start in epoch seconds, the least used first, or tell why not."""
    refused = _out_of_reach(request, world, starts)
    if refused is not None:
        return Refusal(refused)
    candidates = _candidates(request, world, Interval(starts, starts + 1))
    if not candidates:
        return Refusal(Reason.OFF_GRID)
    pools = _pools(request, world, candidates)
    if not pools.is_bookable(0):
        return Refusal(pools.reason(0))
    return _choose(request, world, pools, starts)


def _pools(request: Request, world: World, starts: list[int]) -> Pools:
    """What is free at each start, each interpreter only once its notice has passed."""
    closures = frozenset(world.closures)
    least = world.policy.interpreter_notice_days

    def notice_ends(interpreter: Resource) -> int:
        days = max(least, interpreter.notice_days) if least else 0
        return interpreter_notice_ends(world.now, days, closures)

    return Pools(request, world, starts, cache(notice_ends))


def _booking_span(world: World) -> Interval:
    """The starts the policy allows: from the lead time to the end of the last local day of the horizon."""
    last = local_day(world.now) + timedelta(days=world.policy.horizon_days)
    return Interval(world.now + world.policy.lead_minutes * 60, instant(last + ONE_DAY, MIDNIGHT))


def _reach(request: Request, world: World) -> Interval:
    """The starts that are both asked for and allowed."""
    allowed = _booking_span(world)
    return Interval(max(request.earliest, allowed.starts), min(request.latest, allowed.ends))


def _out_of_reach(request: Request, world: World, starts: int) -> Reason | None:
    """Why a start lies outside policy or request, before any resource is looked at."""
    allowed = _booking_span(world)
    if starts < world.now:
        return Reason.PAST
    if starts < allowed.starts:
        return Reason.TOO_SOON
    if starts >= allowed.ends:
        return Reason.TOO_FAR
    return None if request.earliest <= starts < request.latest else Reason.OUTSIDE_RANGE


def _candidates(request: Request, world: World, within: Interval) -> list[int]:
    """The grid's starts and those that end exactly when an advisor closes."""
    found = set(clock_grid(request.step_minutes, within))
    for advisor in world.pool(ResourceKind.ADVISOR):
        if request.advisor_id not in (None, advisor.id):
            continue
        for opening in world.hours.get(advisor.id, ()):
            last = opening.ends - request.seconds
            if last >= opening.starts and within.starts <= last < within.ends:
                found.add(last)
    return sorted(found)


def _choose(request: Request, world: World, pools: Pools, starts: int) -> Assignment:
    """Late and fair: people by their load, interpreters only if no free advisor speaks the language."""
    by_load = _by_load(world, starts)
    room = min(
        pools.free_rooms(0),
        key=lambda r: (r.capacity, r.is_step_free and not request.step_free, *by_load(r)),
        default=None,
    )
    room_id = room.id if room is not None else None
    ends = starts + request.seconds
    for worst in ranks(request.language):
        alone = min(pools.free_alone(0, worst), key=by_load, default=None)
        if alone is not None:
            return Assignment(Slot(starts, ends), alone.id, None, room_id)
        pair = _pair(pools, worst, by_load)
        if pair is not None:
            return Assignment(Slot(starts, ends, True), *pair, room_id)
    raise AssertionError("a bookable start has somebody to carry it")


def _pair(pools: Pools, worst: int, by_load: Callable[[Resource], _Load]) -> tuple[UUID, UUID] | None:
    """The least used advisor and interpreter who are two different people; None if there are none."""
    interpreters = sorted(pools.free_interpreters(0, worst), key=by_load)
    advisors = sorted(pools.free_advisors(0), key=by_load)
    pairs = ((advisor.id, other.id) for advisor in advisors for other in interpreters if advisor.id != other.id)
    return next(pairs, None)


def _by_load(world: World, starts: int) -> Callable[[Resource], _Load]:
    """A sort key: people in one pool only, then seconds booked that local day, then bookings, then id."""
    day = local_day(starts)
    today = Interval(instant(day, MIDNIGHT), instant(day + ONE_DAY, MIDNIGHT))
    on_day: Counter[UUID] = Counter()
    bookings: Counter[UUID] = Counter()

    def count(resource_id: UUID, begins: int, ends: int) -> None:
        bookings[resource_id] += 1
        if today.starts <= begins < today.ends:
            on_day[resource_id] += ends - begins

    for busy in world.busy:
        if busy.is_appointment:
            count(busy.resource_id, busy.starts, busy.ends)
    for resource_id, rows in world.taken.items():
        for row in rows:
            for begins, ends in zip(row.starts, row.ends, strict=True):
                count(resource_id, begins, ends)
    listed = Counter(resource.id for resource in world.resources)
    return lambda r: (listed[r.id] > 1, on_day[r.id], bookings[r.id], r.id)
