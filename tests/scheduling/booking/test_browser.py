"""A phone without scripts: the whole way in Arabic, nothing cut off at 320 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from app.data.database import session
from scheduling.booking.services import invite
from scheduling.kinds import GateReason
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import Office

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application under test answers a real browser."""
    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow phone with scripts switched off."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def _fits(page: Page) -> None:
    """Nothing sticks out, and everything that can be touched is 44 pixels high."""
    right_edge = page.locator("main").bounding_box()
    assert right_edge is not None and right_edge["x"] >= 0 and right_edge["x"] + right_edge["width"] <= 320
    for button in page.locator("main button, main .kern-btn, main .kern-form-check").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44
        assert box["x"] >= 0 and box["x"] + box["width"] <= 320.5


@pytest.mark.parametrize("language", ["ar", "uk", "de"])
def test_a_family_books_on_a_narrow_phone_without_scripts(
    world: World, office: Office, open_case: OpenCase, address: str, phone: Page, language: str
) -> None:
    invited = invite(
        world.actor("reception"),
        case_id=open_case().id,
        kind=AppointmentKind.FIRST_TALK,
        without_papers=GateReason.URGENT,
    )
    session().rollback()
    phone.goto(f"{address}/t/{language}/{invited.token}/")
    assert phone.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    _fits(phone)
    phone.locator("main a.kern-btn--primary").click()
    _fits(phone)
    phone.locator("button[type=submit]").click()
    assert phone.locator(".error-summary").is_visible()
    phone.locator("input[name=starts]").first.check()
    phone.locator("button[type=submit]").click()
    _fits(phone)
    phone.locator("input[name=coming]").first.check()
    phone.locator("input[name=count]").fill("2")
    phone.locator("button[type=submit]").click()
    _fits(phone)
    phone.locator("input[name=channel]").last.check()
    phone.locator("button[type=submit]").click()
    _fits(phone)
    phone.locator("button[type=submit]").click()
    _fits(phone)
    assert phone.locator(".booking-code").is_visible()
    assert phone.url.endswith(f"/t/{language}/{invited.token}/termin")
