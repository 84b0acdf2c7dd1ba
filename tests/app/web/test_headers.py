"""Every answer carries the headers that keep it inside this site and out of caches."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.web.headers import CONTENT_SECURITY_POLICY
from tests.app.web.conftest import gallery_config
from tests.app.web.gallery_site import create_gallery

PATHS = ["/staff/", "/termin/de/", "/assets/0/staff.css", "/nowhere", "/staff/fail/500"]


@pytest.mark.parametrize("path", PATHS)
def test_the_policy_allows_nothing_inline(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_other_headers(visitor: FlaskClient, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/staff/", "/termin/de/", "/nowhere", "/staff/fail/500"])
def test_pages_are_never_stored(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).headers["Cache-Control"] == "no-store"


def test_encryption_is_demanded_where_cookies_are_secure(visitor: FlaskClient, tmp_path: Path) -> None:
    secure = create_gallery(gallery_config(tmp_path, secure_cookies=True)).test_client()
    assert "Strict-Transport-Security" not in visitor.get("/staff/").headers
    assert "max-age=31536000" in secure.get("/staff/").headers["Strict-Transport-Security"]


def test_a_form_sent_over_https_passes_with_the_referrer_this_policy_leaves(tmp_path: Path) -> None:
    site = create_gallery(gallery_config(tmp_path), csrf=True).test_client()
    page = site.get("/staff/form", base_url="https://einstieg.example")
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    same = {"Referer": "https://einstieg.example/staff/form"}
    sent = {"base_url": "https://einstieg.example", "data": {"csrf_token": token}}
    assert site.post("/staff/form", headers=same, **sent).status_code == 200  # type: ignore[arg-type]
    assert site.post("/staff/form", **sent).status_code == 400  # type: ignore[arg-type]
