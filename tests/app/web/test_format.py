"""Days, times and people's words appear the same way on every page and in every script."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from markupsafe import Markup

from app.web import format
from app.web.languages import active_languages

TUESDAY = date(2026, 11, 24)


def test_a_day_is_written_the_german_way() -> None:
    assert format.day(TUESDAY) == "24.11.2026"
    assert format.day(None) == "–"


def test_an_instant_shows_the_clock_of_duesseldorf_in_winter_and_in_summer() -> None:
    assert format.instant_local(datetime(2026, 11, 24, 8, 30, tzinfo=UTC)) == "24.11.2026, 09:30 Uhr"
    assert format.instant_local(datetime(2026, 7, 24, 8, 30, tzinfo=UTC)) == "24.07.2026, 10:30 Uhr"


def test_the_day_of_an_instant_is_the_day_in_duesseldorf() -> None:
    assert format.day(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == "25.11.2026"
    assert format.instant_day(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == date(2026, 11, 25)


def test_a_time_of_day_has_two_digits_each() -> None:
    assert format.clock_time(time(9, 5)) == "09:05"


@pytest.mark.parametrize(
    ("code", "name"),
    [("de", "Dienstag"), ("en", "Tuesday"), ("uk", "вівторок"), ("ar", "الثلاثاء"), ("tr", "Salı")],
)
def test_the_weekday_speaks_the_language(gallery: Flask, code: str, name: str) -> None:
    with gallery.test_request_context():
        assert format.weekday(TUESDAY, code) == name


def test_the_weekday_of_a_language_unknown_to_the_calendar_data_is_german(gallery: Flask) -> None:
    with gallery.test_request_context():
        assert format.weekday(TUESDAY, "prs") == "Dienstag"


def test_the_date_keeps_its_digits_and_its_direction_in_every_language(gallery: Flask) -> None:
    with gallery.test_request_context():
        for language in active_languages():
            assert format.weekday_day(TUESDAY, language.code).endswith("\u206824.11.2026\u2069")


def test_the_page_decides_the_language_when_nobody_names_one(gallery: Flask) -> None:
    with gallery.test_request_context("/?lang=en"):
        assert format.weekday(TUESDAY) == "Tuesday"


@pytest.mark.parametrize(("count", "text"), [(0, "0 Tage"), (1, "1 Tag"), (12, "12 Tage")])
def test_days_are_counted_in_words(count: int, text: str) -> None:
    assert format.days(count) == text


@pytest.mark.parametrize(
    ("value", "text"), [("2014", "2014"), ("2014-03", "03.2014"), ("2014-03-05", "05.03.2014"), (None, "–")]
)
def test_a_partial_day_shows_what_is_known(value: str | None, text: str) -> None:
    assert format.partial_day(value) == text


def test_peoples_words_are_set_apart_and_escaped() -> None:
    assert format.bdi("<b>Olena K.") == Markup("<bdi>&lt;b&gt;Olena K.</bdi>")
    assert format.isolated("Olena K.") == "\u2068Olena K.\u2069"


def test_a_phone_number_stays_left_to_right() -> None:
    assert format.phone("+4921189912345") == Markup('<bdi dir="ltr" class="nowrap">+49 211 89912345</bdi>')


def test_a_language_has_a_german_and_an_own_name() -> None:
    assert format.language_name("uk") == "Ukrainisch"
    assert format.language_name("xx") == "xx"
    assert format.own_language_name("ar") == Markup('<bdi lang="ar" dir="rtl">العربية</bdi>')
