"""Appointments and talks of an invented family: held ones with notes, booked ones with code, link and messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from app.clock import travelling_to
from app.data import records
from app.data.base import new_id
from app.demo.batch import Batch
from app.demo.diary import Talk
from app.demo.inventing import texts
from app.policies import Actor
from cases.models import Case, CounsellingSession
from cases.sheets import FamilySheet, SessionNotes
from cases.states import SessionState
from scheduling.booking import links, notices
from scheduling.kinds import BookedVia
from scheduling.models import Appointment, AppointmentSheet, Reservation
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind


def add_appointment(
    batch: Batch,
    case: Case,
    family: FamilySheet,
    talk: Talk,
    state: AppointmentState,
    *,
    booked_at: datetime,
    booked_by: UUID | None,
    kind: AppointmentKind = AppointmentKind.FIRST_TALK,
) -> tuple[Appointment, AppointmentSheet]:
    """An appointment with its reservations, and the sheet that will lie with it."""
    appointment = Appointment(
        id=new_id(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=kind,
        state=state,
        starts_at=talk.starts_at,
        ends_at=talk.ends_at,
        advisor_id=talk.advisor_id,
        interpreter_id=talk.interpreter_id,
        room_id=talk.room_id,
        calendar_uid=f"{new_id().hex}@einstieg",
        sequence=0,
        booked_via=BookedVia.STAFF if booked_by else BookedVia.FAMILY,
        booked_by=booked_by,
        booked_at=booked_at,
        changed_at=booked_at,
    )
    batch.rows.append(appointment)
    _reserve(batch, appointment, family.interpreter_language)
    sheet = AppointmentSheet(
        language=links.written_language(family.language),
        interpreter_language=family.interpreter_language,
        phone=family.phone,
        email=family.email,
        channel="email" if family.email else "",
    )
    return appointment, sheet


def tell_later(batch: Batch, actor: Actor, case: Case, appointment: Appointment, sheet: AppointmentSheet) -> None:
    """Give a coming appointment its code, its link, and the messages the family gets."""

    def work() -> None:
        sheet.code = links.give_code(appointment)
        sheet.token = links.link_to(actor, case, appointment)
        records.create(sheet, record_id=appointment.id, scope=case.scope)
        notices.tell_booked(case, appointment, sheet)

    batch.late.append(work)


def invite_later(batch: Batch, actor: Actor, case: Case, *, at: datetime) -> None:
    """Give a family the link it can book with."""

    def work() -> None:
        with travelling_to(at):
            links.issue(actor, case, AppointmentKind.FIRST_TALK)

    batch.late.append(work)


def add_session(
    batch: Batch, case: Case, random: Random, appointment: Appointment, family: FamilySheet, *, is_draft: bool = False
) -> CounsellingSession:
    """A talk that was held, with its notes; a draft is what its advisor has still to complete."""
    held = CounsellingSession(
        id=new_id(),
        case_id=case.id,
        advisor_id=appointment.advisor_id,
        appointment_id=appointment.id,
        state=SessionState.DRAFT if is_draft else SessionState.COMPLETED,
        held_at=appointment.starts_at,
        minutes=random.choice((45, 60, 75, 90)),
        completed_at=None if is_draft else appointment.ends_at + timedelta(minutes=30),
    )
    notes = SessionNotes(
        participants=[*(str(one.id) for one in case.guardians[:1]), *(str(one.id) for one in case.children[:1])],
        topics=["school_entry", "school_type"],
        language=family.language,
        interpreter="bestellt" if appointment.interpreter_id else "",
        notes=random.choice(texts()["notes"]),
        results="" if is_draft else random.choice(texts()["results"]),
        next_steps="" if is_draft else random.choice(texts()["next_steps"]),
        author_id=str(appointment.advisor_id),
    )
    batch.rows.append(held)
    batch.sheets.append((notes, held.id, case.scope))
    return held


def _reserve(batch: Batch, appointment: Appointment, spoken: str) -> None:
    """What the appointment takes; one that nobody came to keeps nobody busy any more.

    Once it is over, the language `spoken` through an interpreter counts in the figures.
    """
    if appointment.interpreter_id and appointment.state is not AppointmentState.BOOKED:
        appointment.interpreter_language = spoken or None
    is_kept = appointment.state in (AppointmentState.BOOKED, AppointmentState.ATTENDED)
    for kind, resource_id in (
        (ResourceKind.ADVISOR, appointment.advisor_id),
        (ResourceKind.ROOM, appointment.room_id),
        (ResourceKind.INTERPRETER, appointment.interpreter_id),
    ):
        if resource_id is not None:
            reservation = Reservation(
                id=new_id(),
                appointment_id=appointment.id,
                resource_kind=kind,
                resource_id=resource_id,
                starts=int(appointment.starts_at.timestamp()),
                ends=int(appointment.ends_at.timestamp()),
                is_active=is_kept,
                is_busy=is_kept,
            )
            batch.rows.append(reservation)
