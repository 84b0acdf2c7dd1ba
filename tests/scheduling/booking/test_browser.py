"""A phone without scripts: both ways to a talk in three languages, moving and calling off, nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from app.data import records
from app.data.database import session
from app.messages.models import Message, MessagePayload
from scheduling.booking.services import invite
from scheduling.kinds import GateReason
from scheduling.models import Appointment
from scheduling.requests.models import BookingRequest
from scheduling.requests.states import RequestStage
from scheduling.states import AppointmentKind, AppointmentState
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
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def _fits(page: Page) -> None:
    """Nothing sticks out, and everything that can be touched is 44 pixels high."""
    right_edge = page.locator("main").bounding_box()
    assert right_edge is not None and right_edge["x"] >= 0 and right_edge["x"] + right_edge["width"] <= 320
    for button in page.locator("main button, main .kern-btn, main .kern-form-check").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44
        assert box["x"] >= 0 and box["x"] + box["width"] <= 320.5


def _go_on(page: Page) -> None:
    """Press the button that leads on, and look at the page that comes."""
    page.locator("main .kern-btn--primary").click()
    _fits(page)


def _times(page: Page) -> None:
    """Choose the last time of the list; its first may be too soon a second later."""
    page.locator("input[name=starts]").last.check()
    _go_on(page)


@pytest.mark.parametrize("language", ["ar", "uk", "de"])
def test_an_invited_family_books_moves_and_calls_off(
    world: World, office: Office, open_case: OpenCase, address: str, phone: Page, language: str
) -> None:
    reception, case = world.actor("reception"), open_case()
    first = AppointmentKind.FIRST_TALK
    invited = invite(reception, case_id=case.id, kind=first, without_papers=GateReason.URGENT)
    session().rollback()
    phone.goto(f"{address}/t/{language}/{invited.token}/")
    assert phone.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    _go_on(phone)
    _go_on(phone)
    assert phone.locator(".error-summary").is_visible()
    _times(phone)
    _go_on(phone)  # both children are ticked
    phone.locator("input[name=coming]").first.check()
    phone.locator("input[name=count]").fill("٢" if language == "ar" else "2")
    _go_on(phone)
    phone.locator("input[name=channel]").last.check()
    _go_on(phone)
    phone.locator("input[name=wants_earlier]").check()
    _go_on(phone)
    assert phone.locator(".booking-code").is_visible()
    assert phone.url.endswith(f"/t/{language}/{invited.token}/termin")
    phone.locator('a[href$="/verschieben"]').click()
    _fits(phone)
    phone.locator("input[name=starts]").nth(1).check()
    _go_on(phone)
    _go_on(phone)
    assert phone.locator(".booking-code").is_visible()
    phone.locator('a[href$="/absagen"]').click()
    phone.locator("main button").first.click()
    _fits(phone)
    session().rollback()
    talk = session().scalars(select(Appointment)).one()
    assert (talk.state, talk.sequence, talk.wants_earlier) == (AppointmentState.CANCELLED, 2, True)


@pytest.mark.parametrize("language", ["ar", "uk", "de"])
def test_a_family_without_an_invitation_asks_and_books(
    world: World, open_page: None, address: str, phone: Page, language: str
) -> None:
    phone.goto(f"{address}/t/{language}/")
    phone.locator('a[href$="/anfrage"]').click()
    phone.locator("select[name=spoken]").select_option("uk")
    _go_on(phone)
    phone.locator("input[name=family_name]").fill("الأحمد" if language == "ar" else "Коваленко")
    _go_on(phone)
    phone.locator("input[name=born-0]").fill("٢٠١٤" if language == "ar" else "2014")
    _go_on(phone)
    phone.locator("input[name=channel]").first.check()
    phone.locator("input[name=phone]").fill("0176 12345678")
    _go_on(phone)
    _times(phone)
    phone.locator(f'.language-links a[lang="{"de" if language == "ar" else "ar"}"]').click()
    assert phone.locator("dd bdi", has_text="2014").is_visible(), "answers stay in the other language"
    phone.go_back()
    _go_on(phone)
    phone.locator("input[name=digits]").fill(_digits(world))
    _go_on(phone)
    assert phone.locator(".booking-code").is_visible()
    session().rollback()
    assert session().scalars(select(BookingRequest.state)).one() is RequestStage.WAITING
    phone.locator('a[href$="/absagen"]').click()
    phone.locator("main button").first.click()
    session().rollback()
    assert session().scalars(select(BookingRequest.state)).one() is RequestStage.WITHDRAWN


def _digits(world: World) -> str:
    session().rollback()
    message = session().scalars(select(Message.id).where(Message.kind == "request.code")).one()
    return re.findall(r"\d{6}", records.get(MessagePayload, message, reader=world.ki.id).sheet.text)[0]
