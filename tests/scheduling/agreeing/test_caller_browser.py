"""Somebody is on the telephone: from the open page to the booked talk by keys alone, in less than 20 seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from app.data.database import session
from scheduling.models import Appointment
from scheduling.states import AppointmentState
from tests.plugins.application import PASSWORD, World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import Office

pytestmark = pytest.mark.browser

SECONDS = 20
A_KEY = 0.2
"""So long a person takes for one key; the browser waits as long."""


class Keys:
    """A keyboard that counts and takes a person's time."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self._page.keyboard.press(key)
            self.pressed += 1
            time.sleep(A_KEY)

    def reach(self, selector: str) -> None:
        """Tab until the focus stands there."""
        for _ in range(12):
            if self._page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} is not within reach")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application under test answers a real browser."""
    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_caller_is_booked_by_keyboard_in_less_than_20_seconds(
    world: World, office: Office, open_case: OpenCase, address: str, browser: Browser, has_script: bool
) -> None:
    case_id = open_case(advisor="advisor").id
    open_case(family=family_sheet("Kowalski", phone="+4917600000001"))
    session().rollback()
    context = browser.new_context(java_script_enabled=has_script, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/anmelden")
    page.fill("input[name=email]", world.email("reception"))
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_selector(".shell")
    page.goto(f"{address}/termine/buchen")
    keys, began = Keys(page), time.monotonic()
    keys.press(*"Kovalenko", "Enter")
    page.wait_for_selector("main h1")
    if "/termine/buchen/" not in page.url:
        page.wait_for_selector("[data-quick] a")
        keys.press("1") if has_script else keys.press("Enter")
    page.wait_for_selector("input[name=starts]:checked")
    keys.press("2" if has_script else "ArrowDown")
    keys.reach("#without_papers")
    keys.press("ArrowDown")
    if has_script:
        keys.press("Control+Enter")
    else:
        keys.reach("#email")
        keys.press("Enter")
    page.wait_for_url(f"**/faelle/{case_id}/termine")
    seconds = time.monotonic() - began
    print(f"booked with {keys.pressed} keys in {seconds:.1f} s, scripts {'on' if has_script else 'off'}")
    context.close()
    session().rollback()
    booked = session().scalars(select(Appointment)).one()
    assert (booked.case_id, booked.state) == (case_id, AppointmentState.BOOKED)
    assert seconds < SECONDS
