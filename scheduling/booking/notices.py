"""Planning the messages of an appointment in the transaction that changes it, and taking back what is no longer true.

Part of the services' open transactions; they have authorised already.
"""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from app import clock
from app.messages.models import Channel, MessagePayload
from app.messages.services import cancel_for, plan
from cases.models import Case
from config import Config
from scheduling.booking import texts
from scheduling.booking.reminders import reminder_times, sent_until
from scheduling.calendar import Method, appointment_ics
from scheduling.kinds import MessageKind
from scheduling.models import Appointment, AppointmentSheet, Invitation

_CONFIRMATIONS = (MessageKind.BOOKED, MessageKind.MOVED, MessageKind.CHANGED)


def tell_booked(case: Case, appointment: Appointment, sheet: AppointmentSheet) -> None:
    """Confirm at once with the calendar file, and plan the reminders."""
    _tell(MessageKind.BOOKED, case, appointment, sheet, due_at=clock.now())
    _remind(case, appointment, sheet)


def tell_moved(case: Case, appointment: Appointment, sheet: AppointmentSheet) -> None:
    """Take back what names the old time, say the new one, and plan reminders of that."""
    cancel_for(appointment.id)
    _tell(MessageKind.MOVED, case, appointment, sheet, due_at=clock.now())
    _remind(case, appointment, sheet)


def tell_changed(case: Case, appointment: Appointment, sheet: AppointmentSheet) -> None:
    """Say that the place or the person is another one, and plan reminders that name the new place."""
    cancel_for(appointment.id)
    _tell(MessageKind.CHANGED, case, appointment, sheet, due_at=clock.now())
    _remind(case, appointment, sheet)


def renew(case: Case, appointment: Appointment, sheet: AppointmentSheet) -> None:
    """Tell nothing new; what was not sent yet names the present place, a confirmation that waits as well."""
    waiting = cancel_for(appointment.id, kinds=_CONFIRMATIONS)
    cancel_for(appointment.id)
    if waiting:
        _tell(MessageKind.BOOKED, case, appointment, sheet, due_at=clock.now())
    _remind(case, appointment, sheet)


def tell_cancelled(case: Case, appointment: Appointment, sheet: AppointmentSheet) -> None:
    """Take back everything and say that the appointment is off; nobody is reminded of it."""
    cancel_for(appointment.id)
    _tell(MessageKind.CANCELLED, case, appointment, sheet, due_at=clock.now())


def tell_invited(case: Case, invitation: Invitation, *, token: str, email: str, language: str) -> None:
    """Send the link by mail."""
    text = texts.invitation(token, language=language)
    plan(
        scope=case.scope,
        case_id=case.id,
        subject_id=invitation.id,
        kind=MessageKind.INVITATION,
        channel=Channel.EMAIL,
        due_at=clock.now(),
        dedupe_key=f"invitation:{invitation.id}",
        payload=MessagePayload(address=email, language=language, subject=text.subject, text=text.body),
        expires_at=invitation.expires_at,
    )


def calendar_file(
    appointment: Appointment,
    *,
    code: str,
    token: str,
    language: str,
    method: Method = Method.PUBLISH,
    attendee: str | None = None,
) -> bytes:
    """The appointment as .ics; the same uid for life, so that a later file replaces an earlier one."""
    facts = texts.facts_of(appointment, code=code, token=token)
    summary, location, description = texts.calendar_words(facts, language=language)
    config: Config = current_app.extensions["config"]
    return appointment_ics(
        uid=appointment.calendar_uid,
        sequence=appointment.sequence,
        starts=appointment.starts_at,
        ends=appointment.ends_at,
        summary=summary,
        location=location,
        description=description,
        stamp=appointment.changed_at,
        method=method,
        organizer=config.mail_from if method is not Method.PUBLISH else None,
        attendee=attendee,
    )


def _remind(case: Case, appointment: Appointment, sheet: AppointmentSheet) -> None:
    for kind, due_at in reminder_times(appointment.starts_at, now=clock.now()):
        _tell(kind, case, appointment, sheet, due_at=due_at)


def _tell(
    kind: MessageKind, case: Case, appointment: Appointment, sheet: AppointmentSheet, *, due_at: datetime
) -> None:
    """Plan one message on the channel the family chose; without one nothing is sent."""
    payload = _payload(kind, appointment, sheet)
    if payload is None:
        return
    plan(
        scope=case.scope,
        case_id=case.id,
        subject_id=appointment.id,
        kind=kind,
        channel=Channel(sheet.channel),
        due_at=due_at,
        dedupe_key=f"appointment:{appointment.id}:{appointment.sequence}:{kind}",
        payload=payload,
        expires_at=sent_until(kind, appointment.starts_at),
    )


def _payload(kind: MessageKind, appointment: Appointment, sheet: AppointmentSheet) -> MessagePayload | None:
    facts = texts.facts_of(appointment, code=sheet.code, token=sheet.token)
    if sheet.channel == Channel.EMAIL and sheet.email:
        text = texts.email(kind, facts, language=sheet.language)
        return MessagePayload(
            address=sheet.email,
            language=sheet.language,
            subject=text.subject,
            text=text.body,
            calendar=_calendar(kind, appointment, sheet),
        )
    if sheet.channel == Channel.SMS and sheet.phone:
        text_message = texts.sms(kind, facts, language=sheet.language)
        return MessagePayload(address=sheet.phone, language=sheet.language, text=text_message)
    return None


def _calendar(kind: MessageKind, appointment: Appointment, sheet: AppointmentSheet) -> str:
    if kind in (MessageKind.REMINDER_3_DAYS, MessageKind.REMINDER_1_DAY):
        return ""
    method = Method.CANCEL if kind is MessageKind.CANCELLED else Method.REQUEST
    return calendar_file(
        appointment,
        code=sheet.code,
        token=sheet.token,
        language=sheet.language,
        method=method,
        attendee=sheet.email,
    ).decode()
