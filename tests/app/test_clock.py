"""The clock: aware instants in UTC, days in Berlin, and an offset that demo and test mode alone may set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app import clock


@pytest.fixture(autouse=True)
def own_time() -> Iterator[None]:
    """The machine's own time afterwards."""
    yield
    clock.start_at(None)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_time_runs_on_from_where_it_was_set() -> None:
    start = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    clock.start_at(start)
    first = clock.now()
    assert timedelta(0) <= first - start < timedelta(seconds=5)
    assert clock.now() >= first
    clock.start_at(None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 23, 1, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 1, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_a_day_begins_at_midnight_in_berlin(instant: datetime, day: date) -> None:
    clock.start_at(instant)
    assert clock.today() == day


def test_a_wall_clock_shows_summer_and_winter() -> None:
    summer, winter = (clock.local(datetime(2026, month, 1, 12, tzinfo=UTC)) for month in (7, 12))
    assert (summer.hour, winter.hour) == (14, 13)


def test_travelling_ends_where_it_began_even_after_an_error() -> None:
    clock.start_at(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    with pytest.raises(ZeroDivisionError), clock.travelling_to(datetime(2020, 1, 1, tzinfo=UTC)):
        assert clock.today() == date(2020, 1, 1)
        raise ZeroDivisionError
    assert clock.today() == date(2026, 11, 23)
