"""Holidays and working days of NRW against published dates."""

from datetime import date, timedelta

import pytest

from scheduling.holidays import (
    HolidayWarning,
    SchoolDay,
    add_working_days,
    data_ends_on,
    is_public_holiday,
    is_school_holiday,
    is_working_day,
    public_holidays,
    school_day,
    warning_for,
    working_days_between,
)

PUBLISHED = [
    (date(2026, 3, 30), date(2026, 4, 11)),
    (date(2026, 5, 26), date(2026, 5, 26)),
    (date(2026, 7, 20), date(2026, 9, 1)),
    (date(2026, 10, 17), date(2026, 10, 31)),
    (date(2026, 12, 23), date(2027, 1, 6)),
    (date(2027, 3, 22), date(2027, 4, 3)),
    (date(2027, 5, 18), date(2027, 5, 18)),
    (date(2027, 7, 19), date(2027, 8, 31)),
    (date(2027, 10, 23), date(2027, 11, 6)),
    (date(2027, 12, 24), date(2028, 1, 8)),
    (date(2028, 4, 10), date(2028, 4, 22)),
    (date(2028, 7, 10), date(2028, 8, 22)),
    (date(2028, 10, 23), date(2028, 11, 4)),
    (date(2028, 12, 21), date(2029, 1, 5)),
]
MOVABLE = {
    2026: [(4, 3), (4, 6), (5, 14), (5, 25), (6, 4)],
    2027: [(3, 26), (3, 29), (5, 6), (5, 17), (5, 27)],
    2028: [(4, 14), (4, 17), (5, 25), (6, 5), (6, 15)],
}
FIXED = [(1, 1), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)]


@pytest.mark.parametrize("year", MOVABLE)
def test_a_year_has_exactly_the_eleven_public_holidays_of_nrw(year: int) -> None:
    expected = {date(year, month, day) for month, day in MOVABLE[year] + FIXED}
    assert set(public_holidays(year)) == expected


def test_corpus_christi_is_closed_and_reformation_day_was_once() -> None:
    assert is_public_holiday(date(2027, 5, 27))
    assert is_public_holiday(date(2017, 10, 31))
    assert not is_public_holiday(date(2028, 10, 31))


def test_school_holidays_are_the_published_days_and_no_others() -> None:
    day, expected = date(2026, 1, 7), set()
    for first, last in PUBLISHED:
        expected |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    while day < date(2029, 1, 6):
        assert is_school_holiday(day) is (day in expected), day
        day += timedelta(days=1)


def test_after_the_end_of_the_data_school_days_are_unknown_and_warned_of() -> None:
    end = data_ends_on()
    assert end >= date(2029, 8, 14)
    assert school_day(end) is SchoolDay.HOLIDAY
    assert school_day(end + timedelta(days=1)) is SchoolDay.UNKNOWN
    assert school_day(date(2026, 11, 23)) is SchoolDay.TERM
    assert warning_for(date(2026, 1, 1), end) is None
    assert warning_for(end, end + timedelta(days=1)) is HolidayWarning.SCHOOL_HOLIDAYS_UNKNOWN


def test_working_days_leave_out_week_ends_holidays_and_closures() -> None:
    assert add_working_days(date(2026, 11, 23), 3) == date(2026, 11, 26)
    assert add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert add_working_days(date(2027, 5, 26), 1) == date(2027, 5, 28)
    assert add_working_days(date(2026, 11, 23), 1, {date(2026, 11, 24)}) == date(2026, 11, 25)
    assert add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 22)
    assert not is_working_day(date(2026, 12, 25))


def test_counting_working_days_is_the_inverse_of_adding_them() -> None:
    for count in range(1, 40):
        first = date(2026, 12, 18)
        assert working_days_between(first, add_working_days(first, count)) == count
    assert working_days_between(date(2026, 11, 23), date(2026, 11, 20)) == 0


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 11, 23), -1)
