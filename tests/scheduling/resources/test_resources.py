"""The lead keeps rooms, interpreters, hours and absences; free times follow, agreed ones stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.data.database import session
from app.errors import NotPermitted
from scheduling import queries, services
from scheduling.kinds import GateReason
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
    assert "27.11.2026, 10:00 Uhr" in lead.get(answer.headers["Location"]).text
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
