"""Layouts show whose page it is, in which language, and never more than a person may see."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.web.layout import Viewer
from config import Mode
from tests.app.web.conftest import gallery_config
from tests.app.web.gallery_site import create_gallery

STAFF = ["/staff/", "/staff/case", "/staff/form", "/staff/tasks", "/staff/note"]
FAMILY = ["/termin/de/", "/termin/ar/", "/termin/uk/form", "/termin/ar/answers"]


@pytest.mark.parametrize("path", [*STAFF, *FAMILY, "/staff/signin"])
def test_a_page_has_one_heading_one_main_part_a_title_and_a_way_past_the_navigation(
    visitor: FlaskClient, path: str
) -> None:
    page = visitor.get(path).text
    assert page.count("<h1>") == 1
    assert page.count("<main") == 1
    assert re.search(r"<title>[^<]+ – Einstieg</title>", page)
    assert page.index('class="skip-link" href="#inhalt"') < page.index('id="inhalt"')


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("/termin/de/", 'lang="de" dir="ltr"'),
        ("/termin/uk/", 'lang="uk" dir="ltr"'),
        ("/termin/ar/", 'lang="ar" dir="rtl"'),
    ],
)
def test_language_and_direction_stand_at_the_top(visitor: FlaskClient, path: str, start: str) -> None:
    assert f"<html {start}" in visitor.get(path).text


def test_the_switch_of_languages_names_each_in_its_own_script_without_flags(visitor: FlaskClient) -> None:
    page = visitor.get("/termin/uk/").text
    switch = page[page.index('class="language-links"') : page.index("</nav>")]
    assert re.findall(r'lang="(\w+)" hreflang="\w+" dir="(\w+)"', switch) == [
        ("de", "ltr"), ("en", "ltr"), ("uk", "ltr"), ("ar", "rtl"),
    ]  # fmt: skip
    assert re.search(r'aria-current="true">Українська', switch)
    assert "<img" not in switch


def test_families_see_where_they_are(visitor: FlaskClient) -> None:
    page = visitor.get("/termin/de/").text
    assert "Schritt 2 von 5" in page
    assert '<progress value="2" max="5" aria-labelledby="schritt">' in page
    assert 'class="back-link" href="/termin/"' in page


def test_staff_see_navigation_search_and_their_own_name(visitor: FlaskClient) -> None:
    page = visitor.get("/staff/").text
    assert 'aria-current="page"' in page
    assert 'name="q" type="search"' in page
    assert "<bdi>Sabine Öztürk</bdi>" in page
    assert 'data-shortcut="/"' in page


def test_shortcuts_can_be_switched_off(tmp_path: Path) -> None:
    site = create_gallery(gallery_config(tmp_path), viewer=Viewer("A", "B", shortcuts=False)).test_client()
    page = site.get("/staff/").text
    assert "data-shortcut" not in page
    assert "<kbd" not in page


def test_the_colours_follow_the_person_and_else_the_machine(visitor: FlaskClient) -> None:
    assert "data-kern-theme" not in visitor.get("/staff/").text
    assert ' data-kern-theme="dark">' in visitor.get("/staff/?theme=dark").text


def test_the_demo_says_that_its_people_are_invented_and_production_does_not(tmp_path: Path) -> None:
    demo = gallery_config(tmp_path)
    production = replace(demo, mode=Mode.PRODUCTION)
    for path in ("/staff/", "/termin/de/", "/staff/signin"):
        assert "erfundenen Personen" in create_gallery(demo).test_client().get(path).text
        assert "erfundenen Personen" not in create_gallery(production).test_client().get(path).text


def test_signing_out_is_a_form_and_no_link(visitor: FlaskClient) -> None:
    page = visitor.get("/staff/").text
    assert re.search(r'<form method="post" action="/staff/sign-out">\s*<input type="hidden" name="csrf_token"', page)
    assert 'href="/staff/sign-out"' not in page


def test_flash_messages_have_a_role(visitor: FlaskClient) -> None:
    page = visitor.get("/staff/?flash=1").text
    assert 'kern-alert--success" role="status"' in page
    assert 'kern-alert--warning" role="alert"' in page


def test_tables_have_a_caption_and_scopes(visitor: FlaskClient) -> None:
    page = visitor.get("/staff/").text
    assert page.count("<table") == page.count("<caption")
    assert all("scope=" in cell for cell in re.findall(r"<th\b[^>]*>", page))
    assert 'aria-sort="descending"' in page
