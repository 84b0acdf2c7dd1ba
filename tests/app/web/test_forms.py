"""Forms trim, explain in German, and tie every sentence to its field."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.web.forms import EinstiegForm, component_of, field_errors, form_errors
from tests.app.web.gallery_site import EveryField

FORMS = ["/staff/form", "/termin/de/form", "/termin/ar/form"]


class Small(EinstiegForm):
    """A text, a password, a tick and a choice."""

    name = StringField("Name", [DataRequired(), Length(max=5)], filters=[str.upper])
    password = PasswordField("Kennwort")
    consent = BooleanField("Einwilligung", [DataRequired()])
    language = SelectField("Sprache", [InputRequired()], choices=[("de", "Deutsch")])


def test_texts_lose_the_blanks_around_them_before_other_filters_and_passwords_never_do(gallery: Flask) -> None:
    with gallery.test_request_context():
        form = Small(MultiDict({"name": "  ab ", "password": " x "}))
        again = Small(MultiDict({"name": " cd "}))
    assert (form.name.data, form.password.data, again.name.data) == ("AB", " x ", "CD")


def test_composed_and_decomposed_letters_are_the_same_afterwards(gallery: Flask) -> None:
    with gallery.test_request_context():
        assert Small(MultiDict({"name": "O\u0308"})).name.data == "Ö"


def test_sentences_are_our_own_and_fit_the_kind_of_field(gallery: Flask) -> None:
    with gallery.test_request_context():
        form = Small(MultiDict({"name": "abcdefgh"}))
        form.validate()
        assert field_errors(form.name) == ["Bitte schreiben Sie höchstens 5 Zeichen."]
        assert "Häkchen" in field_errors(form.consent)[0]
        assert field_errors(form.language) == ["Bitte wählen Sie eine der Möglichkeiten aus."]


def test_the_summary_names_each_field_and_leads_to_its_first_input(gallery: Flask) -> None:
    with gallery.test_request_context():
        form = EveryField(MultiDict())
        form.validate()
        targets = {line.text.split(":")[0]: line.target for line in form_errors(form)}
    assert targets["Familienname"] == "name"
    assert targets["Wo möchten Sie sprechen?"] == "place-0"
    assert targets["Geburtsdatum des Kindes"] == "born-0"


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("name", "input"),
        ("note", "input"),
        ("file", "input"),
        ("language", "select"),
        ("place", "choices"),
        ("documents", "choices"),
        ("consent", "checkbox"),
        ("born", "date_parts"),
        ("born_text", "input"),
    ],
)
def test_each_kind_of_field_has_its_macro(gallery: Flask, name: str, component: str) -> None:
    with gallery.test_request_context():
        assert component_of(EveryField()[name]) == component


@pytest.mark.parametrize("path", FORMS)
def test_every_input_has_a_label_and_every_description_exists(visitor: FlaskClient, path: str) -> None:
    for page in (visitor.get(path).text, visitor.post(path, data={"note": "x" * 30}).text):
        main = page[page.index("<main") :]
        ids = re.findall(r'\sid="([^"]+)"', main)
        assert len(ids) == len(set(ids))
        inputs = re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*\sid="([^"]+)"', main)
        assert inputs
        assert set(inputs) <= set(re.findall(r'<label[^>]*\sfor="([^"]+)"', main))
        for described in re.findall(r'aria-describedby="([^"]+)"', main):
            assert set(described.split()) <= set(ids)


@pytest.mark.parametrize("path", FORMS)
def test_a_page_with_errors_says_so_in_title_summary_and_field(visitor: FlaskClient, path: str) -> None:
    before, after = visitor.get(path).text, visitor.post(path, data={}).text
    assert "<title>Fehler: " in after
    assert "Fehler:" not in before
    assert 'role="alert" tabindex="-1" data-error-summary autofocus' in after
    assert re.search(r'id="name"[^>]*|aria-invalid="true"', after)
    for target in re.findall(r'<a href="#([^"]+)">[^<]*: ', after):
        assert f'id="{target}"' in after


def test_what_may_stay_empty_says_so(visitor: FlaskClient) -> None:
    page = visitor.get("/staff/form").text
    assert re.search(r"Uhrzeit\s*<span class=\"kern-label__optional\">\(freiwillig\)", page)
    assert not re.search(r"Familienname\s*<span class=\"kern-label__optional\"", page)


def test_what_people_type_is_escaped(visitor: FlaskClient) -> None:
    page = visitor.post("/staff/form", data={"name": '"><script>x</script>'}).text
    assert "<script>x" not in page
