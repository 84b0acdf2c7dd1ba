"""The slot engine: what is free, and may this be booked - one rule for both, over plain values.

An appointment needs an advisor, an interpreter unless the advisor speaks the family's language, and a room
if asked for, all of them different. A person who is in the advisor and in the interpreter pool appears in the
world once for each, with the same id, and is never both in one appointment.

Between two appointments of one resource lies at least the **larger** of the first one's after-buffer and the
second one's before-buffer, whichever was booked first. Absences and closing time need no buffer; an
appointment may end exactly when they begin.

Starts lie on the local clock's grid; in addition the start that ends exactly at an advisor's closing time is
offered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from scheduling.holidays import NO_DAYS, ONE_DAY, add_working_days, is_working_day
from scheduling.hours import BERLIN, MIDNIGHT, Interval, clock_grid, instant, local_day
from scheduling.pools import Pools
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
    "World",
    "find_assignment",
    "free_slots",
    "interpreter_notice_ends",
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
    pools = _pools(request, world, starts)
    return [
        Slot(start, start + request.seconds, pools.needs_interpreter(index))
        for index, start in enumerate(starts)
        if pools.is_bookable(index)
    ]


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
    """What is free at each start, interpreters only once their notice has passed."""
    notice_ends = interpreter_notice_ends(world.now, world.policy.interpreter_notice_days, world.closures)
    return Pools(request, world, starts, notice_ends)


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
    room = min(pools.free_rooms(0), key=lambda r: (r.capacity, *by_load(r)), default=None)
    room_id = room.id if room is not None else None
    ends = starts + request.seconds
    alone = sorted(pools.free_alone(0), key=by_load)
    if alone:
        return Assignment(Slot(starts, ends), alone[0].id, None, room_id)
    advisor_id, interpreter_id = _pair(pools, by_load)
    return Assignment(Slot(starts, ends, True), advisor_id, interpreter_id, room_id)


def _pair(pools: Pools, by_load: Callable[[Resource], _Load]) -> tuple[UUID, UUID]:
    """The least used advisor and interpreter who are two different people."""
    interpreters = sorted(pools.free_interpreters(0), key=by_load)
    return next(
        (advisor.id, interpreter.id)
        for advisor in sorted(pools.free_advisors(0), key=by_load)
        for interpreter in interpreters
        if advisor.id != interpreter.id
    )


def _by_load(world: World, starts: int) -> Callable[[Resource], _Load]:
    """A sort key: people in one pool only, then seconds booked that local day, then bookings, then id."""
    day = local_day(starts)
    today = Interval(instant(day, MIDNIGHT), instant(day + ONE_DAY, MIDNIGHT))
    on_day: Counter[UUID] = Counter()
    bookings: Counter[UUID] = Counter()
    for busy in world.busy:
        if busy.is_appointment:
            bookings[busy.resource_id] += 1
            if today.starts <= busy.starts < today.ends:
                on_day[busy.resource_id] += busy.ends - busy.starts
    listed = Counter(resource.id for resource in world.resources)
    return lambda r: (listed[r.id] > 1, on_day[r.id], bookings[r.id], r.id)
