"""Fields read what people really type, and say what to do when they cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app import clock
from app.web.fields import DayField, PartialDateField, PhoneField, TimeField, western_digits
from app.web.forms import EinstiegForm


class Form(EinstiegForm):
    """One field of each kind."""

    phone = PhoneField("Telefon")
    born = PartialDateField("Geburtsdatum")
    born_parts = PartialDateField("Geburtsdatum", as_parts=True)
    day = DayField("Tag")
    at = TimeField("Uhrzeit")


@pytest.fixture(autouse=True)
def in_november(gallery: Flask) -> Any:
    """A request on 22 November 2026."""
    clock.start_at(datetime(2026, 11, 22, 9, tzinfo=UTC))
    with gallery.test_request_context():
        yield
    clock.start_at(None)


def entered(**data: str | list[str]) -> Form:
    """The form after somebody sent `data`."""
    pairs = [(name, v) for name, value in data.items() for v in (value if isinstance(value, list) else [value])]
    form = Form(MultiDict(pairs))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0176 12345678", "+4917612345678"),
        ("0211/89-24077", "+492118924077"),
        ("+380 44 234 5678", "+380442345678"),
        ("0049 176 12345678", "+4917612345678"),
        ("٠١٧٦ ١٢٣٤٥٦٧٨", "+4917612345678"),
        ("۰۱۷۶۱۲۳۴۵۶۷۸", "+4917612345678"),
        ("(0176) 123-456-78", "+4917612345678"),
    ],
)
def test_a_phone_number_is_understood(typed: str, number: str) -> None:
    form = entered(phone=typed)
    assert form.errors == {}
    assert form.phone.data == number


@pytest.mark.parametrize("typed", ["12", "abc", "0176 1234", "+999 123456"])
def test_a_phone_number_that_cannot_be_called_is_explained_and_shown_again(typed: str) -> None:
    form = entered(phone=typed)
    assert "Vorwahl" in str(form.errors["phone"][0])
    assert f'value="{typed}"' in form.phone()
    assert form.phone.data is None


@pytest.mark.parametrize(("stored", "shown"), [("", ""), ("bei der Tante", "bei der Tante")])
def test_a_phone_field_shows_what_is_no_number_as_it_stands(stored: str, shown: str) -> None:
    field = Form(data={"phone": stored}).phone
    assert f'value="{shown}"' in str(field())


def test_a_stored_phone_number_is_shown_as_one_dials_it() -> None:
    assert 'value="0176 12345678"' in Form(data={"phone": "+4917612345678"}).phone()
    assert 'value="+380 44 234 5678"' in Form(data={"phone": "+380442345678"}).phone()


def test_an_empty_field_is_nothing() -> None:
    form = entered(phone="  ", born="", day="", at="")
    assert form.errors == {}
    assert [form.phone.data, form.born.data, form.day.data, form.at.data] == [None] * 4


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("5.3.2014", "2014-03-05"),
        ("05.03.2014", "2014-03-05"),
        ("05/03/2014", "2014-03-05"),
        ("5 3 2014", "2014-03-05"),
        ("2014-03-05", "2014-03-05"),
        ("٥.٣.٢٠١٤", "2014-03-05"),
        ("3.2014", "2014-03"),
        ("03/2014", "2014-03"),
        ("2014-03", "2014-03"),
        ("2014", "2014"),
        ("22.11.2026", "2026-11-22"),
    ],
)
def test_a_birth_date_keeps_what_is_known(typed: str, iso: str) -> None:
    form = entered(born=typed)
    assert form.errors == {}
    assert form.born.data == iso


@pytest.mark.parametrize(
    "typed", ["14", "31.2.2014", "13.2014", "0.3.2014", "5.3.14", "März 2014", "1850", "1.2.3.2014"]
)
def test_a_birth_date_that_no_calendar_has_is_explained(typed: str) -> None:
    form = entered(born=typed)
    assert "05.03.2014" in str(form.errors["born"][0])


@pytest.mark.parametrize("typed", ["23.11.2026", "12.2026", "2027"])
def test_a_birth_date_in_the_future_is_refused(typed: str) -> None:
    assert "Zukunft" in str(entered(born=typed).errors["born"][0])


@pytest.mark.parametrize(
    ("typed", "iso"),
    [(["5", "3", "2014"], "2014-03-05"), (["", "3", "2014"], "2014-03"), (["", "", "2014"], "2014"), ([""] * 3, None)],
)
def test_three_inputs_make_one_birth_date(typed: list[str], iso: str | None) -> None:
    form = entered(born_parts=typed)
    assert form.errors == {}
    assert form.born_parts.data == iso


@pytest.mark.parametrize(
    "typed", [["5", "", "2014"], ["5", "3", ""], ["", "3", ""], ["31", "2", "2014"], ["x", "", "2014"]]
)
def test_three_inputs_with_a_gap_are_explained_and_shown_again(typed: list[str]) -> None:
    form = entered(born_parts=typed)
    assert form.errors["born_parts"]
    assert [part.value for part in form.born_parts.parts()] == typed


def test_three_inputs_show_what_is_known() -> None:
    form = Form(data={"born_parts": "2014-03"})
    assert [part.value for part in form.born_parts.parts()] == ["", "03", "2014"]
    assert [part.value for part in Form().born_parts.parts()] == ["", "", ""]


@pytest.mark.parametrize("typed", ["24.11.2026", "24.11.26", "24/11/2026", "2026-11-24", "٢٤.١١.٢٠٢٦"])
def test_a_day_is_understood(typed: str) -> None:
    assert entered(day=typed).day.data == date(2026, 11, 24)


@pytest.mark.parametrize("typed", ["2026", "11.2026", "31.11.2026", "morgen", "0.11.2026"])
def test_an_incomplete_day_is_explained(typed: str) -> None:
    assert "24.11.2026" in str(entered(day=typed).errors["day"][0])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("9:30", time(9, 30)), ("09.30 Uhr", time(9, 30)), ("0930", time(9, 30)), ("9", time(9)), ("٩:٣٠", time(9, 30))],
)
def test_a_time_is_understood(typed: str, expected: time) -> None:
    assert entered(at=typed).at.data == expected


@pytest.mark.parametrize("typed", ["25:00", "9:60", "halb zehn", "9:3"])
def test_a_time_that_no_clock_shows_is_explained(typed: str) -> None:
    assert "09:30" in str(entered(at=typed).errors["at"][0])


def test_digits_of_every_script_become_ours_and_words_stay() -> None:
    assert western_digits("يوم ٢٤ / २४ / 24") == "يوم 24 / 24 / 24"
