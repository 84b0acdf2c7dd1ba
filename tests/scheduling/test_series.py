"""Repeated dates over holidays, clock changes and leap years."""

from datetime import date, datetime, time

import pytest

from scheduling.hours import BERLIN
from scheduling.series import same_day_in, weekly_series


def test_a_weekly_series_skips_the_holiday_and_keeps_its_clock_time() -> None:
    found = weekly_series(date(2027, 10, 25), date(2027, 11, 8), time(10))
    shown = [datetime.fromtimestamp(at, BERLIN).strftime("%m-%d %H:%M") for at in found]
    assert shown == ["10-25 10:00", "11-08 10:00"]


def test_a_series_over_the_clock_change_is_an_hour_more_apart() -> None:
    before, after = weekly_series(date(2026, 10, 19), date(2026, 10, 26), time(10))
    assert after - before == 7 * 86400 + 3600


def test_the_leap_day_is_skipped_in_other_years() -> None:
    assert same_day_in(date(2028, 2, 29), 2029) is None
    assert same_day_in(date(2028, 2, 29), 2032) == date(2032, 2, 29)
    assert same_day_in(date(2028, 2, 28), 2029) == date(2029, 2, 28)


def test_a_series_must_repeat_forwards() -> None:
    with pytest.raises(ValueError, match="week"):
        weekly_series(date(2027, 10, 25), date(2027, 11, 8), time(10), weeks=0)
