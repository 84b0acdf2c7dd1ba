"""The whole way of a family, by plain requests with the tokens that forms carry, on each kind of database."""

from __future__ import annotations

from pathlib import Path

from tests.journeys import story_booking, story_intake
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
