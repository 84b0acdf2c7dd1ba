"""Invitations, changes and cancellations by mail, as the mail server of the tests receives them."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session, transaction
from app.data.records import Scope
from app.messages.delivery import deliver
from app.messages.models import Message, MessageState
from scheduling import services as booking
from scheduling.feeds import services
from scheduling.feeds.models import CalendarInvite
from scheduling.feeds.telling import tell
from scheduling.kinds import GateReason
from scheduling.models import Appointment, InterpreterProfile
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.outbox import SENDER, use_mail_server
from tests.scheduling.conftest import DETAILS, FRIDAY, Office
from tests.servers.smtp import SmtpServer


class Post:
    """The mails that arrive, told apart by whom they are for."""

    def __init__(self, server: SmtpServer, office: Office) -> None:
        self.server = server
        self.office = office

    def collect(self) -> list[EmailMessage]:
        """Send everything that is due and answer what arrived since the last time."""
        tell(self.office.organisation_id)
        session().rollback()
        due = session().scalars(select(Message.id).where(Message.state == MessageState.DUE)).all()
        for message_id in sorted(due):
            deliver(message_id)
        found = [each.message for each in self.server.deliveries]
        self.server.clear()
        return found

    def to(self, address: str) -> EmailMessage:
        """The one new mail to an address."""
        (found,) = [mail for mail in self.collect() if address in str(mail["To"])]
        return found


@pytest.fixture
def post(app: Flask, office: Office, smtp_server: SmtpServer) -> Post:
    """The mail server of this test."""
    use_mail_server(app, smtp_server.url)
    return Post(smtp_server, office)


def _book(world: World, open_case: OpenCase, starts: datetime = FRIDAY) -> booking.Booked:
    return booking.book(
        world.actor("reception"),
        case_id=open_case().id,
        kind=AppointmentKind.FIRST_TALK,
        starts=starts,
        details=DETAILS,
        without_papers=GateReason.URGENT,
    )


def _invite(mail: EmailMessage, method: str) -> Any:
    """The event in a mail, after checking that both its parts are what clients look for."""
    assert mail.get_content_type() == "multipart/mixed"
    alternative, attached = mail.iter_parts()  # type: ignore[misc]
    text, calendar = alternative.iter_parts()
    assert (alternative.get_content_type(), text.get_content_type()) == ("multipart/alternative", "text/plain")
    assert calendar.get_content_type() == "text/calendar"
    assert (calendar.get_param("method"), calendar.get_param("charset")) == (method, "utf-8")
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "termin.ics")
    content = attached.get_payload(decode=True)
    assert calendar.get_payload(decode=True) == content
    assert b"\n" not in content.replace(b"\r\n", b"") and all(len(line) <= 75 for line in content.split(b"\r\n"))
    parsed = Calendar.from_ical(content)
    assert parsed["METHOD"] == method
    (event,) = parsed.walk("VEVENT")
    assert event["ORGANIZER"] == f"mailto:{SENDER}" and SENDER in str(mail["From"])
    assert event["ATTENDEE"].params["RSVP"] == "FALSE" and event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert event["ATTENDEE"].removeprefix("mailto:") in str(mail["To"])
    return event


def test_a_family_gets_request_request_and_cancel(world: World, post: Post, open_case: OpenCase) -> None:
    booked = _book(world, open_case)
    first = _invite(post.to(DETAILS.email), "REQUEST")
    assert (first["SEQUENCE"], first["STATUS"], first.start) == (0, "CONFIRMED", FRIDAY)
    clock.start_at(clock.now() + timedelta(minutes=1))
    reception, later = world.actor("reception"), FRIDAY + timedelta(minutes=30)
    booking.move(reception, appointment_id=booked.appointment_id, starts=later)
    moved = _invite(post.to(DETAILS.email), "REQUEST")
    assert (moved["UID"], moved["SEQUENCE"], moved.start) == (first["UID"], 1, later)
    assert moved["DTSTAMP"].dt > first["DTSTAMP"].dt
    booking.cancel(reception, appointment_id=booked.appointment_id)
    cancelled = _invite(post.to(DETAILS.email), "CANCEL")
    assert (cancelled["UID"], cancelled["SEQUENCE"], cancelled["STATUS"]) == (first["UID"], 2, "CANCELLED")
    assert "Kovalenko" not in str(cancelled)


def test_an_advisor_who_wants_mails_gets_each_change_once(world: World, post: Post, open_case: OpenCase) -> None:
    advisor, address = world.actor("advisor"), world.email("advisor")
    booked = _book(world, open_case)
    assert not [mail for mail in post.collect() if address in str(mail["To"])]
    services.wish_own_mail(advisor, wanted=True)
    mail = post.to(address)
    first = _invite(mail, "REQUEST")
    assert (first["SUMMARY"], first["LOCATION"]) == ("Erstgespräch", "Ostweg 7, Raum 2.14")
    assert "Kovalenko" not in mail.as_string() and "DESCRIPTION" not in first
    assert post.collect() == []
    booking.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=FRIDAY + timedelta(minutes=30))
    moved = _invite(post.to(address), "REQUEST")
    assert (moved["UID"], moved["SEQUENCE"]) == (first["UID"], 1)
    with transaction():
        session().get_one(Appointment, booked.appointment_id).advisor_id = world.users["colleague"]
    taken = _invite(post.to(address), "CANCEL")
    assert (taken["UID"], taken["STATUS"]) == (first["UID"], "CANCELLED")
    with transaction():
        session().get_one(Appointment, booked.appointment_id).advisor_id = world.users["advisor"]
    _invite(post.to(address), "REQUEST")
    booking.cancel(world.actor("reception"), appointment_id=booked.appointment_id)
    assert _invite(post.to(address), "CANCEL")["SEQUENCE"] == 2
    assert session().scalars(select(CalendarInvite)).all() == []


def test_an_interpreter_with_an_address_is_invited_and_the_mail_names_no_family(
    world: World, office: Office, post: Post, open_case: OpenCase
) -> None:
    services.wish_mail_for_interpreter(world.actor("lead"), interpreter_id=office.interpreter_id, wanted=True)
    _book(world, open_case)
    assert not [mail for mail in post.collect() if "iryna" in str(mail["To"])], "there is no address yet"
    with transaction():
        profile = InterpreterProfile(name="Iryna Dolmetscherin", email="iryna@einstieg.example")
        records.put(profile, record_id=office.interpreter_id, scope=Scope(office.organisation_id))
    mail = post.to("iryna@einstieg.example")
    assert _invite(mail, "REQUEST")["SUMMARY"] == "Sprachmittlung"
    assert "Kovalenko" not in mail.as_string() and mail.get_body(("plain",)) is not None
