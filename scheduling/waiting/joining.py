"""Getting onto the waiting list and off it again.

Part of the open transactions of services and rounds that have authorised already.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import KeyMissing, NotFound
from app.policies import Actor
from cases.keeping import note
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from cases.states import CaseState
from scheduling import office
from scheduling.kinds import BookedVia, TalkMode
from scheduling.models import Appointment
from scheduling.queries import lock_case, open_of_case, sheet_of
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.waiting import offering
from scheduling.waiting.kinds import OfferState, WaitingEnd, WaitingState
from scheduling.waiting.models import WaitingEntry, WaitingSheet
from scheduling.waiting.queries import open_entries, open_offer


def new_entry(
    actor: Actor,
    case: Case,
    kind: AppointmentKind,
    contact: WaitingSheet,
    *,
    talk: Appointment | None = None,
    via: BookedVia | None = None,
) -> WaitingEntry:
    """One more family at the end of the queue."""
    entry = WaitingEntry(
        id=new_id(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=kind,
        mode=talk.mode if talk else TalkMode.ON_SITE,
        appointment_id=talk.id if talk else None,
        state=WaitingState.WAITING,
        since=clock.now(),
        weekdays=[],
        added_via=via or (BookedVia.STAFF if actor.user_id else BookedVia.FAMILY),
        added_by=actor.user_id,
    )
    session().add(entry)
    session().flush()
    records.create(contact, record_id=entry.id, scope=case.scope)
    note(actor, case, Action.CREATED, "waiting_entry", subject_id=entry.id, facts={"kind": kind.value})
    return entry


def end_entry(actor: Actor, case: Case, entry: WaitingEntry, end: WaitingEnd) -> None:
    """Take a family off the list; what it was offered at this moment is taken back."""
    offer = open_offer(entry.id)
    if offer is not None:
        offering.end_offer(actor, case, offer, OfferState.WITHDRAWN)
    entry.state, entry.ended_as, entry.ended_at = WaitingState.ENDED, end, clock.now()
    note(actor, case, Action.CHANGED, "waiting_entry", subject_id=entry.id, facts={"ended": end.value})


def join_who_want_earlier(actor: Actor) -> int:
    """Let every family wait that ticked "earlier if possible" at its appointment; answers how many are new."""
    waiting = select(WaitingEntry.appointment_id).where(
        WaitingEntry.appointment_id.is_not(None), WaitingEntry.state != WaitingState.ENDED
    )
    query = select(Appointment.id, Appointment.case_id).where(
        Appointment.organisation_id == actor.organisation_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.wants_earlier.is_(True),
        Appointment.starts_at > _soonest(),
        Appointment.id.not_in(waiting),
    )
    found = session().execute(query).all()
    return sum(_join_for(actor, row.case_id, row.id) for row in found)


def end_pointless(actor: Actor) -> int:
    """End every entry that has become pointless; answers how many."""
    over = [(entry.id, end) for entry in open_entries(actor.organisation_id) if (end := why_pointless(entry))]
    for entry_id, _ in over:
        with transaction():
            entry = session().get_one(WaitingEntry, entry_id)
            lock_case(entry.case_id)
            session().refresh(entry)
            end = why_pointless(entry)
            if entry.state is not WaitingState.ENDED and end is not None:
                end_entry(actor, session().get_one(Case, entry.case_id), entry, end)
    return len(over)


def why_pointless(entry: WaitingEntry) -> WaitingEnd | None:
    """Why an entry should end by itself: the case is closed, the talk is had, moved or too near to be had earlier."""
    case = session().get_one(Case, entry.case_id)
    if case.state is CaseState.CLOSED:
        return WaitingEnd.POINTLESS
    if entry.appointment_id is None:
        talk = open_of_case(entry.case_id)
        return WaitingEnd.SERVED if talk is not None and talk.kind is entry.kind else None
    wanted = session().get(Appointment, entry.appointment_id)
    if wanted is None or wanted.state is not AppointmentState.BOOKED or wanted.starts_at <= _soonest():
        return WaitingEnd.POINTLESS
    return None if wanted.wants_earlier else WaitingEnd.LEFT


def _soonest() -> datetime:
    return clock.now() + timedelta(minutes=office.FAMILY_POLICY.lead_minutes)


def _join_for(actor: Actor, case_id: UUID, appointment_id: UUID) -> bool:
    """The entry of one appointment; False for a family whose data may not be used now."""
    try:
        case = get_case(actor, case_id, CasePermission.READ)
        with transaction():
            lock_case(case.id)
            talk = session().get_one(Appointment, appointment_id, populate_existing=True)
            said = sheet_of(talk)
            contact = WaitingSheet(language=said.language, channel=said.channel, email=said.email, phone=said.phone)
            new_entry(actor, case, talk.kind, contact, talk=talk, via=talk.booked_via)
    except (NotFound, KeyMissing):
        return False
    return True
