"""The grid on the page: who is taken when, whose time is free, and a click away from booking it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient

from app import clock
from app.data.base import new_id
from app.data.database import transaction
from scheduling import services
from scheduling.grid.queries import get_day, get_week
from scheduling.kinds import GateReason
from scheduling.models import Absence
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office


def _book(world: World, open_case: OpenCase) -> services.Booked:
    return services.book(
        world.actor("reception"), case_id=open_case().id, kind=AppointmentKind.FIRST_TALK, starts=FRIDAY,
        details=DETAILS, without_papers=GateReason.URGENT,
    )  # fmt: skip


def test_people_and_rooms_show_the_same_talk_and_free_cells_lead_to_booking(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    _book(world, open_case)
    with transaction() as current:
        current.add(
            Absence(
                id=new_id(),
                organisation_id=world.ki.id,
                resource_id=office.advisor_id,
                starts_at=FRIDAY + timedelta(hours=4),
                ends_at=FRIDAY + timedelta(hours=5),
            )
        )
    desk = sign_in("reception")
    people = desk.get("/termine?tag=2026-11-27&ansicht=raster").text
    assert 'rowspan="3"><div class="timetable__entry">' in people
    assert all(said in people for said in ("Anna Beraterin", "Kovalenko", "abwesend", "geschlossen"))
    free = re.findall(r'href="(/termine/buchen\?[^"]*)"', people)
    twelve = int((FRIDAY + timedelta(hours=2)).timestamp())
    assert f"/termine/buchen?beginn={twelve}&amp;wer={office.advisor_id}" in free
    assert not any(
        f"beginn={int((FRIDAY + timedelta(hours=h)).timestamp())}&" in each for each in free for h in (0, 1, 4)
    )
    rooms = desk.get("/termine?tag=2026-11-27&ansicht=raster&nach=raum").text
    assert "Raum 2.14" in rooms and "Kovalenko" in rooms and f"wer={office.advisor_id}" not in rooms
    for page in ("?ansicht=raster", "?ansicht=raster&wer=team", "?ansicht=raster&nach=raum"):
        assert "Kovalenko" in desk.get(f"/termine/woche{page}&tag=2026-11-27").text
    own = sign_in("advisor").get("/termine/woche?ansicht=raster&tag=2026-11-27").text
    assert "Meine Woche" in own and "Kovalenko" in own and "timetable__list" in own


def test_a_holiday_is_closed_and_no_start_in_the_past_is_offered(world: World, office: Office) -> None:
    clock.start_at(datetime(2027, 5, 26, 8, 0, tzinfo=UTC))
    actor = world.actor("reception")
    corpus_christi = get_day(actor, date(2027, 5, 27), rooms=False)
    assert {cell.kind.value for row in corpus_christi.rows for cell in row.cells} == {"closed"}
    week = get_week(actor, [date(2027, 5, 26), date(2027, 5, 27)], rooms=False)
    assert [[cell.kind.value for cell in row.cells] for row in week] == [["open", "closed"]]
    starts = [cell.starts for row in get_day(actor, date(2027, 5, 26), rooms=False).rows for cell in row.cells]
    assert min(each for each in starts if each) >= datetime(2027, 5, 26, 8, 0, tzinfo=UTC).timestamp()


def test_a_caller_is_booked_from_a_word_and_enter(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case, desk = open_case(), sign_in("reception")
    start = int(FRIDAY.timestamp())
    found = desk.post(f"/termine/buchen?beginn={start}&wer={office.advisor_id}", data={"q": case.reference})
    assert found.status_code == 303
    assert found.headers["Location"] == f"/termine/buchen/{case.id}?beginn={start}&wer={office.advisor_id}"
    first = re.findall(r'name="starts" id="starts-\d" value="(\d+)"', desk.get(f"/termine/buchen/{case.id}").text)
    later = desk.get(f"/termine/buchen/{case.id}?nach={first[-1]}").text
    then = re.findall(r'name="starts" id="starts-\d" value="(\d+)"', later)
    assert len(first) == len(then) == 9 and int(then[0]) > int(first[-1])
    page = desk.get(found.headers["Location"]).text
    chosen = re.search(r'value="(\d+)" data-quick-item checked autofocus', page)
    assert chosen and int(chosen[1]) == start
    said = {"starts": chosen[1], "channel": "none", "count": "2", "without_papers": "urgent"}
    assert desk.post(found.headers["Location"], data={**said, "without_papers": ""}).status_code == 422
    assert desk.post(found.headers["Location"], data=said).status_code == 303
    assert desk.post(found.headers["Location"], data=said).status_code == 409
    rival = f"/termine/buchen/{open_case().id}"
    answer = desk.post(rival, data=said)
    assert (answer.status_code, "inzwischen vergeben" in answer.text) == (409, True)
    on_top = {**said, "starts": "other", "day": "2026-11-27", "at": "10:00"}
    assert desk.post(rival, data=on_top).status_code == 422
    nothing = desk.post("/termine/buchen", data={"q": "Niemand Solcher"})
    assert (nothing.status_code, "Kein Treffer" in nothing.text) == (200, True)
