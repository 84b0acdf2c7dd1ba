"""Everything families read exists in every active language, whole and with the same blanks to fill."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale, gettext

from app.web.languages import active_languages

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "app" / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
ISOLATES = re.compile(r"[\u2066\u2068](?P<inside>[^\u2069]*)\u2069")
SCRIPTS = {"uk": re.compile(r"[\u0400-\u04ff]"), "ar": re.compile(r"[\u0600-\u06ff]")}
TRANSLATED = [language.code for language in active_languages() if language.code != "de"]


@cache
def sources() -> frozenset[str]:
    """Every German text that is marked for translation."""
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
    found = extract_from_dir(str(ROOT), methods, options, keywords, directory_filter=_is_ours)
    return frozenset(str(message) for _, _, message, _, _ in found)


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in {".venv", ".git", "tests", "instance", "build", "node_modules", "__pycache__"}


@cache
def catalogue(code: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    with (FOLDER / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_and_none_is_left_over(code: str) -> None:
    known = {str(message.id): message for message in catalogue(code) if message.id}
    assert sorted(sources() - set(known)) == []
    assert sorted(set(known) - sources()) == []
    assert [key for key, message in known.items() if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_every_placeholder(code: str) -> None:
    broken = [
        message.id
        for message in catalogue(code)
        if message.id
        and sorted(PLACEHOLDER.findall(str(message.id))) != sorted(PLACEHOLDER.findall(str(message.string)))
    ]
    assert broken == []


@pytest.mark.parametrize("code", sorted(SCRIPTS))
def test_translations_are_written_in_the_script_of_their_language(code: str) -> None:
    foreign = [
        message.id for message in catalogue(code) if message.id and not SCRIPTS[code].search(str(message.string))
    ]
    assert foreign == []


def test_numbers_with_blanks_inside_arabic_texts_are_set_apart() -> None:
    """Groups of digits would change places between right-to-left words."""
    loose = [
        message.id
        for message in catalogue("ar")
        if message.id and re.search(r"\d+ \d+|%\((phone|code)\)s", ISOLATES.sub("", str(message.string)))
    ]
    assert loose == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_running_application_speaks_the_language(app: Flask, code: str) -> None:
    with force_locale(code):
        assert gettext("Ihr Termin ist gebucht.") != "Ihr Termin ist gebucht."
