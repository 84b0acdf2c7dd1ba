"""Assets come out of installed packages, under URLs that name their content, small enough for a phone."""

from __future__ import annotations

import gzip
import hashlib
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web import assets
from app.web.assets import FAMILY_BLOCKS, FAMILY_ICONS, STAFF_BLOCKS, STAFF_ICONS, built_assets
from app.web.stylesheets import classes_of

ROOT = Path(__file__).parents[3]
FAMILY_TEMPLATES = ("layouts/family.html", "booking/", "errors/family.html")
SHARED_COMPONENTS = ("forms", "alerts", "buttons", "progress", "facts")


def test_kern_is_the_version_and_the_file_that_was_reviewed() -> None:
    stylesheet = assets.kern_stylesheet(None)
    assert (stylesheet.parent / "VERSION").read_text().strip() == assets.KERN_VERSION
    assert hashlib.sha256(stylesheet.read_bytes()).hexdigest() == assets.KERN_SHA256


def test_third_party_packages_are_the_pinned_ones() -> None:
    pinned = (ROOT / "requirements.txt").read_text()
    for package in ("mkdocs-kern-ux", "django-js-lib-htmx"):
        assert f"{package}=={version(package)}" in pinned


def test_another_folder_may_hold_kern(tmp_path: Path) -> None:
    (tmp_path / "kern.min.css").write_text(".kern-btn{margin-left:7px}")
    assert b"margin-inline-start:7px" in built_assets(tmp_path)["family.css"].body


def test_the_stylesheet_of_families_is_small() -> None:
    assert len(built_assets(None)["family.css"].packed) < 25_000


def test_the_stylesheet_of_staff_is_small() -> None:
    assert len(built_assets(None)["staff.css"].packed) < 30_000


def test_the_first_page_of_a_family_weighs_less_than_40_kilobytes_with_all_headers(visitor: FlaskClient) -> None:
    page = visitor.get("/termin/ar/")
    links = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.text)
    answers = [page, *(visitor.get(link, headers={"Accept-Encoding": "gzip"}) for link in links)]
    weight = sum(len(answer.data) + len(str(answer.headers)) for answer in answers)
    assert len(links) == 1
    assert weight < 40_000


def test_families_load_no_script_and_no_font(visitor: FlaskClient) -> None:
    assert "<script" not in visitor.get("/termin/de/").text
    assert b"@font-face" not in built_assets(None)["family.css"].body


def test_the_url_names_the_content(gallery: Flask) -> None:
    with gallery.test_request_context():
        url = assets.asset_url("staff.css")
    body = built_assets(None)["staff.css"].body
    assert url == f"/assets/{hashlib.sha256(body).hexdigest()[:12]}/staff.css"


def test_an_asset_is_kept_for_good_under_its_own_version(gallery: Flask, visitor: FlaskClient) -> None:
    with gallery.test_request_context():
        answer = visitor.get(assets.asset_url("htmx.js"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers


def test_an_older_version_gets_the_present_content_and_is_not_kept(visitor: FlaskClient) -> None:
    answer = visitor.get("/assets/0123456789ab/staff.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["unknown.css", "einstieg.css", "..%2Fconfig.py"])
def test_nothing_else_is_served(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/assets/0/{name}").status_code == 404


def test_an_asset_is_packed_for_whoever_accepts_it(visitor: FlaskClient) -> None:
    packed = visitor.get("/assets/0/staff.css", headers={"Accept-Encoding": "gzip, br"})
    plain = visitor.get("/assets/0/staff.css")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_every_kern_class_of_a_template_is_in_its_stylesheet() -> None:
    styled = {name: classes_of(built_assets(None)[name].body.decode()) for name in ("family.css", "staff.css")}
    missing = []
    for file in sorted((ROOT / "templates").rglob("*.html")):
        name = file.relative_to(ROOT / "templates").as_posix()
        sheets = ["staff.css"] if not name.startswith(FAMILY_TEMPLATES) else ["family.css"]
        if name.startswith(tuple(f"components/{part}." for part in SHARED_COMPONENTS)):
            sheets = ["staff.css", "family.css"]
        text = re.sub(r"{#.*?#}", "", file.read_text(), flags=re.S)
        used = set(re.findall(r"(?<![\w-])kern-[a-z][a-z0-9_-]*[a-z0-9](?![\w-]|{)", text))
        missing += [f"{name}: {css} in {sheet}" for sheet in sheets for css in used - styled[sheet] - BARE]
    assert missing == []


# Classes that KERN gives no rule of their own: they only group, or only their modifiers are styled.
BARE = {"kern-label__text"}


def test_families_get_no_block_or_icon_that_staff_lack() -> None:
    assert set(FAMILY_BLOCKS) < set(STAFF_BLOCKS)
    assert set(FAMILY_ICONS) < set(STAFF_ICONS)
