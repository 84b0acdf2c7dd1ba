"""Messages about an appointment leave only while what they say still holds."""

from __future__ import annotations

from uuid import UUID

from flask import Flask
from sqlalchemy import select

from app.data.database import session, transaction
from app.messages.delivery import deliver
from app.messages.models import Message, MessageState
from scheduling import services
from scheduling.kinds import GateReason, MessageKind
from scheduling.models import Appointment
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.outbox import use_mail_server
from tests.scheduling.conftest import DETAILS, FRIDAY, Office
from tests.servers.smtp import SmtpServer


def test_an_appointment_that_fell_through_is_not_confirmed(
    app: Flask, world: World, office: Office, open_case: OpenCase, smtp_server: SmtpServer
) -> None:
    use_mail_server(app, smtp_server.url)
    first, second = (
        services.book(
            world.actor("reception"),
            case_id=open_case().id,
            kind=AppointmentKind.FIRST_TALK,
            starts=starts,
            details=DETAILS,
            without_papers=GateReason.BROUGHT_ALONG,
        )
        for starts in (FRIDAY, FRIDAY.replace(hour=FRIDAY.hour + 2))
    )
    with transaction():
        session().get_one(Appointment, second.appointment_id).state = AppointmentState.CANCELLED
    outcome = {booked.appointment_id: deliver(_confirmation(booked)) for booked in (first, second)}
    assert outcome == {first.appointment_id: MessageState.SENT, second.appointment_id: MessageState.CANCELLED}
    assert [str(one.message.get_content_type()) for one in smtp_server.deliveries] == ["multipart/alternative"]


def _confirmation(booked: services.Booked) -> UUID:
    query = select(Message.id).where(Message.subject_id == booked.appointment_id, Message.kind == MessageKind.BOOKED)
    return session().scalars(query).one()
