"""Languages are data: codes, own names, directions, and who reviewed them."""

from __future__ import annotations

import unicodedata

import pytest

from app.web.languages import LANGUAGES, active_languages, choices, direction, language, language_links

RTL = {"ar", "fa", "ckb", "ur", "ps"}


def test_right_to_left_languages_are_marked() -> None:
    assert {entry.code for entry in LANGUAGES if entry.direction == "rtl"} == RTL


def test_the_direction_is_that_of_the_own_name() -> None:
    for entry in LANGUAGES:
        kinds = {unicodedata.bidirectional(sign) for sign in entry.own_name}
        assert (kinds & {"R", "AL"} != set()) == (entry.direction == "rtl"), entry.code


def test_codes_and_names_are_unique() -> None:
    for values in ([e.code for e in LANGUAGES], [e.own_name for e in LANGUAGES], [e.german_name for e in LANGUAGES]):
        assert len(values) == len(set(values))


def test_the_first_catalogues_are_german_english_ukrainian_and_arabic() -> None:
    assert [entry.code for entry in active_languages()] == ["de", "en", "uk", "ar"]


def test_no_machine_made_translation_counts_as_reviewed() -> None:
    assert [entry.code for entry in active_languages() if entry.reviewed_by] == ["de"]


@pytest.mark.parametrize(("code", "expected"), [("ar", "rtl"), ("fa_AF", "rtl"), ("de-DE", "ltr"), ("xx", "ltr")])
def test_the_direction_of_a_code_ignores_its_region(code: str, expected: str) -> None:
    assert direction(code) == expected


def test_an_unknown_language_is_an_error_where_it_must_be_known() -> None:
    with pytest.raises(KeyError):
        language("xx")


def test_staff_choose_in_german_alphabetical_order() -> None:
    names = [name for _, name in choices()]
    assert names == sorted(names, key=str.casefold)


def test_a_switch_offers_every_active_language_and_marks_the_present_one() -> None:
    links = language_links("uk", lambda code: f"/{code}")
    assert [link.url for link in links] == ["/de", "/en", "/uk", "/ar"]
    assert [link.language.own_name for link in links if link.is_current] == ["Українська"]
