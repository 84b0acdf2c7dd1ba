"""Invitations, changes and cancellations by mail for the advisors and interpreters who asked for them.

A round compares what each was told with what is booked now, whichever way an appointment was changed: so nobody has
to think of it where appointments are moved, given to a colleague or called off.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from flask import current_app
from sqlalchemy import and_, func, not_, or_, select

from app import clock
from app.accounts.models import UserProfile
from app.accounts.queries import organisations
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope
from app.messages import composers
from app.messages.kinds import Channel
from app.messages.models import MessagePayload
from app.messages.services import plan
from app.policies import OrganisationKind, authorise, system_of
from app.web.format import clock_time, day
from config import Config
from scheduling.booking.texts import german_when
from scheduling.calendar import Entry, EventStatus, Method, appointment_ics
from scheduling.feeds.entries import entry_of
from scheduling.feeds.models import CalendarInvite, CalendarMail
from scheduling.feeds.policies import FeedPermission
from scheduling.feeds.queries import held_by
from scheduling.models import Appointment, InterpreterProfile
from scheduling.states import AppointmentState
from scheduling.world import ResourceKind

MESSAGE_KIND = "calendar.invite"
OPENINGS = {Method.REQUEST: "Für Ihren Kalender:", Method.CANCEL: "Dieser Termin findet nicht statt:"}


def declare() -> None:
    """Declare the message: it goes to people at work, and at once."""
    composers.register(MESSAGE_KIND, label="Kalendereintrag für das Team", is_immediate=True)


def tell_all() -> None:
    """The round of every office."""
    for place in organisations(OrganisationKind.KI):
        tell(place.id)


def tell(organisation_id: UUID) -> int:
    """The round of one office, which may run twice; answers how many mails were planned."""
    authorise(system_of(organisation_id, OrganisationKind.KI), FeedPermission.SEND)
    wishes = session().scalars(select(CalendarMail).where(CalendarMail.organisation_id == organisation_id)).all()
    told = 0
    for wish in wishes:
        for appointment_id in _to_tell(wish):
            told += _tell(wish, appointment_id)
    return told


def _to_tell(wish: CalendarMail) -> Sequence[UUID]:
    """Talks ahead that this person was not told of as they are now, and those that are no longer theirs."""
    known = and_(CalendarInvite.appointment_id == Appointment.id, CalendarInvite.person_id == wish.person_id)
    theirs = func.coalesce(held_by(wish.person_kind, wish.person_id), False)
    stands = and_(theirs, Appointment.state == AppointmentState.BOOKED)
    query = (
        select(Appointment.id)
        .outerjoin(CalendarInvite, known)
        .where(
            Appointment.organisation_id == wish.organisation_id,
            Appointment.starts_at > clock.now(),
            or_(
                and_(stands, CalendarInvite.id.is_(None)),
                CalendarInvite.stamp != Appointment.changed_at,
                and_(CalendarInvite.id.is_not(None), not_(stands)),
            ),
        )
        .order_by(Appointment.starts_at)
    )
    return session().scalars(query).all()


def _tell(wish: CalendarMail, appointment_id: UUID) -> bool:
    with transaction():
        appointment = session().get(
            Appointment, appointment_id, with_for_update={"of": Appointment}, populate_existing=True
        )
        address = _address(wish)
        if appointment is None or not address:
            return False
        known = session().scalar(
            select(CalendarInvite).where(
                CalendarInvite.appointment_id == appointment_id, CalendarInvite.person_id == wish.person_id
            )
        )
        entry = entry_of(appointment, wish.person_kind)
        if not _is_theirs(wish, appointment):
            if known is not None:
                session().delete(known)
                _plan(wish, known, entry, address, Method.CANCEL)
            return known is not None
        told = _digest(entry)
        if known is not None and known.told == told:
            known.stamp = appointment.changed_at
            return False
        invite = known or CalendarInvite(
            id=new_id(), appointment_id=appointment_id, person_id=wish.person_id, person_kind=wish.person_kind
        )
        invite.sequence, invite.told, invite.stamp = appointment.sequence, told, appointment.changed_at
        session().add(invite)
        _plan(wish, invite, entry, address, Method.REQUEST)
        return True


def _is_theirs(wish: CalendarMail, appointment: Appointment) -> bool:
    holder = appointment.advisor_id if wish.person_kind is ResourceKind.ADVISOR else appointment.interpreter_id
    return appointment.state is AppointmentState.BOOKED and holder == wish.person_id


def _plan(wish: CalendarMail, invite: CalendarInvite, entry: Entry, address: str, method: Method) -> None:
    config: Config = current_app.extensions["config"]
    content = appointment_ics(
        uid=entry.uid,
        sequence=entry.sequence,
        starts=entry.starts,
        ends=entry.ends,
        summary=entry.summary,
        location=entry.location,
        description="",
        stamp=entry.stamp,
        method=method,
        organizer=config.mail_from,
        attendee=address,
    )
    lines = [OPENINGS[method], "", german_when(entry.starts), entry.location, entry.summary]
    plan(
        scope=Scope(wish.organisation_id),
        case_id=None,
        subject_id=invite.id,
        kind=MESSAGE_KIND,
        channel=Channel.EMAIL,
        due_at=clock.now(),
        dedupe_key=f"invite:{invite.id}:{method}:{entry.sequence}:{int(entry.stamp.timestamp() * 1000)}",
        payload=MessagePayload(
            address=address,
            language="de",
            subject=_subject(entry, method),
            text="\n".join(lines) + "\n",
            calendar=content.decode(),
        ),
        expires_at=entry.starts,
    )


def _subject(entry: Entry, method: Method) -> str:
    said = "Abgesagt: Termin" if method is Method.CANCEL else "Termin"
    return f"{said} am {day(entry.starts)} um {clock_time(entry.starts)}"


def _digest(entry: Entry) -> str:
    """What a calendar shows of the appointment, as a hash: a mark in the desk's list is no reason to write."""
    shown = (entry.starts.isoformat(), entry.ends.isoformat(), entry.summary, entry.location, EventStatus.CONFIRMED)
    return sha256("\x1f".join(shown).encode()).hexdigest()


def _address(wish: CalendarMail) -> str:
    if wish.person_kind is ResourceKind.ADVISOR:
        user = records.find(UserProfile, wish.person_id, reader=wish.organisation_id)
        return user.sheet.email if user else ""
    interpreter = records.find(InterpreterProfile, wish.person_id, reader=wish.organisation_id)
    return interpreter.sheet.email if interpreter else ""
