"""Whom a free time is offered to, and until when: plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.waiting.rules import Waiting, Wish, first_fit, in_order, offer_ends, service_seconds, suits
from scheduling.world import Slot

BERLIN = ZoneInfo("Europe/Berlin")
SINCE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> int:
    """Epoch seconds of a wall time in Düsseldorf."""
    return int(datetime(year, month, day, hour, minute, tzinfo=BERLIN).timestamp())


def slot(day: int, hour: int, minutes: int = 90, *, month: int = 11) -> Slot:
    """A free time."""
    starts = at(day, hour, month=month)
    return Slot(starts, starts + minutes * 60)


def waiting(days: int = 0, *, urgent_days: int | None = None, **wish: object) -> Waiting:
    """A family that began to wait so many days after the first."""
    urgent = SINCE + timedelta(days=urgent_days) if urgent_days is not None else None
    return Waiting(uuid4(), SINCE + timedelta(days=days), Wish(**wish), urgent)  # type: ignore[arg-type]


def test_urgent_families_come_first_and_then_who_waits_longest() -> None:
    long, short, urgent, later_urgent = waiting(0), waiting(5), waiting(9, urgent_days=9), waiting(1, urgent_days=10)
    assert in_order([short, later_urgent, long, urgent]) == [urgent, later_urgent, long, short]


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        (Wish(), True),
        (Wish(earliest_on=date(2026, 11, 25)), True),
        (Wish(earliest_on=date(2026, 11, 26)), False),
        (Wish(weekdays=frozenset({2})), True),
        (Wish(weekdays=frozenset({0, 1})), False),
        (Wish(until_minute=12 * 60), True),
        (Wish(until_minute=11 * 60), False),
        (Wish(from_minute=10 * 60), True),
        (Wish(from_minute=12 * 60), False),
        (Wish(earlier_than=at(26, 9)), True),
        (Wish(earlier_than=at(25, 14)), False),
        (Wish(earlier_than=at(20, 9)), False),
        (Wish(declined=frozenset({at(25, 10)})), False),
    ],
)
def test_a_time_suits_only_where_the_family_can_come_and_gains_a_day(wish: Wish, fits: bool) -> None:
    assert suits(wish, slot(25, 10)) is fits  # Wednesday 25.11.2026, 10:00 to 11:30


def test_a_time_across_midnight_suits_nobody_who_asks_for_an_end() -> None:
    assert not suits(Wish(until_minute=24 * 60), slot(25, 23))


def test_one_freed_time_goes_to_the_first_whom_it_fits_by_language_and_length() -> None:
    arabic, short, fitting = waiting(0), waiting(1), waiting(2)
    free = {arabic.id: [], short.id: [slot(25, 10, 60)], fitting.id: [slot(25, 10), slot(26, 10)]}
    queue = [fitting, short, arabic]
    assert first_fit(queue, lambda one: free[one.id]) == (short, slot(25, 10, 60))
    tried: set[tuple[UUID, int]] = {(short.id, at(25, 10))}
    assert first_fit(queue, lambda one: free[one.id], without=tried) == (fitting, slot(25, 10))
    assert first_fit([arabic], lambda one: free[one.id]) is None


ALWAYS = {"minutes": 240, "least_minutes": 60, "may_still_book": lambda at: True}


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (at(23, 9), at(23, 13)),
        (at(23, 16), at(24, 10)),
        (at(23, 20), at(24, 12)),
        (at(24, 3), at(24, 12)),
        (at(27, 17), at(30, 11)),  # Friday evening to Monday
        (at(28, 12), at(30, 12)),  # Saturday
        (at(24, 17, month=12), at(28, 11, month=12)),  # over Christmas
        (at(23, 17, month=10), at(26, 11, month=10)),  # the weekend with the 25-hour day
    ],
)
def test_an_offer_lasts_four_hours_of_service(now: int, ends: int) -> None:
    assert offer_ends(now, **ALWAYS) == ends  # type: ignore[arg-type]


def test_an_offer_ends_with_the_notice_and_is_not_made_when_too_little_is_left() -> None:
    starts = at(24, 11)

    def ends(now: int) -> int | None:
        return offer_ends(now, minutes=240, least_minutes=60, may_still_book=lambda t: t + 86_400 <= starts)

    assert ends(at(23, 9)) == at(23, 11)
    assert ends(at(23, 10)) == at(23, 11)
    assert ends(at(23, 10, 1)) is None
    assert ends(at(23, 12)) is None
    assert ends(at(24, 12)) is None, "a time that is past"
    assert offer_ends(at(23, 9), minutes=0, least_minutes=60, may_still_book=lambda t: True) is None


@settings(max_examples=60, deadline=None)
@given(now=st.integers(at(1, 0), at(31, 0, month=12)), notice=st.integers(0, 200_000), lasts=st.integers(1, 900))
def test_whatever_the_moment_an_offer_can_be_accepted_until_its_end(now: int, notice: int, lasts: int) -> None:
    def may_still_book(instant: int) -> bool:
        return instant <= now + notice

    ends = offer_ends(now, minutes=lasts, least_minutes=1, may_still_book=may_still_book)
    if ends is not None:
        assert now < ends and may_still_book(ends)
        assert 60 <= service_seconds(now, ends) <= lasts * 60
