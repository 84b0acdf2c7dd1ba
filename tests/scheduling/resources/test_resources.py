"""The lead keeps rooms, interpreters, hours and absences; free times follow, agreed ones stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.data.database import session
from app.errors import NotPermitted
from scheduling import queries, services
from scheduling.kinds import GateReason, Gender
from scheduling.models import Absence, Appointment, Availability, Interpreter, Room
from scheduling.resources.queries import get_pool
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

SignIn = Callable[[str], FlaskClient]
BASE = "/sprechzeiten"


def test_the_lead_sets_up_an_office_through_the_pages(world: World, office: Office, sign_in: SignIn) -> None:
    lead = sign_in("lead")
    room = {"name": "Raum 3.01", "place": "Ostweg 7", "capacity": "6"}
    assert lead.post(f"{BASE}/raeume/neu", data=room).status_code == 303
    assert lead.post(f"{BASE}/raeume/neu", data=room).status_code == 422
    person = {"name": "Samir Mittler", "languages": ["ar", "ku"], "phone": "0176 1234567", "is_active": "y"}
    assert lead.post(f"{BASE}/sprachmittlung/neu", data=person).status_code == 303
    added = session().scalars(select(Interpreter).where(Interpreter.id != office.interpreter_id)).one()
    assert lead.post(f"{BASE}/sprachmittlung/{added.id}", data=person | {"name": "Samir M."}).status_code == 303
    hours = {"resource": f"interpreter:{added.id}", "weekdays": ["0", "2"], "opens": "9", "closes": "12:30"}
    hours |= {"valid_from": "1.11.2026", "valid_until": "", "school_holidays": "never"}
    assert lead.post(f"{BASE}/zeiten/neu", data=hours | {"closes": "8"}).status_code == 422
    assert lead.post(f"{BASE}/zeiten/neu", data=hours).status_code == 303
    page = lead.get(BASE).text
    for said in ("Raum 3.01", "Samir M.", "Arabisch", "Mittwoch", "09:00–12:30", "nur in der Schulzeit"):
        assert said in page
    rule = session().scalars(select(Availability).where(Availability.resource_id == added.id)).first()
    assert rule is not None
    assert lead.post(f"{BASE}/zeiten/{rule.id}/entfernen").status_code == 303
    assert "Samir" not in repr(session().execute(text("SELECT * FROM interpreter")).all())
    assert "Samir" not in repr(session().execute(text("SELECT * FROM sealed_record")).all())


def test_a_closure_hides_times_at_once_and_lists_the_appointments_it_meets(
    world: World, office: Office, open_case: OpenCase, sign_in: SignIn
) -> None:
    case = open_case()
    booked = services.book(
        world.actor("reception"), case_id=case.id, kind=AppointmentKind.FIRST_TALK, starts=FRIDAY, details=DETAILS,
        without_papers=GateReason.URGENT,
    )  # fmt: skip
    lead = sign_in("lead")
    closed = {"resource": "", "first": "27.11.2026", "last": "27.11.2026"}
    assert lead.post(f"{BASE}/abwesenheiten/neu", data=closed | {"last": "26.11.2026"}).status_code == 422
    answer = lead.post(f"{BASE}/abwesenheiten/neu", data=closed)
    assert answer.status_code == 303
    assert "1 Termin passt nicht mehr." in lead.get(answer.headers["Location"]).text
    assert "10:00 Uhr" in lead.get("/termine/konflikte").text
    stored = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert stored is not None and stored.state is AppointmentState.BOOKED
    needs = queries.needs_of(case, AppointmentKind.FIRST_TALK)
    policy = queries.policy_of(world.actor("reception"))
    assert queries.first_free(needs, policy=policy, earliest=FRIDAY, days=1) == []
    absence = session().scalars(select(Absence)).one()
    assert lead.post(f"{BASE}/abwesenheiten/{absence.id}/entfernen").status_code == 303
    assert queries.first_free(needs, policy=policy, earliest=FRIDAY, days=1)


def test_a_closed_room_is_no_longer_given_away(world: World, office: Office, sign_in: SignIn) -> None:
    assert sign_in("admin").post(f"{BASE}/raeume/{office.room_id}/wechseln").status_code == 303
    assert session().scalars(select(Room.is_active)).one() is False


@pytest.mark.parametrize("who", ["reception", "advisor", "manager", "officer"])
def test_nobody_else_changes_what_can_be_booked(world: World, office: Office, sign_in: SignIn, who: str) -> None:
    client = sign_in(who)
    for path in ("", "/raeume/neu", "/sprachmittlung/neu", "/zeiten/neu", "/abwesenheiten/neu"):
        assert client.get(BASE + path).status_code == 403
    assert client.post(f"{BASE}/raeume/{office.room_id}/wechseln").status_code == 403
    with pytest.raises(NotPermitted):
        get_pool(world.actor(who))


def test_hours_of_two_blocks_across_midnight_changed_from_a_day_on_and_ended(
    world: World, office: Office, sign_in: SignIn
) -> None:
    lead = sign_in("lead")
    rows = select(Availability).where(Availability.resource_id == world.users["colleague"])
    rows = rows.order_by(Availability.valid_from, Availability.starts_minute).execution_options(populate_existing=True)
    hours = {"resource": f"advisor:{world.users['colleague']}", "weekdays": ["0"], "valid_from": "1.11.2026"}
    hours |= {"opens": "9", "closes": "12", "opens_again": "13", "closes_again": "16", "school_holidays": "always"}
    assert lead.post(f"{BASE}/zeiten/neu", data=hours | {"opens_again": "11"}).status_code == 422
    assert lead.post(f"{BASE}/zeiten/neu", data=hours | {"closes_again": ""}).status_code == 422
    assert lead.post(f"{BASE}/zeiten/neu", data=hours).status_code == 303
    late = {"opens": "22:30", "closes": "1:30", "valid_from": "1.11.2026", "school_holidays": "always"}
    rule = session().scalars(rows).all()[1]
    assert lead.post(f"{BASE}/zeiten/{rule.id}", data=late).status_code == 422
    assert lead.post(f"{BASE}/zeiten/{rule.id}", data=late | {"over_midnight": "y"}).status_code == 303
    changed = {"opens": "10", "closes": "12", "valid_from": "1.12.2026", "school_holidays": "always"}
    first = session().scalars(rows).all()[0]
    assert lead.post(f"{BASE}/zeiten/{first.id}", data=changed).status_code == 303
    found = session().scalars(rows).all()
    assert [(row.starts_minute, row.ends_minute, row.valid_from, row.valid_until) for row in found] == [
        (540, 720, date(2026, 11, 1), date(2026, 11, 30)),
        (1350, 1530, date(2026, 11, 1), None),
        (600, 720, date(2026, 12, 1), None),
    ]
    assert "22:30–01:30 (+1)" in lead.get(BASE).text
    assert lead.post(f"{BASE}/zeiten/{rule.id}/beenden", data={"last_day": "31.10.2026"}).status_code == 422
    assert lead.post(f"{BASE}/zeiten/{rule.id}/beenden", data={"last_day": "30.11.2026"}).status_code == 303
    assert session().scalars(rows).all()[1].valid_until == date(2026, 11, 30)


def test_rooms_and_interpreters_have_their_terms_and_only_the_lead_lifts_a_budget(
    world: World, office: Office, sign_in: SignIn
) -> None:
    lead, admin = sign_in("lead"), sign_in("admin")
    room = {"name": "Raum 3.01", "place": "Westweg 1", "capacity": "6"}
    assert lead.post(f"{BASE}/raeume/{office.room_id}", data=room).status_code == 303
    stored = session().scalars(select(Room).execution_options(populate_existing=True)).one()
    assert (stored.name, stored.capacity, stored.is_step_free, stored.is_active) == ("Raum 3.01", 6, False, False)
    person = {"name": "Iryna", "languages": ["uk", "ar-SY", "kmr"], "gender": "female", "notice_days": "5"}
    person |= {"budget_hours": "100", "is_active": "y", "may_exceed_budget": "y"}
    path = f"{BASE}/sprachmittlung/{office.interpreter_id}"
    assert lead.post(path, data=person | {"notice_days": "61"}).status_code == 422
    assert admin.post(path, data=person).status_code == 303
    known = select(Interpreter).execution_options(populate_existing=True)
    assert not session().scalars(known).one().may_exceed_budget
    assert lead.post(path, data=person).status_code == 303
    row = session().scalars(known).one()
    assert (row.gender, row.notice_days, row.budget_hours, row.may_exceed_budget) == (Gender.FEMALE, 5, 100, True)
    assert admin.post(path, data=person).status_code == 303
    assert session().scalars(known).one().may_exceed_budget, "whoever may not lift it does not take it away either"
    page = lead.get(BASE).text
    for said in ("Arabisch (Levante: Syrien, Libanon)", "Kurdisch (Kurmandschi)", "0 von 100", "nur über Stufen"):
        assert said in page
