"""Figures against numbers counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.web.spreadsheet import written
from scheduling.figures import words
from scheduling.figures.charts import bars
from scheduling.figures.rules import (
    Attendance,
    Figure,
    Talk,
    Used,
    attendance,
    by_month,
    days_to_talk,
    interpreted,
    lead_times,
    span_of,
    used,
    withheld,
)
from scheduling.hours import Interval
from scheduling.states import AppointmentState

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
S = AppointmentState


def _talk(state: AppointmentState, *, days: int = -1, minutes: int = 60, language: str | None = None) -> Talk:
    starts = NOW + timedelta(days=days)
    ends = starts + timedelta(minutes=minutes)
    booked = starts - timedelta(days=7)
    return Talk("Erstgespräch", state, starts, ends, booked, None, language is not None, language)


def test_the_rate_counts_only_talks_that_were_noted() -> None:
    talks = [_talk(S.ATTENDED)] * 7 + [_talk(S.NO_SHOW)] * 2 + [_talk(S.CANCELLED)] * 3
    talks += [_talk(S.BOOKED)] * 4 + [_talk(S.BOOKED, days=1)] * 5
    found = attendance(talks, NOW)
    assert found == Attendance(attended=7, missed=2, cancelled=3, unnoted=4)
    assert found.rate == pytest.approx(2 / 9)
    assert words.percent(found.rate) == "22,2\N{NO-BREAK SPACE}%"
    assert attendance([], NOW).rate is None


def test_months_are_local_ones() -> None:
    last_minute = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # 00:30 on the first of November in Düsseldorf
    talk = Talk("x", S.ATTENDED, last_minute, last_minute + timedelta(hours=1), last_minute)
    assert list(by_month([talk])) == ["2026-11"]


def test_waiting_days_are_calendar_days_across_the_clock_change() -> None:
    before = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # Saturday 22:00
    after = datetime(2026, 10, 26, 7, 0, tzinfo=UTC)  # Monday 08:00, after a day of 25 hours
    assert days_to_talk(before, after) == 2
    found = lead_times([0, 1, 3, 8, 14, 15, 30, 2, 3, 4])
    assert (found.count, found.median, found.ninth) == (10, 3.5, 15)
    assert [count for _, count in found.spread] == [3, 3, 2, 1, 1]
    assert lead_times([]).median is None
    assert lead_times([5]).median == 5


def test_used_time_leaves_absences_out_and_counts_talks_at_the_same_time_once() -> None:
    hour = 3600
    open_ = [Interval(0, 4 * hour), Interval(5 * hour, 9 * hour)]
    away = [Interval(hour, 2 * hour), Interval(8 * hour, 12 * hour)]
    taken = [
        Interval(0, hour),
        Interval(2 * hour, 3 * hour),
        Interval(2 * hour, 3 * hour),
        Interval(9 * hour, 10 * hour),
    ]
    found = used(open_, away, taken)
    assert found == Used(open=6 * hour, taken=2 * hour, outside=hour, talks=4)
    assert words.used(found) == "33,3\N{NO-BREAK SPACE}% (2 von 6 Std.)"
    assert used([], [], taken).share is None


def test_interpreted_hours_tell_what_took_place_from_what_was_ordered_in_vain() -> None:
    talks = [_talk(S.ATTENDED, minutes=90, language="uk")] * 2 + [_talk(S.NO_SHOW, minutes=90, language="uk")]
    talks += [_talk(S.ATTENDED, minutes=60, language="ar"), _talk(S.BOOKED, language="ar"), _talk(S.ATTENDED)]
    found = [(each.language, each.hours, each.in_vain, each.talks) for each in interpreted(talks)]
    assert found == [("uk", 3.0, 1.5, 3), ("ar", 1.0, 0.0, 1)]


def test_a_small_count_is_withheld_and_cannot_be_had_by_subtraction() -> None:
    lines = [Figure("Stunden", name, 10.0, "Stunden", basis) for name, basis in (("uk", 40), ("ar", 9), ("ti", 3))]
    lines += [Figure("Vorlauf", name, 1.0, "Tage", basis) for name, basis in (("a", 12), ("b", 0), ("c", 8))]
    told = [words.cells(line) for line in withheld(lines)]
    assert [(row[1], row[2], row[4]) for row in told] == [
        ("uk", "10", "40"),
        ("ar", "", "zurückgehalten"),
        ("ti", "", "weniger als 5"),
        ("a", "1", "12"),
        ("b", "1", "0"),
        ("c", "1", "8"),
    ]


def test_a_period_is_in_order_and_no_longer_than_a_year() -> None:
    today = date(2026, 11, 23)
    assert span_of(None, None, today) == (date(2026, 1, 1), today)
    assert span_of(date(2026, 5, 2), date(2026, 5, 1), today) == (date(2026, 5, 1), date(2026, 5, 2))
    assert span_of(date(2020, 1, 1), today, today) == (date(2020, 1, 1), date(2020, 12, 31))
    assert span_of(date(2027, 1, 1), None, today) == (date(2027, 1, 1), date(2027, 1, 1))


def test_a_drawing_says_in_words_what_it_shows() -> None:
    chart = bars("x", "Stunden", [("Ukrainisch", 40.0, "40"), ("Arabisch", 10.0, "10")])
    assert chart.description == "Ukrainisch: 40; Arabisch: 10"
    assert [bar.width for bar in chart.bars] == [chart.full, chart.full // 4]
    assert bars("y", "leer", []).bars == ()


def test_no_cell_of_a_spreadsheet_is_a_formula() -> None:
    text = written(("a", "b"), [("=1+1", "  @x"), ("über", "1,5")])
    assert text == "\ufeffa;b\r\n'=1+1;'  @x\r\nüber;1,5\r\n"
