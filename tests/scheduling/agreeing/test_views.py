"""Staff invite, print, book for a caller, move and call off from the case file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from app.data.database import session
from scheduling.models import Appointment, Invitation
from scheduling.queries import sheet_of
from scheduling.states import AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import FRIDAY, Office

SignIn = Callable[[str], FlaskClient]
START = int(FRIDAY.timestamp())


def test_reception_invites_prints_the_letter_and_takes_the_link_back(
    world: World, office: Office, open_case: OpenCase, sign_in: SignIn, client: FlaskClient
) -> None:
    case = open_case(family=family_sheet(language="ar", letter_language="ar"))
    staff, base = sign_in("reception"), f"/faelle/{case.id}/termine"
    assert staff.post(f"{base}/einladen", data={"kind": "first_talk", "without_papers": ""}).status_code == 422
    asked = {"kind": "first_talk", "without_papers": "urgent"}
    assert staff.post(f"{base}/einladen", data=asked).status_code == 303
    assert "Offene Einladung" in staff.get(base).text
    invitation = session().scalars(select(Invitation)).one()
    letter = staff.get(f"{base}/einladung/{invitation.id}/brief").text
    link = re.search(r"http://[^<]*(/t/ar/[^<]+)</bdi>", letter)
    assert link is not None and "data:image/svg+xml" in letter
    assert client.get(f"{link[1]}/").status_code == 200
    assert staff.post(f"{base}/einladung/{invitation.id}/zurueckziehen").status_code == 303
    assert client.get(f"{link[1]}/").status_code == 410


def test_reception_books_moves_and_calls_off_for_a_caller(
    world: World, office: Office, open_case: OpenCase, sign_in: SignIn
) -> None:
    case = open_case()
    staff, base = sign_in("reception"), f"/faelle/{case.id}/termine"
    page = staff.get(f"{base}/neu").text
    assert str(START) in page
    entry = {"starts": START, "channel": "none", "without_papers": "urgent", "count": "3"}
    assert staff.post(f"{base}/neu", data=entry | {"channel": "sms", "phone": ""}).status_code == 422
    gone = staff.post(f"{base}/neu", data=entry | {"starts": START + 60})
    assert gone.status_code == 409
    assert f'value="{START}"' in gone.text, "what lies nearest to it is offered"
    assert staff.post(f"{base}/neu", data=entry).status_code == 303
    shown = staff.get(base).text
    assert "Nächster Termin" in shown and "Iryna Dolmetscherin" in shown
    booked = session().scalars(select(Appointment)).one()
    wanted = {"starts": START + 3600}
    assert staff.get(f"{base}/{booked.id}/verschieben").status_code == 200
    assert staff.post(f"{base}/{booked.id}/verschieben", data=wanted).status_code == 303
    assert staff.post(f"{base}/{booked.id}/absagen").status_code == 303
    session().refresh(booked)
    assert (booked.state, booked.starts_at) == (AppointmentState.CANCELLED, FRIDAY + timedelta(hours=1))
    assert "abgesagt" in staff.get(base).text


def test_others_do_not_see_the_appointments_of_a_case(
    world: World, office: Office, open_case: OpenCase, sign_in: SignIn
) -> None:
    case = open_case(advisor="advisor")
    for who in ("colleague", "manager", "admin", "officer"):
        assert sign_in(who).get(f"/faelle/{case.id}/termine").status_code in (403, 404)
        assert sign_in(who).get(f"/faelle/{case.id}/termine/neu").status_code in (403, 404)


def test_an_appointment_is_called_off_from_its_own_case_alone_and_its_code_stays_out_of_the_cookie(
    world: World, office: Office, open_case: OpenCase, sign_in: SignIn
) -> None:
    case, other, staff = open_case(), open_case(), sign_in("reception")
    entry = {"starts": START, "channel": "none", "without_papers": "urgent", "count": "3"}
    assert staff.post(f"/faelle/{case.id}/termine/neu", data=entry).status_code == 303
    booked = session().scalars(select(Appointment)).one()
    with staff.session_transaction() as cookie:
        assert sheet_of(booked).code not in str(dict(cookie))
    assert staff.post(f"/faelle/{other.id}/termine/{booked.id}/absagen").status_code == 404
    session().refresh(booked)
    assert booked.state is AppointmentState.BOOKED


def test_a_case_with_a_booked_talk_is_not_closed_before_that_is_called_off(
    world: World, office: Office, open_case: OpenCase, sign_in: SignIn
) -> None:
    case = open_case()
    staff, path = sign_in("lead"), f"/faelle/{case.id}"
    entry = {"starts": START, "channel": "none", "without_papers": "urgent", "count": "3"}
    staff.post(f"{path}/termine/neu", data=entry)
    refused = staff.post(f"{path}/abschluss", data={"reason": "moved_away"})
    assert refused.status_code == 409
    assert "Es ist noch ein Termin gebucht" in refused.text
    booked = session().scalars(select(Appointment)).one()
    staff.post(f"{path}/termine/{booked.id}/absagen")
    assert staff.post(f"{path}/abschluss", data={"reason": "moved_away"}).status_code == 303
