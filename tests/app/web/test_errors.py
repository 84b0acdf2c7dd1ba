"""An error page says what happened and what to do, in the reader's language, and nothing about anybody."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.errors import (
    Conflict,
    EinstiegError,
    Invalid,
    KeyMissing,
    NotFound,
    NotPermitted,
    StorageFull,
    Taken,
    Tampered,
    Unavailable,
    VersionConflict,
    WrongState,
)
from app.web import layout
from app.web.errors import CHANGED_MEANWHILE, PAGES, page_for
from tests.app.web.conftest import gallery_config
from tests.app.web.gallery_site import create_gallery


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_every_expected_status_has_a_page_with_advice(visitor: FlaskClient, gallery: Flask, status: int) -> None:
    answer = visitor.get(f"/staff/fail/{status}")
    with gallery.test_request_context():
        title, advice = str(PAGES[status].title), str(PAGES[status].advice)
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert advice in answer.text
    assert advice.endswith(".")


@pytest.mark.parametrize(("status", "shown"), [(401, 401), (418, 418), (502, 502)])
def test_other_statuses_keep_their_number(visitor: FlaskClient, status: int, shown: int) -> None:
    assert visitor.get(f"/staff/fail/{status}").status_code == shown


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("x"), 404),
        (NotPermitted("x"), 403),
        (Conflict("x"), 409),
        (Taken("x"), 409),
        (WrongState("a", "b"), 409),
        (VersionConflict("x"), 409),
        (KeyMissing("x"), 404),
        (Invalid("name", "missing"), 400),
        (Unavailable("x"), 503),
        (StorageFull("x"), 503),
        (Tampered("x"), 500),
        (EinstiegError("x"), 500),
    ],
)
def test_our_own_errors_have_a_status(error: EinstiegError, status: int) -> None:
    assert page_for(error).status == status


def test_a_lost_race_tells_that_the_input_is_not_saved() -> None:
    assert page_for(VersionConflict("x")) is CHANGED_MEANWHILE


@pytest.mark.parametrize("kind", ["permission", "conflict", "version", "key", "unforeseen"])
def test_neither_the_page_nor_the_log_repeats_the_text_of_an_error(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = visitor.get(f"/staff/fail/{kind}").text
    assert "Kovalenko" not in page
    assert "Kovalenko" not in re.sub(r'raise RuntimeError\("Olena Kovalenko"\)', "", caplog.text)


def test_the_log_of_an_unforeseen_error_names_its_type_and_place(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.get("/staff/fail/unforeseen")
    assert "RuntimeError in staff.fail" in caplog.text
    assert "gallery_site.py" in caplog.text


def test_families_read_their_error_in_their_own_layout_and_direction(visitor: FlaskClient) -> None:
    answer = visitor.get("/termin/ar/fail")
    assert answer.status_code == 500
    assert '<html lang="ar" dir="rtl" class="family"' in answer.text


def test_staff_read_german_whatever_the_browser_asks_for(visitor: FlaskClient) -> None:
    assert '<html lang="de" dir="ltr" class="staff"' in visitor.get("/staff/fail/500?lang=ar").text


def test_an_error_page_stands_without_asking_who_is_signed_in(
    visitor: FlaskClient, gallery: Flask, tmp_path: Path
) -> None:
    def nobody_knows() -> layout.Viewer | None:
        raise RuntimeError("the database is away")

    layout.init_app(gallery, gallery_config(tmp_path), viewer=nobody_knows)
    assert "Bei uns ist ein Fehler aufgetreten" in visitor.get("/staff/fail/500").text
    assert "Bei uns ist ein Fehler aufgetreten" in visitor.get("/termin/de/fail").text


def test_a_script_gets_its_error_as_json(visitor: FlaskClient) -> None:
    answer = visitor.get("/staff/fail/409", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert set(answer.get_json()) == {"title", "advice"}


def test_what_was_typed_on_a_page_left_open_too_long_can_be_sent_again(tmp_path: Path) -> None:
    site = create_gallery(gallery_config(tmp_path), csrf=True).test_client()
    long_text = "Die Familie möchte, dass die Geschwister zusammenbleiben."
    answer = site.post("/staff/form", data={"name": "Kovalenko", "notes": long_text, "password": "geheim-geheim"})
    assert answer.status_code == 400
    assert "Die Seite war zu lange offen" in answer.text
    assert 'name="name" value="Kovalenko"' in answer.text
    assert f">{long_text}</textarea>" in answer.text
    assert "geheim-geheim" not in answer.text
    assert 'name="csrf_token" value="' in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_posted_is_not_offered_to_be_sent_again(tmp_path: Path, site: str) -> None:
    browser = create_gallery(gallery_config(tmp_path), csrf=True).test_client()
    answer = browser.post("/staff/form", data={"name": "Mallory"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 400 and "Mallory" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_refused_page_shows_nothing_that_was_posted(visitor: FlaskClient) -> None:
    answer = visitor.post("/staff/fail/404", data={"name": "Kovalenko"})
    assert "Kovalenko" not in answer.text


def test_the_answer_to_a_wrong_method_names_the_right_ones(visitor: FlaskClient) -> None:
    assert "POST" in visitor.get("/staff/sign-out").headers["Allow"]


def test_a_redirect_is_no_error(visitor: FlaskClient) -> None:
    assert visitor.get("/staff").status_code == 308
