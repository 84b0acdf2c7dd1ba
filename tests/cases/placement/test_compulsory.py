"""Begin and end of compulsory schooling, day by day, and the days without a seat."""

from datetime import date

import pytest

from cases.placement.compulsory import days_without_seat, entry_day, grade_by_age, last_day_of_youth

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("birth", "entry"),
    [
        (date(2020, 9, 30), date(2026, 8, 1)),
        (date(2020, 10, 1), date(2027, 8, 1)),
        (date(2014, 10, 1), date(2021, 8, 1)),
        (date(2015, 9, 30), date(2021, 8, 1)),
        (date(2020, 2, 29), date(2026, 8, 1)),
    ],
)
def test_school_begins_by_the_birthday_on_thirty_september(birth: date, entry: date) -> None:
    assert entry_day(birth, TODAY) == entry


@pytest.mark.parametrize(
    ("birth", "end"),
    [
        (date(2008, 8, 15), date(2027, 7, 31)),
        (date(2008, 7, 31), date(2026, 7, 31)),
        (date(2008, 8, 1), date(2026, 7, 31)),
        (date(2008, 8, 2), date(2027, 7, 31)),
        (date(2008, 2, 29), date(2026, 7, 31)),
    ],
)
def test_duty_ends_with_the_school_year_in_which_the_eighteenth_year_is_completed(birth: date, end: date) -> None:
    assert last_day_of_youth(birth, TODAY) == end


def test_the_grade_of_the_age_group_counts_from_entry() -> None:
    assert grade_by_age(date(2020, 9, 30), date(2026, 8, 1)) == 1
    assert grade_by_age(date(2020, 9, 30), date(2026, 7, 31)) == 0


@pytest.mark.parametrize(
    ("start", "seat", "on", "days"),
    [
        (date(2026, 10, 1), None, TODAY, 53),
        (date(2026, 10, 1), date(2026, 10, 31), TODAY, 30),
        (date(2026, 10, 1), date(2026, 12, 1), TODAY, 53),
        (date(2027, 8, 1), None, TODAY, 0),
        (None, None, TODAY, 0),
        (date(2026, 10, 1), date(2026, 9, 1), TODAY, 0),
    ],
)
def test_days_without_a_seat_run_from_duty_to_the_first_day(
    start: date | None, seat: date | None, on: date, days: int
) -> None:
    assert days_without_seat(start, seat, on) == days
