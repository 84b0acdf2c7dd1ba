"""Whom a free time is offered to, and until when; plain values, nothing is read or written here.

The order is fair and the same for everybody: families marked urgent first, by the instant somebody marked them, then
all others by the instant they began to wait. A family that declines or lets an offer run out keeps its place; it is
only not offered the same time twice. The first in order whom any free time fits gets the earliest that does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from scheduling.holidays import NO_DAYS, ONE_DAY, is_working_day
from scheduling.hours import BERLIN, instant, local_day
from scheduling.world import Slot

OPENS = time(8)
CLOSES = time(18)
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """What suits a family: local weekdays (0 is Monday, none: any), minutes of the day, the earliest day.

    `earlier_than` is the start of the talk it has, in epoch seconds; only a local day before that is worth a move.
    `declined` are starts it was offered before.
    """

    earliest_on: date | None = None
    weekdays: frozenset[int] = frozenset()
    from_minute: int | None = None
    until_minute: int | None = None
    earlier_than: int | None = None
    declined: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One family in the queue."""

    id: UUID
    since: datetime
    wish: Wish
    urgent_at: datetime | None = None

    @property
    def place(self) -> tuple[bool, datetime, UUID]:
        """What the queue is sorted by."""
        return (self.urgent_at is None, self.urgent_at or self.since, self.id)


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The queue, who comes first at its head."""
    return sorted(waiting, key=lambda one: one.place)


def suits(wish: Wish, slot: Slot) -> bool:
    """Whether a free time lies where the family can come, and is worth offering it."""
    if slot.starts in wish.declined:
        return False
    if wish.earlier_than is not None and slot.on >= local_day(wish.earlier_than):
        return False
    if wish.earliest_on is not None and slot.on < wish.earliest_on:
        return False
    if wish.weekdays and slot.on.weekday() not in wish.weekdays:
        return False
    begins, ends = _minute(slot.starts), _minute(slot.ends)
    if wish.from_minute is not None and begins < wish.from_minute:
        return False
    return wish.until_minute is None or begins < ends <= wish.until_minute


def first_fit(
    queue: Iterable[Waiting], free: Callable[[Waiting], Sequence[Slot]], *, without: Collection[tuple[UUID, int]] = ()
) -> tuple[Waiting, Slot] | None:
    """The first in order whom a time fits, with the earliest such time; None when nothing fits anybody.

    `free` answers the times one family could have by language, length and mode. `without` are pairs of family and
    start that were tried in vain just now.
    """
    for one in in_order(queue):
        for slot in free(one):
            if suits(one.wish, slot) and (one.id, slot.starts) not in without:
                return one, slot
    return None


def service_seconds(begins: int, ends: int, closures: Collection[date] = NO_DAYS) -> int:
    """Seconds of service (Monday to Friday from 8 to 18, no holiday) between two instants."""
    total, day = 0, local_day(begins)
    while instant(day, OPENS) < ends:
        if is_working_day(day, closures):
            total += max(0, min(ends, instant(day, CLOSES)) - max(begins, instant(day, OPENS)))
        day += ONE_DAY
    return total


def time_to_answer_ends(now: int, minutes: int, closures: Collection[date] = NO_DAYS) -> int:
    """The instant by which so many minutes of service have passed; by night and on Sundays none do."""
    left, day = minutes * MINUTE, local_day(now)
    while True:
        if is_working_day(day, closures):
            begins, closes = max(now, instant(day, OPENS)), instant(day, CLOSES)
            if begins + left <= closes:
                return begins + left
            left -= max(0, closes - begins)
        day += ONE_DAY


def offer_ends(
    now: int,
    *,
    minutes: int,
    least_minutes: int,
    may_still_book: Callable[[int], bool],
    closures: Collection[date] = NO_DAYS,
) -> int | None:
    """When an offer made now runs out: after its minutes of service, and never when the time is too soon to be booked.

    None when that leaves less than `least_minutes` of service to answer in: no offer is made then.
    """
    latest = _last_instant(now, time_to_answer_ends(now, minutes, closures), may_still_book)
    if latest is None or service_seconds(now, latest, closures) < least_minutes * MINUTE:
        return None
    return latest


def _last_instant(now: int, ends: int, may_still_book: Callable[[int], bool]) -> int | None:
    """The last whole minute up to `ends` at which the time can be booked; once it cannot, it never can again."""
    if not may_still_book(now):
        return None
    if may_still_book(ends):
        return ends
    low, high = 0, (ends - now) // MINUTE + 1
    while high - low > 1:
        middle = (low + high) // 2
        if now + middle * MINUTE < ends and may_still_book(now + middle * MINUTE):
            low = middle
        else:
            high = middle
    return now + low * MINUTE


def _minute(at: int) -> int:
    """The minute of the local day, as the clock on the wall shows it."""
    wall = datetime.fromtimestamp(at, BERLIN)
    return wall.hour * 60 + wall.minute
