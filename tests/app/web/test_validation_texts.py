"""No sentence of WTForms or Flask-WTF reaches a page in its own words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import flask_wtf
import wtforms
from flask import Flask

from app.web.validation_texts import SENTENCES, OwnTexts

DYNAMIC = "File must be between "


def their_texts() -> Iterator[str]:
    """Every text that the two libraries hand to `gettext` or `ngettext`, or raise as a CSRF error."""
    for package in (wtforms, flask_wtf):
        for file in Path(package.__file__ or "").parent.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("gettext", "ngettext"):
                    first = node.args[0] if node.args else None
                    if isinstance(first, ast.Constant):
                        yield first.value


def test_every_text_of_the_libraries_has_a_sentence_of_ours() -> None:
    texts = set(their_texts())
    assert len(texts) > 25
    assert texts - set(SENTENCES) == set()


def test_our_sentences_keep_the_places_for_numbers(gallery: Flask) -> None:
    places = re.compile(r"%\(\w+\)[ds]|{\w+}")
    with gallery.test_request_context():
        for theirs, ours in SENTENCES.items():
            assert set(places.findall(str(ours))) <= set(places.findall(theirs)), theirs


def test_our_sentences_end_with_a_full_stop(gallery: Flask) -> None:
    with gallery.test_request_context():
        assert [str(text) for text in SENTENCES.values() if not str(text).endswith(".")] == []


def test_one_and_many_read_the_same(gallery: Flask) -> None:
    one, many = "Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters."
    with gallery.test_request_context():
        assert OwnTexts().ngettext(one, many, 1) == OwnTexts().ngettext(one, many, 2)
        assert OwnTexts().ngettext("cat", "cats", 2) == "cats"


def test_a_text_with_sizes_in_it_is_known_as_well(gallery: Flask) -> None:
    with gallery.test_request_context():
        assert "zu groß" in OwnTexts().gettext(f"{DYNAMIC}1 and 2 bytes.")
