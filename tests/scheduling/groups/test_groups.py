"""Group talks: as many families as there are places, no second talk beside it, everybody told when it is called off."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data.database import session, transaction
from app.errors import Invalid, NotPermitted
from app.messages.models import Message, MessagePayload, MessageState
from cases.models import Case
from scheduling import queries, services
from scheduling.booking.services import invite
from scheduling.feeds import services as feeds
from scheduling.figures import services as figures
from scheduling.groups import services as groups
from scheduling.groups.models import GroupTalk
from scheduling.groups.states import GroupTalkState, next_place
from scheduling.models import Appointment, Reservation
from scheduling.office import STAFF_POLICY
from scheduling.services import SlotTaken
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

GROUP, FIRST = AppointmentKind.GROUP_INFORMATION, AppointmentKind.FIRST_TALK
START = int(FRIDAY.timestamp())
Outbox = Callable[[], list[tuple[Message, MessagePayload]]]
SignIn = Callable[[str], FlaskClient]


def _plan(capacity: int = 2, language: str = "uk") -> groups.Plan:
    return groups.Plan("Schule in NRW", language, capacity)


def _planned(world: World, starts_at: datetime = FRIDAY, **more: object) -> GroupTalk:
    return groups.plan_talk(world.actor("lead"), _plan(**more), starts_at=starts_at)  # type: ignore[arg-type]


def _book(world: World, case: Case, starts: datetime = FRIDAY) -> services.Booked:
    return services.book(world.actor("reception"), case_id=case.id, kind=GROUP, starts=starts, details=DETAILS)


def _free(case: Case, own: tuple[UUID, ...] = ()) -> list[datetime]:
    slots = queries.first_free(queries.needs_of(case, GROUP), policy=STAFF_POLICY, own=own)
    return [slot.starts_at for slot in slots]


def _states() -> list[AppointmentState]:
    return list(session().scalars(select(Appointment.state).order_by(Appointment.id)))


@pytest.mark.parametrize(
    ("taken", "capacity", "place"),
    [(set(), 2, 1), ({1}, 2, 2), ({2}, 2, 1), ({1, 2}, 2, None), ({1, 5}, 2, None), ({3}, 2, 1)],
)
def test_the_lowest_free_place_is_next(taken: set[int], capacity: int, place: int | None) -> None:
    assert next_place(taken, capacity) == place


def test_a_third_family_has_no_place_among_two(world: World, office: Office, open_case: OpenCase) -> None:
    talk = _planned(world)
    cases = [open_case() for _ in range(3)]
    assert _free(cases[0]) == [FRIDAY]
    booked = [_book(world, case) for case in cases[:2]]
    assert _free(cases[2]) == []
    with pytest.raises(SlotTaken):
        _book(world, cases[2])
    rows = session().scalars(select(Appointment).where(Appointment.group_talk_id == talk.id)).unique().all()
    assert {row.place for row in rows} == {1, 2}
    assert {row.advisor_id for row in rows} == {talk.advisor_id}
    services.cancel(world.actor("reception"), appointment_id=booked[0].appointment_id)
    assert _book(world, cases[2]).starts_at == FRIDAY


def test_of_many_at_once_only_as_many_as_there_are_places_sit_down(
    app: Flask, world: World, office: Office, open_case: OpenCase
) -> None:
    _planned(world)
    cases, barrier = [open_case().id for _ in range(5)], Barrier(5)

    def try_it(case_id: UUID) -> str:
        with app.app_context():
            barrier.wait()
            try:
                services.book(world.actor("reception"), case_id=case_id, kind=GROUP, starts=FRIDAY, details=DETAILS)
            except SlotTaken:
                return "taken"
            return "booked"

    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(try_it, cases))
    assert sorted(found) == ["booked", "booked", "taken", "taken", "taken"]
    session().rollback()
    assert sorted(session().scalars(select(Appointment.place).where(Appointment.place.is_not(None)))) == [1, 2]


def test_the_database_itself_refuses_a_place_given_twice(world: World, office: Office, open_case: OpenCase) -> None:
    talk = _planned(world)
    first, second = (_book(world, open_case()).appointment_id for _ in range(2))
    with pytest.raises(IntegrityError), transaction():
        row = session().get(Appointment, second)
        assert row is not None and row.group_talk_id == talk.id and first != second
        row.place = 1
        session().flush()


def test_a_talk_keeps_its_people_and_room_from_everybody_else(
    world: World, office: Office, open_case: OpenCase
) -> None:
    talk = _planned(world)
    rows = session().scalars(select(Reservation).where(Reservation.group_talk_id == talk.id)).all()
    assert {row.resource_id for row in rows} == {office.advisor_id, office.interpreter_id, office.room_id}
    with pytest.raises(SlotTaken):
        _planned(world, language="de")
    case = open_case()
    taken = queries.first_free(queries.needs_of(case, FIRST), policy=STAFF_POLICY)
    assert FRIDAY not in [slot.starts_at for slot in taken]
    moved = services.book(
        world.actor("reception"), case_id=case.id, kind=FIRST, starts=FRIDAY + timedelta(hours=3), details=DETAILS,
        without_papers=services.GateReason.URGENT,
    )  # fmt: skip
    with pytest.raises(SlotTaken):
        services.move(world.actor("reception"), appointment_id=moved.appointment_id, starts=FRIDAY)


def test_families_are_offered_talks_in_their_language_only(world: World, office: Office, open_case: OpenCase) -> None:
    _planned(world, language="de")
    assert _free(open_case()) == []
    assert _free(open_case(family=family_sheet(language="de", interpreter=False))) == [FRIDAY]


def test_a_held_place_is_the_familys_own_until_it_runs_out(world: World, office: Office, open_case: OpenCase) -> None:
    _planned(world, capacity=1)
    mine, other = open_case(), open_case()
    held = services.hold(office.family(mine), case_id=mine.id, kind=GROUP, starts=FRIDAY)
    assert _free(mine, own=(held.id,)) == [FRIDAY] and _free(other) == []
    clock.start_at(clock.now() + timedelta(minutes=11))
    assert _book(world, other).starts_at == FRIDAY
    with pytest.raises(SlotTaken):
        services.confirm(office.family(mine), case_id=mine.id)


def test_a_family_moves_from_one_talk_to_another_or_stays(world: World, office: Office, open_case: OpenCase) -> None:
    later, full = FRIDAY + timedelta(hours=3), FRIDAY + timedelta(days=3)
    for at, capacity in ((FRIDAY, 2), (later, 1), (full, 1)):
        _planned(world, at, capacity=capacity)
    _book(world, open_case(), full)
    case = open_case()
    booked = _book(world, case)
    with pytest.raises(SlotTaken):
        services.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=full)
    assert queries.of_case(case.id)[0].starts_at == FRIDAY and _free(open_case()) == [FRIDAY, later]
    moved = services.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=later)
    assert (moved.starts_at, moved.place) == (later, 1) and _free(open_case()) == [FRIDAY]


def test_calling_off_frees_the_time_and_tells_every_family_once(
    world: World, office: Office, open_case: OpenCase, outbox: Outbox
) -> None:
    talk = _planned(world)
    for _ in range(2):
        _book(world, open_case())
    with pytest.raises(NotPermitted):
        groups.call_off(world.actor("reception"), talk_id=talk.id)
    assert groups.call_off(world.actor("lead"), talk_id=talk.id) == []
    assert _states() == [AppointmentState.CANCELLED] * 2
    told = [row for row, _ in outbox() if row.kind == "appointment.cancelled"]
    assert len(told) == 2
    assert all(row.state is MessageState.CANCELLED for row, _ in outbox() if "reminder" in row.kind)
    assert groups.call_off(world.actor("lead"), talk_id=talk.id) == ()
    assert len([row for row, _ in outbox() if row.kind == "appointment.cancelled"]) == 2
    stored = session().get(GroupTalk, talk.id)
    assert stored is not None and stored.state is GroupTalkState.CANCELLED
    assert _planned(world, language="de").advisor_id == office.advisor_id


def test_a_room_too_small_for_the_group_is_refused(world: World, office: Office) -> None:
    with pytest.raises(Invalid):
        _planned(world, capacity=30)
    assert session().scalars(select(GroupTalk)).unique().all() == []


def test_the_lead_plans_a_weekly_series_that_leaves_out_what_cannot_be(
    world: World, office: Office, sign_in: SignIn
) -> None:
    clock.start_at(datetime(2026, 12, 14, 8, 0, tzinfo=UTC))
    form = {
        "title": "Schule in NRW", "language": "de", "day": "18.12.2026", "at": "10:00", "until": "08.01.2027",
        "capacity": "4", "mode": "on_site", "advisor": "",
    }  # fmt: skip
    staff = sign_in("lead")
    assert "Schule in NRW" not in staff.get("/termine/gruppen").text
    refused = staff.post("/termine/gruppen/neu", data=form | {"capacity": "30"})
    assert refused.status_code == 422 and "Schule in NRW" in refused.text
    assert staff.post("/termine/gruppen/neu", data=form).status_code == 303
    days = [clock.local(talk.starts_at).date().isoformat() for talk in session().scalars(select(GroupTalk)).unique()]
    assert sorted(days) == ["2026-12-18", "2027-01-08"]  # 25.12. and 1.1. are holidays in NRW
    page = staff.get("/termine/gruppen").text
    assert "0 von 4" in page
    again = staff.post("/termine/gruppen/neu", data=form | {"until": ""})
    assert again.status_code == 409 and "niemand frei" in again.text


def test_a_family_takes_its_place_with_a_link_and_staff_see_it(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient, sign_in: SignIn
) -> None:
    talk = _planned(world)
    case = open_case()
    invited = invite(world.actor("reception"), case_id=case.id, kind=GROUP)
    base = "/t/uk/" + invited.token
    assert str(START) in client.get(f"{base}/zeiten").text
    assert client.post(f"{base}/zeiten", data={"starts": START}).status_code == 303
    booked = services.book(office.family(case), case_id=case.id, kind=GROUP, starts=FRIDAY, details=DETAILS)
    assert re.sub(r"\s", "", booked.code) in client.get(f"{base}/termin").text
    staff = sign_in("lead")
    shown = staff.get(f"/termine/gruppen/{talk.id}").text
    assert case.reference in shown and "1 von 2 vergeben" in shown
    asked = staff.get(f"/termine/gruppen/{talk.id}/absagen").text
    assert "Eine Familie hat einen Platz" in asked
    assert staff.post(f"/termine/gruppen/{talk.id}/absagen").status_code == 303
    assert "abgesagt" in staff.get(f"/termine/gruppen/{talk.id}").text


def test_a_group_talk_stands_once_in_the_calendar_of_who_leads_it(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    talk = _planned(world)
    for _ in range(2):
        _book(world, open_case())
    path = feeds.make_own(world.actor("advisor")).removeprefix("http://127.0.0.1:5000")
    events = Calendar.from_ical(client.get(path).data).walk("VEVENT")
    assert [(str(one["summary"]), one["status"], int(one["sequence"])) for one in events] == [
        ("Gruppeninformation: Schule in NRW", "CONFIRMED", 0)
    ]
    groups.call_off(world.actor("lead"), talk_id=talk.id)
    (later,) = Calendar.from_ical(client.get(path).data).walk("VEVENT")
    assert (later["uid"], later["status"], int(later["sequence"])) == (events[0]["uid"], "CANCELLED", 1)


def test_an_interpreters_hours_in_a_group_talk_count_once(world: World, office: Office, open_case: OpenCase) -> None:
    talk = _planned(world)
    for _ in range(2):
        _book(world, open_case())
    clock.start_at(talk.ends_at + timedelta(hours=1))
    day = FRIDAY.date()
    (found,) = figures.report(world.actor("lead"), first=day, last=day).interpreted
    assert (found.language, found.hours, found.talks) == ("uk", 2.0, 1)
