"""The inbox of requests: nobody else knows of a request, and what becomes of it is one decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data.database import session
from app.errors import NotFound, WrongState
from cases import queries
from cases.duplicates.models import CaseMerge
from cases.duplicates.services import undo
from cases.models import Case, Child
from cases.queries import get_case
from cases.states import CaseState
from scheduling.booking.limits import phone_token
from scheduling.models import Appointment
from scheduling.requests import expiry, services
from scheduling.requests import queries as inbox
from scheduling.requests.models import BookingRequest
from scheduling.requests.phones import trust
from scheduling.requests.states import DeclineReason, RequestStage
from scheduling.states import AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import Office
from tests.scheduling.requests.walking import NAME, PHONE, Outbox, by_sms

WAITING = '1<span class="kern-sr-only"> offen</span>'
SignIn = Callable[[str], FlaskClient]


def _request() -> BookingRequest:
    return session().scalars(select(BookingRequest).execution_options(populate_existing=True)).one()


def test_a_request_shows_in_the_inbox_and_nowhere_else(
    app: Flask, world: World, open_page: None, client: FlaskClient, outbox: Outbox, sign_in: SignIn
) -> None:
    by_sms(client, outbox)
    case = session().scalars(select(Case)).one()
    pages = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    pages += [
        f"/faelle/{case.id}{part}" for part in ("", "/erfassung", "/termine", "/verlauf", "/gespraeche", "/aufgaben")
    ]
    shown = set()
    for who in ("advisor", "lead"):
        staff = sign_in(who)
        for path in pages:
            if path.startswith(("/t/", "/abmelden")):
                continue
            answer = staff.get(path)
            if NAME in answer.text or (f"{case.id}" in path and answer.status_code == 200):
                shown.add(path)
        found = staff.post("/suche", data={"q": NAME}).text
        assert f"{case.id}" not in found
    assert shown == {"/termine/anfragen"}
    with pytest.raises(NotFound):
        get_case(world.actor("lead"), case.id)


def test_a_new_case_has_its_number_stands_in_lists_and_keeps_the_talk(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox, sign_in: SignIn
) -> None:
    by_sms(client, outbox)
    reception = sign_in("reception")
    assert WAITING in reception.get("/").text and WAITING not in sign_in("manager").get("/").text
    assert NAME in reception.get(f"/termine/anfragen/{_request().id}").text
    answer = reception.post(f"/termine/anfragen/{_request().id}/neuer-fall")
    case = session().scalars(select(Case).execution_options(populate_existing=True)).one()
    assert answer.headers["Location"].endswith(f"/faelle/{case.id}")
    assert (case.reference, case.state) == ("D-2026-00001", CaseState.APPOINTMENT_BOOKED)
    listed = reception.get("/faelle").text
    assert NAME in listed and WAITING not in listed
    assert session().scalars(select(Case.id).where(queries.visible_to(world.actor("advisor")))).all() == [case.id]
    with pytest.raises(WrongState):
        services.take(world.actor("lead"), request_id=_request().id)
    assert inbox.inbox(world.actor("lead")) == []


def test_a_request_of_a_known_family_goes_into_its_case_and_comes_back_out(
    world: World, open_page: None, open_case: OpenCase, client: FlaskClient, outbox: Outbox, sign_in: SignIn
) -> None:
    known = open_case(family=family_sheet(family_name="Kovalenko", phone="+4917612345678"))
    children = len(known.children)
    by_sms(client, outbox, name="Коваленко")
    lead = world.actor("lead")
    line, _ = inbox.get_request(lead, _request().id)
    suspects = [suspect.case_id for suspect in inbox.known_families(lead, line)]
    assert suspects == [known.id]
    page = sign_in("lead").get(f"/termine/anfragen/{_request().id}").text
    assert known.reference in page
    sign_in("lead").post(f"/termine/anfragen/{_request().id}/gehoert-zu", data={"reference": known.reference})
    session().rollback()
    talk = session().scalars(select(Appointment).execution_options(populate_existing=True)).one()
    kept = get_case(lead, known.id)
    assert (talk.case_id, kept.state) == (known.id, CaseState.APPOINTMENT_BOOKED)
    assert len(kept.children) >= children
    (merge,) = session().scalars(select(Case).where(Case.merged_into_id == known.id))
    done = session().scalars(select(CaseMerge).where(CaseMerge.merged_id == merge.id)).one()
    undo(lead, merge_id=done.id)
    session().rollback()
    assert session().get_one(Appointment, talk.id, populate_existing=True).case_id == merge.id
    assert get_case(lead, merge.id).state is CaseState.REPORTED


def test_a_declined_family_is_told_why_and_nothing_of_it_stays(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox, sign_in: SignIn
) -> None:
    base = by_sms(client, outbox, language="uk")
    staff = sign_in("advisor")
    assert staff.post(f"/termine/anfragen/{_request().id}/ablehnen").status_code == 422
    staff.post(f"/termine/anfragen/{_request().id}/ablehnen", data={"reason": DeclineReason.NOT_RESPONSIBLE.value})
    assert _request().state is RequestStage.DECLINED
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.CANCELLED
    (told,) = [sheet for row, sheet in outbox() if row.kind == "request.declined"]
    assert told.address == "+4917612345678" and "не відповідаємо" in told.text and NAME not in told.text
    assert client.get(f"{base}/").status_code == 410
    clock.start_at(clock.now() + timedelta(days=7, minutes=1))
    assert expiry.end_drafts() == 1
    assert session().scalars(select(Case)).all() == [] and session().scalars(select(Child)).all() == []


def test_one_telephone_has_a_limit_in_every_spelling_and_a_trusted_one_has_none(
    world: World, open_page: None, office: Office, client: FlaskClient, outbox: Outbox
) -> None:
    spellings = ("0176 12345678", "+49 176 12345678", "0049 (176) 1234-5678", "٠١٧٦ ١٢٣٤٥٦٧٨")
    assert len({phone_token(each) for each in spellings}) == 1 and phone_token("0176 12345679") != phone_token(PHONE)
    by_sms(client, outbox, phone=spellings[0])
    by_sms(client, outbox, phone=spellings[1])
    with pytest.raises((AssertionError, KeyError, ValueError)):
        by_sms(client, outbox, phone=spellings[2])
    assert len(session().scalars(select(Appointment.id).where(Appointment.state == AppointmentState.BOOKED)).all()) == 2
    trust(world.actor("lead"), phone=spellings[3], label="Unterkunft Ostpark")
    by_sms(client, outbox, phone=spellings[2])
    assert len(session().scalars(select(Appointment.id).where(Appointment.state == AppointmentState.BOOKED)).all()) == 3


def test_trusted_numbers_are_kept_as_hashes_by_the_lead(world: World, sign_in: SignIn) -> None:
    lead = sign_in("lead")
    assert lead.post("/termine/vertraute-nummern", data={"label": "Schule", "phone": "12"}).status_code == 422
    assert lead.post("/termine/vertraute-nummern", data={"label": "Schule", "phone": PHONE}).status_code == 303
    assert "Schule" in lead.get("/termine/vertraute-nummern").text
    assert sign_in("reception").get("/termine/vertraute-nummern").status_code == 403
