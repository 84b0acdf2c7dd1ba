"""Opening hours across clock changes, midnight, closures and school holidays."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.hours import (
    BERLIN,
    Interval,
    SchoolHolidays,
    WeeklyRule,
    clock_grid,
    instant,
    local_day,
    merge,
    open_hours,
)

ANNA = UUID(int=1)
START = date(2024, 1, 1)


def rule(day: date, opens: str, closes: str, when: SchoolHolidays = SchoolHolidays.ALWAYS) -> WeeklyRule:
    """A rule of Anna's on the weekday of `day`."""
    opening, closing = time.fromisoformat(opens), time.fromisoformat(closes)
    return WeeklyRule(ANNA, day.weekday(), opening, closing, START, None, when)


def hours_of(rules: list[WeeklyRule], first: date, last: date, closed: set[date] | None = None) -> list[Interval]:
    """Anna's opening hours."""
    return list(open_hours(rules, first, last, closed or set()).get(ANNA, ()))


def utc(at: int) -> str:
    """Epoch seconds as a readable UTC time."""
    return datetime.fromtimestamp(at, UTC).strftime("%d %H:%M")


def test_nine_o_clock_stays_nine_o_clock_when_the_clock_is_put_back() -> None:
    rules = [rule(date(2026, 10, 19) + timedelta(days=n), "09:00", "12:00") for n in range(5)]
    found = hours_of(rules, date(2026, 10, 23), date(2026, 10, 26))
    assert [utc(i.starts) for i in found] == ["23 07:00", "26 08:00"]
    assert all(i.ends - i.starts == 3 * 3600 for i in found)


def test_the_skipped_hour_gives_no_starts_and_two_real_hours_remain() -> None:
    sunday = date(2027, 3, 28)
    (night,) = hours_of([rule(sunday, "01:00", "04:00")], sunday, sunday)
    assert night.ends - night.starts == 2 * 3600
    starts = clock_grid(15, night)
    assert len(starts) == len(set(starts)) == 8
    shown = [datetime.fromtimestamp(at, BERLIN).hour for at in starts]
    assert 2 not in shown


def test_a_rule_inside_the_skipped_hour_vanishes_and_one_reaching_into_it_is_cut() -> None:
    sunday = date(2027, 3, 28)
    assert hours_of([rule(sunday, "02:15", "02:45")], sunday, sunday) == []
    (cut,) = hours_of([rule(sunday, "02:30", "04:00")], sunday, sunday)
    assert (utc(cut.starts), utc(cut.ends)) == ("28 01:00", "28 02:00")


@pytest.mark.parametrize("sunday", [date(2026, 10, 25), date(2027, 10, 31)])
def test_the_repeated_hour_is_offered_twice_as_two_instants(sunday: date) -> None:
    (night,) = hours_of([rule(sunday, "01:00", "04:00")], sunday, sunday)
    assert night.ends - night.starts == 4 * 3600
    starts = clock_grid(30, night)
    assert len(starts) == len(set(starts)) == 8
    assert starts == list(range(night.starts, night.ends, 1800))


def test_adjacent_rules_stay_adjacent_in_the_repeated_hour() -> None:
    sunday = date(2026, 10, 25)
    rules = [rule(sunday, "01:00", "02:30"), rule(sunday, "02:30", "04:00")]
    (whole,) = hours_of(rules, sunday, sunday)
    assert whole.ends - whole.starts == 4 * 3600


def test_hours_across_midnight_belong_to_their_first_day_and_exist_once() -> None:
    monday = date(2026, 11, 23)
    evening = [rule(monday, "22:30", "01:30")]
    (found,) = hours_of(evening, monday, monday)
    assert (utc(found.starts), utc(found.ends)) == ("23 21:30", "24 00:30")
    assert hours_of(evening, monday + timedelta(days=1), monday + timedelta(days=1)) == [found]
    assert local_day(found.starts) == monday


def test_midnight_as_closing_time_is_the_end_of_the_day() -> None:
    monday = date(2026, 11, 23)
    (found,) = hours_of([rule(monday, "00:00", "00:00")], monday, monday)
    assert found == Interval(instant(monday, time(0)), instant(date(2026, 11, 24), time(0)))


def test_the_tail_of_an_evening_is_cut_where_a_closed_day_begins() -> None:
    eve = date(2026, 12, 31)
    (found,) = hours_of([rule(eve, "22:30", "01:30")], eve, eve)
    assert found.ends == instant(date(2027, 1, 1), time(0))


def test_holidays_and_closures_are_closed_and_the_leap_day_is_not() -> None:
    thursday, leap = date(2027, 5, 27), date(2028, 2, 29)
    assert hours_of([rule(thursday, "09:00", "12:00")], thursday, thursday) == []
    assert len(hours_of([rule(leap, "09:00", "12:00")], leap, leap)) == 1
    assert hours_of([rule(leap, "09:00", "12:00")], leap, leap, {leap}) == []


def test_school_holiday_rules_switch_on_exactly_the_published_days() -> None:
    first, last = date(2026, 10, 12), date(2026, 11, 6)
    week = [date(2026, 10, 12) + timedelta(days=n) for n in range(7)]
    in_holidays = hours_of([rule(d, "10:00", "11:00", SchoolHolidays.ONLY) for d in week], first, last)
    in_term = hours_of([rule(d, "08:00", "16:00", SchoolHolidays.NEVER) for d in week], first, last)
    assert [local_day(i.starts) for i in in_holidays] == [date(2026, 10, 17) + timedelta(days=n) for n in range(15)]
    assert {local_day(i.starts).isoformat() for i in in_term}.isdisjoint(
        local_day(i.starts).isoformat() for i in in_holidays
    )
    whitsun = date(2026, 5, 26)
    assert len(hours_of([rule(whitsun, "10:00", "11:00", SchoolHolidays.ONLY)], whitsun, whitsun)) == 1


def test_a_rule_holds_from_its_first_to_its_last_day_inclusive() -> None:
    limited = WeeklyRule(ANNA, 0, time(9), time(10), date(2026, 11, 9), date(2026, 11, 23))
    found = hours_of([limited], date(2026, 11, 1), date(2026, 12, 31))
    assert [local_day(i.starts).day for i in found] == [9, 16, 23]


def test_overlapping_rules_give_each_minute_once() -> None:
    assert merge([Interval(5, 9), Interval(0, 6), Interval(9, 12), Interval(3, 3), Interval(20, 21)]) == (
        Interval(0, 12),
        Interval(20, 21),
    )


def test_a_rule_of_no_length_or_no_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="same"):
        WeeklyRule(ANNA, 0, time(9), time(9), START)
    with pytest.raises(ValueError, match="weekday"):
        WeeklyRule(ANNA, 7, time(9), time(10), START)


def test_a_grid_needs_a_step_and_an_empty_span_has_no_grid() -> None:
    with pytest.raises(ValueError, match="step"):
        clock_grid(0, Interval(0, 1))
    assert clock_grid(15, Interval(900, 900)) == []


@settings(max_examples=50, deadline=None)
@given(
    day=st.dates(date(2024, 1, 1), date(2030, 12, 30)),
    opens=st.integers(0, 95),
    length=st.integers(1, 96),
)
def test_opening_hours_count_real_minutes_on_every_day(day: date, opens: int, length: int) -> None:
    closes = (opens + length) % 96
    weekly = (
        WeeklyRule(ANNA, day.weekday(), time(opens // 4, opens % 4 * 15), time(closes // 4, closes % 4 * 15), START)
        if closes != opens or opens == 0
        else None
    )
    if weekly is None:
        return
    found = hours_of([weekly], day, day)
    real = 0
    at = instant(day, time(0))
    while at < instant(day + timedelta(days=2), time(0)):
        real += any(i.starts <= at < i.ends for i in found if local_day(i.starts) == day) * 15
        at += 900
    assert sum(i.ends - i.starts for i in found if local_day(i.starts) == day) == real * 60


@settings(max_examples=50, deadline=None)
@given(
    change=st.sampled_from([f"{y}" for y in range(2024, 2031)]),
    spring=st.booleans(),
    opens=st.integers(0, 12),
    step=st.sampled_from([5, 15, 20, 30, 45, 60]),
)
def test_the_grid_shows_round_local_times_once_each_across_every_clock_change(
    change: str, spring: bool, opens: int, step: int
) -> None:
    year = int(change)
    last_of_month = date(year, 3 if spring else 10, 31)
    sunday = last_of_month - timedelta(days=(last_of_month.weekday() + 1) % 7)
    span = Interval(instant(sunday, time(opens)), instant(sunday + timedelta(days=1), time(opens)))
    grid = clock_grid(step, span)
    assert grid == sorted(set(grid))
    walls = [datetime.fromtimestamp(at, BERLIN) for at in grid]
    assert all((w.hour * 60 + w.minute) % step == 0 for w in walls)
    if step in (15, 30, 60):
        assert len(grid) == (span.ends - span.starts) // (step * 60)
        full_day = instant(sunday + timedelta(days=1), time(0)) - instant(sunday, time(0))
        assert full_day == (23 if spring else 25) * 3600
