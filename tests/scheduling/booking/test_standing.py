"""Messages about an appointment leave only while what they say still holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from app import clock
from app.data.database import session, transaction
from app.messages.delivery import deliver
from app.messages.models import Message, MessagePayload, MessageState
from cases.consents.services import record_consent, withdraw_consent
from cases.kinds import ConsentPurpose, LegalBasis
from cases.sheets import ConsentDetail
from scheduling import services
from scheduling.booking.services import invite
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
    assert [str(one.message.get_content_type()) for one in smtp_server.deliveries] == ["multipart/mixed"]


def _confirmation(booked: services.Booked) -> UUID:
    query = select(Message.id).where(Message.subject_id == booked.appointment_id, Message.kind == MessageKind.BOOKED)
    return session().scalars(query).one()


def test_after_a_withdrawn_consent_nothing_goes_out_by_mail(
    world: World, office: Office, open_case: OpenCase, outbox: Callable[[], list[tuple[Message, MessagePayload]]]
) -> None:
    case, advisor = open_case(advisor="advisor"), world.actor("advisor")
    detail = ConsentDetail(given_by="Olena Kovalenko", explained_in="uk")
    mail, basis = ConsentPurpose.CONTACT_EMAIL, LegalBasis.CONSENT
    given = {"purpose": mail, "legal_basis": basis, "given_on": clock.today(), "detail": detail}
    consent = record_consent(advisor, case_id=case.id, **given)  # type: ignore[arg-type]
    first, follow_up = AppointmentKind.FIRST_TALK, AppointmentKind.FOLLOW_UP
    urgent = GateReason.URGENT
    booked = services.book(advisor, case_id=case.id, kind=first, starts=FRIDAY, details=DETAILS, without_papers=urgent)
    withdraw_consent(advisor, consent_id=consent.id)
    services.move(advisor, appointment_id=booked.appointment_id, starts=FRIDAY + timedelta(hours=2))
    assert not invite(advisor, case_id=case.id, kind=follow_up, without_papers=urgent).by_mail
    assert {row.state for row, _ in outbox()} == {MessageState.CANCELLED}
    record_consent(advisor, case_id=case.id, **given)  # type: ignore[arg-type]
    assert invite(advisor, case_id=case.id, kind=follow_up, without_papers=urgent).by_mail
