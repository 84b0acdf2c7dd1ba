"""The whole way of a family, by plain requests with the tokens that forms carry, on each kind of database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.journeys import story_booking, story_counselling, story_handover, story_intake, story_seat, story_trace
from tests.journeys.houses import RequestHouse
from tests.journeys.story_intake import HAMDAN


def test_a_family_from_its_first_call_to_a_seat_and_back_from_kim(request_house: RequestHouse, tmp_path: Path) -> None:
    house = request_house
    story_intake.import_schools(house, tmp_path)
    case = story_intake.open_case(house, HAMDAN)
    story_intake.find_again(house, HAMDAN, "Hamdan", "Yusuf", "سلمى")
    story_intake.request_papers(house, HAMDAN, case)
    link = story_intake.complete_papers(house, HAMDAN, case, tmp_path)
    phone, starts_at = story_booking.book(house, HAMDAN, link)
    code = story_booking.take_along(house, HAMDAN, phone, link, starts_at)
    starts_at = story_booking.move_by_code(house, HAMDAN, code, starts_at)
    story_booking.look_at_every_page(phone, link, starts_at)
    story_booking.call_off(house, HAMDAN, phone, link)
    link = story_booking.invite_again(house, HAMDAN, case)
    phone, starts_at = story_booking.book(house, HAMDAN, link)
    story_booking.take_along(house, HAMDAN, phone, link, starts_at)
    story_booking.be_reminded_once(house, HAMDAN, starts_at)
    house.turn_clock(starts_at + timedelta(minutes=5))
    advisor, notes = story_counselling.receive(house, HAMDAN, case, starts_at)
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
    story_trace.tamper(house)
