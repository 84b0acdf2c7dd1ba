"""The same way in a real browser, against everything that one command starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import story_booking, story_counselling, story_handover, story_intake, story_seat, story_trace
from tests.journeys.by_browser import BrowserVisitor
from tests.journeys.houses import StackHouse
from tests.journeys.story_intake import HAMDAN, SYDORENKO, WINTER, Family
from tests.servers.wire import first_page_bytes

pytestmark = pytest.mark.browser

MOST_BYTES = 40 * 1024
TYPED = "Die Mutter arbeitet nachts, Anrufe bitte nachmittags."


@pytest.mark.parametrize("family", [WINTER, SYDORENKO], ids=["de", "uk"])
def test_a_family_books_moves_and_cancels_on_a_phone_without_scripts(stack_house: StackHouse, family: Family) -> None:
    case = story_intake.open_case(stack_house, family)
    story_intake.find_again(stack_house, family, family.sought_as)
    link = story_booking.invite_again(stack_house, family, case)
    phone, starts_at = story_booking.book(stack_house, family, link)
    code = story_booking.take_along(stack_house, family, phone, link, starts_at)
    story_booking.move_by_code(stack_house, family, code, starts_at)
    story_booking.call_off(stack_house, family, phone, link)
    story_booking.foreign_link(stack_house, family.language)


def test_a_family_from_its_first_call_to_a_seat_and_back_from_kim(
    stack_house: StackHouse, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    house = stack_house
    story_intake.import_schools(house, tmp_path)
    case = story_intake.open_case(house, HAMDAN)
    story_intake.find_again(house, HAMDAN, "Hamdan", "Yusuf", "سلمى")
    story_intake.request_papers(house, HAMDAN, case)
    link = story_intake.complete_papers(house, HAMDAN, case, tmp_path)
    assert first_page_bytes(house.stack.url, f"{link}/") <= MOST_BYTES
    phone, starts_at = story_booking.book(house, HAMDAN, link)
    code = story_booking.take_along(house, HAMDAN, phone, link, starts_at)
    starts_at = story_booking.move_by_code(house, HAMDAN, code, starts_at)
    story_booking.look_at_every_page(phone, link, starts_at)
    story_booking.call_off(house, HAMDAN, phone, link)
    story_booking.foreign_link(house, HAMDAN.language)
    link = story_booking.invite_again(house, HAMDAN, case)
    phone, starts_at = story_booking.book(house, HAMDAN, link)
    story_booking.take_along(house, HAMDAN, phone, link, starts_at)
    story_booking.be_reminded_once(house, HAMDAN, starts_at)
    _demo_mail_shows_it(house)
    house.turn_clock(starts_at + timedelta(minutes=5))
    advisor, notes = story_counselling.receive(house, HAMDAN, case, starts_at)
    _notes_save_themselves(advisor, notes)
    story_counselling.let_a_deputy_in(advisor, case)
    story_counselling.write_at_the_same_time(house, advisor, notes)
    story_counselling.complete(advisor, case, notes)
    child = story_seat.child_of(advisor, case, HAMDAN.children[0][0])
    story_seat.recommend(advisor, child)
    assert story_seat.waits(house, HAMDAN.children[0][0])
    number = story_seat.propose_nearest(advisor, child)
    story_seat.refuse(advisor, child, number)
    assert story_seat.propose_nearest(advisor, child) != number
    story_seat.admit(advisor, child, starts_at)
    assert not story_seat.waits(house, HAMDAN.children[0][0])
    story_handover.ask_kim(house, case)
    story_handover.accept(house, HAMDAN, case)
    story_handover.give_back(house, HAMDAN, case)
    story_trace.read_the_trail(house, case)
    assert [text for visitor in house.visitors for text in visitor.complaints if "Failed to load" not in text] == []
    story_trace.tamper(house)
    cold, *again = house.stack.seconds_to_start
    record_property("seconds_to_start", {"cold": round(cold, 1), "again": [round(one, 1) for one in again]})


def _demo_mail_shows_it(house: StackHouse) -> None:
    visitor = house.staff("beratung")
    visitor.go("/demo/mail")
    assert HAMDAN.email in visitor.text


def _notes_save_themselves(advisor: BrowserVisitor, notes: str) -> None:
    """What was typed lies on the server after a short pause, without a button."""
    advisor.fill("notes", TYPED)
    expect(advisor.tab.locator("[data-save-state]")).to_contain_text("Gespeichert um", timeout=20_000)
    advisor.go(notes)
    assert TYPED in advisor.tab.locator("[name=notes]").input_value()
