"""Numbers of a day: each once, from one again every local day, never at the price of somebody's appointment."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import NotFound, NotPermitted, WrongState
from app.logs import redacted
from app.policies import OrganisationKind, system_of
from scheduling import services as booking
from scheduling.day.services import arrive_by_code, mark_attended
from scheduling.kinds import GateReason
from scheduling.models import Absence, Room
from scheduling.states import AppointmentKind
from scheduling.walkins import queries, services
from scheduling.walkins.models import WalkIn
from scheduling.walkins.states import ScreenPurpose, WalkInState
from scheduling.world import Reason
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, MONDAY, Office


def _numbers(world: World, *instants: datetime) -> list[tuple[int, str]]:
    drawn = []
    for at in instants:
        clock.start_at(at)
        ticket = services.draw(world.actor("reception"), language="ar")
        drawn.append((ticket.number, ticket.drawn_on.isoformat()))
    return drawn


def test_numbers_begin_anew_with_the_local_day_also_with_that_of_25_hours(world: World) -> None:
    assert _numbers(
        world,
        datetime(2026, 10, 24, 21, 59, tzinfo=UTC),  # Saturday 23:59
        datetime(2026, 10, 24, 22, 0, tzinfo=UTC),  # Sunday 00:00
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 02:30 the first time
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # 02:30 the second time
        datetime(2026, 10, 25, 22, 59, tzinfo=UTC),  # 23:59, 25 hours after midnight began
        datetime(2026, 10, 25, 23, 0, tzinfo=UTC),  # Monday 00:00
    ) == [
        (1, "2026-10-24"),
        (1, "2026-10-25"),
        (2, "2026-10-25"),
        (3, "2026-10-25"),
        (4, "2026-10-25"),
        (1, "2026-10-26"),
    ]


def test_two_kiosks_at_once_give_two_numbers_and_never_more_than_the_day_has(app: Flask, world: World) -> None:
    app.extensions["config"] = replace(app.extensions["config"], walk_ins_a_day=10)
    clock.start_at(MONDAY)
    kiosk, barrier = system_of(world.ki.id, OrganisationKind.KI), Barrier(4)
    given: list[int] = []
    refused: list[type[Exception]] = []

    def draw() -> None:
        with app.app_context():
            barrier.wait()
            for _ in range(4):
                try:
                    given.append(services.draw(kiosk, language="uk").number)
                except services.NumbersUsedUp as error:
                    refused.append(type(error))
            session().close()

    session().rollback()
    threads = [Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 11))
    assert len(refused) == 6
    assert session().scalar(select(func.count()).select_from(WalkIn)) == 10


def test_the_kiosk_says_when_the_day_has_no_number_left(app: Flask, world: World, client: FlaskClient) -> None:
    app.extensions["config"] = replace(app.extensions["config"], walk_ins_a_day=1)
    clock.start_at(MONDAY)
    _, token = services.set_up_screen(world.actor("reception"), purpose=ScreenPurpose.KIOSK, place="Eingang")
    address = f"/t/de/{token}/ankunft/nummer"
    first = client.post(address, data={"language": "ar"})
    assert first.status_code == 303
    for _ in range(2):
        assert "booking-code" in client.get(first.headers["Location"]).text  # loading again draws nothing
    answer = client.post(address, data={"language": "ar"})
    assert (answer.status_code, "keine Nummer mehr" in answer.text) == (409, True)
    assert client.post(address, data={"language": "xx"}).status_code == 422


def test_a_number_takes_nobody_who_has_an_appointment_within_its_length(
    world: World, office: Office, open_case: OpenCase
) -> None:
    """The talk is at 10:00: at 09:41 its advisor and its room are not to be had, at 09:40 they are."""
    clock.start_at(MONDAY)
    case = open_case(advisor="advisor")
    booking.book(
        world.actor("reception"), case_id=case.id, kind=AppointmentKind.FIRST_TALK, starts=FRIDAY,
        details=DETAILS, without_papers=GateReason.URGENT,
    )  # fmt: skip
    actor = world.actor("reception")
    clock.start_at(FRIDAY - timedelta(minutes=19))
    late = services.draw(actor, language="uk")
    assert queries.get_choices(actor) == []
    with pytest.raises(services.NobodyFree):
        services.call(actor, walk_in_id=late.id, advisor_id=office.advisor_id)
    clock.start_at(FRIDAY - timedelta(minutes=20))
    assert [each.advisor_id for each in queries.get_choices(actor)] == [office.advisor_id]
    called = services.call(actor, walk_in_id=late.id, advisor_id=office.advisor_id)
    assert (called.state, called.room_id) == (WalkInState.CALLED, office.room_id)


def test_while_a_number_is_called_the_engine_gives_its_people_and_room_to_nobody_else(
    world: World, office: Office, open_case: OpenCase
) -> None:
    clock.start_at(FRIDAY + timedelta(minutes=15))
    actor = world.actor("reception")
    first, second = (services.draw(actor, language="de") for _ in range(2))
    services.call(actor, walk_in_id=first.id, advisor_id=office.advisor_id)
    with pytest.raises(services.NobodyFree):
        services.call(actor, walk_in_id=second.id, advisor_id=office.advisor_id)
    with pytest.raises(WrongState):
        services.call(actor, walk_in_id=first.id, advisor_id=office.advisor_id)

    def book() -> booking.Booked:
        return booking.book(
            actor, case_id=open_case().id, kind=AppointmentKind.FIRST_TALK,
            starts=FRIDAY + timedelta(minutes=30), details=DETAILS, without_papers=GateReason.URGENT,
        )  # fmt: skip

    with pytest.raises(booking.SlotTaken) as taken:
        book()
    assert taken.value.reason is Reason.NO_ADVISOR
    services.finish(actor, walk_in_id=first.id)
    assert session().scalar(select(func.count()).select_from(Absence)) == 0
    book()
    with pytest.raises(services.NobodyFree):
        services.call(actor, walk_in_id=second.id, advisor_id=office.advisor_id)
    services.let_go(actor, walk_in_id=second.id)
    assert services.put_back(actor, walk_in_id=second.id).state is WalkInState.WAITING
    clock.start_at(FRIDAY + timedelta(days=1))
    with pytest.raises(NotFound):
        services.let_go(actor, walk_in_id=second.id)


def test_the_board_shows_numbers_ends_of_codes_and_rooms_and_nobodys_name(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    case = open_case()
    booked = booking.book(
        world.actor("reception"), case_id=case.id, kind=AppointmentKind.FIRST_TALK, starts=FRIDAY,
        details=DETAILS, without_papers=GateReason.URGENT,
    )  # fmt: skip
    with transaction() as current:
        current.add(Room(id=new_id(), organisation_id=world.ki.id, name="Raum 9", place="Ostweg 7", capacity=2))
    clock.start_at(FRIDAY - timedelta(minutes=30))
    actor = world.actor("reception")
    screen, token = services.set_up_screen(actor, purpose=ScreenPurpose.BOARD, place="Wartezimmer")
    waiting, called = (services.draw(actor, language="uk") for _ in range(2))
    services.call(actor, walk_in_id=called.id, advisor_id=office.advisor_id)
    arrive_by_code(system_of(world.ki.id, OrganisationKind.KI), code=booked.code)
    address = f"/t/de/{token}/tafel"
    answer = client.get(address)
    tail = f"…{booked.code[-3:]}"
    marks = [(call.mark, call.room) for call in queries.get_board(actor)]
    assert marks == [(str(called.number), "Raum 9"), (str(waiting.number), ""), (tail, "")]
    assert all(said in answer.text for said in ("Raum 9", tail, "Bitte warten"))
    for secret in ("Kovalenko", "Daryna", "Anna Beraterin", booked.code, "Ukrainisch", case.reference, str(case.id)):
        assert secret not in answer.text
    assert answer.headers["Refresh"] == "15"
    clock.start_at(FRIDAY)
    mark_attended(actor, appointment_id=booked.appointment_id)
    assert (tail, "Raum 2.14") in [(call.mark, call.room) for call in queries.get_board(actor)]
    clock.start_at(FRIDAY + timedelta(minutes=11))
    assert [call.mark for call in queries.get_board(actor)] == [str(waiting.number)]
    services.revoke_screen(actor, screen_id=screen.id)
    assert client.get(address).status_code == 404
    assert client.get(f"/t/de/{token}/ankunft").status_code == 404


def test_the_kiosk_speaks_the_readers_language_and_takes_the_code(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    booked = booking.book(
        world.actor("reception"), case_id=open_case().id, kind=AppointmentKind.FIRST_TALK, starts=FRIDAY,
        details=DETAILS, without_papers=GateReason.URGENT,
    )  # fmt: skip
    clock.start_at(FRIDAY - timedelta(minutes=5))
    _, token = services.set_up_screen(world.actor("lead"), purpose=ScreenPurpose.KIOSK, place="Eingang")
    page = client.get(f"/t/ar/{token}/ankunft").text
    assert 'dir="rtl"' in page and "Willkommen" not in page
    wrong = client.post(f"/t/de/{token}/ankunft/termin", data={"code": "ABCD-EFGH"})
    assert (wrong.status_code, "heute keinen Termin" in wrong.text) == (422, True)
    here = client.post(f"/t/de/{token}/ankunft/termin", data={"code": booked.code})
    assert (here.status_code, f"…{booked.code[-3:]}" in here.text) == (200, True)
    assert "Kovalenko" not in here.text
    assert client.get(f"/t/de/{token}/tafel").status_code == 404


def test_only_the_house_gives_numbers_out_and_only_some_set_up_screens(
    world: World, office: Office, sign_in: Callable[[str], FlaskClient]
) -> None:
    with pytest.raises(NotPermitted):
        services.draw(world.actor("manager"), language="de")
    with pytest.raises(NotPermitted):
        services.set_up_screen(world.actor("advisor"), purpose=ScreenPurpose.BOARD, place="x")
    desk = sign_in("reception")
    answer = desk.post("/termine/ankunft/nummer", data={"language": "ti"})
    assert answer.status_code == 303
    assert "Tigrinya" in desk.get(answer.headers["Location"]).text
    page = desk.get("/termine/ankunft").text
    assert "Aufrufen" in page and "Anna Beraterin" in page
    walk_in = session().scalars(select(WalkIn)).one()
    call = f"/termine/ankunft/{walk_in.id}/aufrufen"
    assert desk.post(call, data={"advisor": "nobody"}).status_code == 422
    assert desk.post(call, data={"advisor": str(office.advisor_id)}).status_code == 303
    made = desk.post("/termine/bildschirme", data={"purpose": "board", "place": "Flur"}).text
    link = re.search(r'/t/de/[^/"]+/tafel', made)
    assert link and link[0] not in desk.get("/termine/bildschirme").text
    assert link[0].split("/")[3] not in redacted(f"GET {link[0]} HTTP/1.1")
    assert sign_in("manager").get("/termine/ankunft").status_code == 403
