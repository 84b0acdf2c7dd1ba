"""Which of the free times a family sees first: few enough to choose from on a phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from scheduling.slots import nearest as slots_nearest
from scheduling.world import Slot

FIRST_DAYS = 4
NEAREST = 6


@dataclass(frozen=True, slots=True)
class DayOffer:
    """The times offered on one local day."""

    day: date
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The free times of one week, and the Mondays of the nearest weeks before and after that have any."""

    days: tuple[DayOffer, ...]
    monday: date
    earlier: date | None
    later: date | None


def by_day(slots: Iterable[Slot]) -> tuple[DayOffer, ...]:
    """Times in order, grouped by their local day."""
    ordered = sorted(slots)
    return tuple(DayOffer(day, tuple(group)) for day, group in groupby(ordered, key=lambda slot: slot.on))


def first_offers(slots: Sequence[Slot]) -> tuple[DayOffer, ...]:
    """The next four days that have anything, with the earliest and the latest time of each."""
    return tuple(DayOffer(offer.day, _spread(offer.slots)) for offer in by_day(slots)[:FIRST_DAYS])


def nearest(slots: Sequence[Slot], wanted: datetime) -> tuple[DayOffer, ...]:
    """The times closest to one that could not be had."""
    return by_day(slots_nearest(slots, int(wanted.timestamp()), NEAREST))


def week_of(slots: Sequence[Slot], day: date) -> Week:
    """Every free time of the week of `day`."""
    monday = day - timedelta(days=day.weekday())
    mondays = sorted({slot.on - timedelta(days=slot.on.weekday()) for slot in slots})
    return Week(
        days=by_day(slot for slot in slots if monday <= slot.on < monday + timedelta(days=7)),
        monday=monday,
        earlier=max((each for each in mondays if each < monday), default=None),
        later=min((each for each in mondays if each > monday), default=None),
    )


def _spread(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    return slots if len(slots) <= 2 else (slots[0], slots[-1])
