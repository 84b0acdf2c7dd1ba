"""The open page: a family without an invitation asks, proves its telephone, and waits for a person of the house."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.database import db, session, transaction
from app.data.key_tables import record_keys
from app.messages.models import Message, MessagePayload
from cases import listing
from cases.models import Case
from cases.sheets import FamilySheet
from cases.states import CaseState
from scheduling.models import Appointment
from scheduling.offering.models import KindChoice
from scheduling.offering.settings import DEFAULTS, BookingAccess
from scheduling.requests import expiry
from scheduling.requests.models import BookingRequest
from scheduling.requests.states import RequestStage
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import Office

Outbox = Callable[[], list[tuple[Message, MessagePayload]]]
NAME = "Ščerbakova-Ungewöhnlich"
PHONE = "0176 12345678"


@pytest.fixture
def open_page(office: Office) -> None:
    """The office offers first talks to everybody."""
    usual = DEFAULTS[AppointmentKind.FIRST_TALK]
    with transaction() as current:
        current.add(
            KindChoice(
                id=new_id(), organisation_id=office.organisation_id, kind=usual.kind, minutes=usual.minutes,
                minutes_interpreted=usual.minutes_interpreted, buffer_before=usual.buffer_before,
                buffer_after=usual.buffer_after, lead_minutes=usual.lead_minutes, horizon_days=usual.horizon_days,
                step_minutes=usual.step_minutes, capacity=usual.capacity, questions=[], papers=usual.papers,
                papers_listed=[], access=BookingAccess.OPEN, modes=list(usual.modes), needs_room=usual.needs_room,
                changed_at=clock.now(),
            )
        )  # fmt: skip


def begin(client: FlaskClient, *, language: str = "de", spoken: str = "uk", name: str = NAME) -> str:
    """The first two questions; answers the address of the family's own link."""
    asked = client.post(f"/t/{language}/anfrage", data={"spoken": spoken})
    assert asked.status_code == 303
    begun = client.post(asked.headers["Location"], data={"family_name": name})
    assert begun.status_code == 303, begun.text
    return begun.headers["Location"].removesuffix("/kinder")


def choose(client: FlaskClient, base: str, *, contact: dict[str, str], years: tuple[str, ...] = ("2014", "٢٠١٧")) -> str:
    """Children, contact and the first time that is offered; answers the page that checks all."""
    rows = {f"born-{number}": year for number, year in enumerate(years)}
    assert client.post(f"{base}/kinder", data=rows).headers["Location"].endswith("/kontakt")
    assert client.post(f"{base}/kontakt", data=contact).headers["Location"].endswith("/zeiten")
    starts = re.findall(r'name="starts" value="(\d+)"', client.get(f"{base}/zeiten").text)
    held = client.post(f"{base}/zeiten", data={"starts": starts[0]})
    assert held.headers["Location"].endswith("/pruefen")
    return client.get(f"{base}/pruefen").text


def by_sms(client: FlaskClient, outbox: Outbox, *, phone: str = PHONE, **how: str) -> str:
    """The whole way with a text message; answers the family's link."""
    base = begin(client, **how)
    choose(client, base, contact={"channel": "sms", "phone": phone})
    sent = client.post(f"{base}/code", data={"checked": "1", "wants_earlier": "y"})
    assert sent.headers["Location"].endswith("/bestaetigen")
    booked = client.post(f"{base}/bestaetigen", data={"digits": last_code(outbox)})
    assert booked.headers["Location"].endswith("/termin"), booked.text
    return base


def last_code(outbox: Outbox) -> str:
    """The digits of the latest message with a code."""
    text = [sheet.text for row, sheet in outbox() if row.kind == "request.code"][-1]
    return re.findall(r"\d{6}", text)[0]


def test_a_family_asks_for_a_talk_and_books_it_with_the_code(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox
) -> None:
    base = begin(client)
    check = choose(client, base, contact={"channel": "sms", "phone": PHONE})
    assert NAME in check and "Kind 1 (2014)" in check and "Kind 2 (2017)" in check
    assert client.post(f"{base}/pruefen").headers["Location"].endswith("/bestaetigen"), "without a code nothing is booked"
    client.post(f"{base}/code", data={"checked": "1", "wants_earlier": "y"})
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.HELD
    code = last_code(outbox)
    wrong = client.post(f"{base}/bestaetigen", data={"digits": f"{(int(code) + 1) % 10**6:06}"})
    assert wrong.status_code == 422 and "stimmt nicht" in wrong.text
    arabic = " ".join(code).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(f"{base}/bestaetigen", data={"digits": arabic}).headers["Location"].endswith("/termin")
    appointment = session().scalars(select(Appointment).execution_options(populate_existing=True)).one()
    assert (appointment.state, appointment.wants_earlier) == (AppointmentState.BOOKED, True)
    request = session().scalars(select(BookingRequest).execution_options(populate_existing=True)).one()
    assert request.state is RequestStage.WAITING and request.verified_at == clock.now()
    sms = [sheet for row, sheet in outbox() if row.kind == "appointment.booked"]
    assert [sheet.address for sheet in sms] == ["+4917612345678"]
    assert client.post(f"{base}/kontakt", data={"channel": "none"}).status_code == 303
    assert records.get(FamilySheet, appointment.case_id, reader=world.ki.id).sheet.phone == "+4917612345678"
