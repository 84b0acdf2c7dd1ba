"""Doing what a text message asks for: only for the telephone the talk was booked with, and calling off asks back once.

There is no way in from a text-message provider yet: `take_reply` is what its webhook will call.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.messages.models import Channel, MessagePayload
from app.messages.services import plan
from app.policies import OrganisationKind, system_of
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case
from cases.tasks.services import add_task
from scheduling import services
from scheduling.booking import channels, limits, texts
from scheduling.booking.replies import Reply, read_reply
from scheduling.booking.visits import family_actor
from scheduling.kinds import MessageKind
from scheduling.models import Appointment
from scheduling.queries import get_appointment, lock_case, sheet_of
from scheduling.states import AppointmentState

ASKED_FOR = timedelta(hours=24)
"""How long the question before calling off may be answered with a second 2."""
LONGEST = 500


class Answered(StrEnum):
    """What came of a text message."""

    NOTED = "noted"
    ASKED = "asked"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    FORWARDED = "forwarded"
    NOBODY = "nobody"


def take_reply(*, phone: str, text: str) -> Answered:
    """Do what the owner of this telephone asks for; a number no talk was booked with changes nothing.

    With several talks on one telephone (a school, a shelter) digits are ambiguous: a person decides.
    """
    token = limits.phone_token(phone)
    ahead = _ahead(token) if token is not None else []
    if not ahead:
        return Answered.NOBODY
    reply = read_reply(text)
    if reply is Reply.STOP:
        for case_id, organisation_id in {(one.case_id, one.organisation_id) for one in ahead}:
            channels.stop(family_actor(organisation_id, case_id), case_id=case_id, channel=Channel.SMS)
        return Answered.STOPPED
    if reply is Reply.UNKNOWN or len(ahead) > 1:
        return _forward(ahead[0], text)
    if reply is Reply.COMING:
        return _note_coming(ahead[0])
    return _call_off(ahead[0])


def _ahead(token: bytes) -> list[Appointment]:
    """The talks booked with this telephone that lie ahead and are told about by text message, the next first."""
    query = select(Appointment).where(
        Appointment.contact_token == token,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.starts_at > clock.now(),
    )
    rows = session().scalars(query.order_by(Appointment.starts_at)).unique().all()
    return [row for row in rows if sheet_of(row).channel == Channel.SMS]


def _note_coming(appointment: Appointment) -> Answered:
    actor = family_actor(appointment.organisation_id, appointment.case_id)
    with transaction():
        fresh, case = get_appointment(actor, appointment.id)
        lock_case(case.id)
        fresh.said_coming_at, fresh.asked_cancel_at = clock.now(), None
        note(actor, case, Action.CHANGED, "appointment", subject_id=fresh.id, facts={"reply": "coming"})
    return Answered.NOTED


def _call_off(appointment: Appointment) -> Answered:
    """Ask once; a second 2 within a day calls off, and too late a person is told."""
    actor = family_actor(appointment.organisation_id, appointment.case_id)
    asked_at: datetime | None = appointment.asked_cancel_at
    if asked_at is not None and clock.now() - asked_at <= ASKED_FOR:
        try:
            services.cancel(actor, appointment_id=appointment.id)
        except services.TooLate:
            return _forward(appointment, "2")
        return Answered.CANCELLED
    with transaction():
        fresh, case = get_appointment(actor, appointment.id)
        lock_case(case.id)
        fresh.asked_cancel_at = clock.now()
        note(actor, case, Action.CHANGED, "appointment", subject_id=fresh.id, facts={"reply": "asked"})
        _ask(case, fresh)
    return Answered.ASKED


def _ask(case: Case, appointment: Appointment) -> None:
    sheet = sheet_of(appointment)
    facts = texts.facts_of(appointment, code=sheet.code, token=sheet.token)
    plan(
        scope=case.scope,
        case_id=case.id,
        subject_id=appointment.id,
        kind=MessageKind.ASK_CANCEL,
        channel=Channel.SMS,
        due_at=clock.now(),
        dedupe_key=f"appointment:{appointment.id}:{appointment.sequence}:ask:{int(clock.now().timestamp())}",
        payload=MessagePayload(
            address=sheet.phone, language=sheet.language, text=texts.ask_cancel(facts, language=sheet.language)
        ),
        expires_at=appointment.starts_at,
    )


def _forward(appointment: Appointment, text: str) -> Answered:
    """Give what we cannot read to whoever counsels the case, sealed like every task's text."""
    owner = system_of(appointment.organisation_id, OrganisationKind.KI)
    said = f"Antwort der Familie per SMS: {text.strip()[:LONGEST]}"
    add_task(owner, case_id=appointment.case_id, kind=TaskKind.GENERAL, due_on=clock.today(), text=said)
    return Answered.FORWARDED
