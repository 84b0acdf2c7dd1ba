"""Noting who came; each note can be taken back, and the trail keeps both."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import update

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import WrongState
from app.policies import Actor, authorise
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case
from cases.services import advance_case
from cases.states import CaseState
from cases.tasks.services import add_task
from scheduling.assignment import guarded
from scheduling.models import Appointment, Reservation
from scheduling.policies import SchedulingPermission
from scheduling.queries import get_appointment, lock_case
from scheduling.states import AppointmentState, may_mark_no_show, require_transition


def note_day_read(actor: Actor, *, first: date, case_ids: Collection[UUID]) -> None:
    """Put into the trail whose names a page of the day showed."""
    authorise(actor, SchedulingPermission.SEE_DAY)
    with transaction():
        audit.record(
            Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="day",
            facts={"day": first.isoformat(), "cases": sorted({str(case_id) for case_id in case_ids})},
        )


def mark_attended(actor: Actor, *, appointment_id: UUID) -> Appointment:
    """The family is here; raises WrongState for an appointment that does not stand."""
    authorise(actor, SchedulingPermission.KEEP_DAY)
    return _mark(actor, appointment_id, AppointmentState.ATTENDED)


def mark_no_show(actor: Actor, *, appointment_id: UUID) -> Appointment:
    """Nobody came, a quarter of an hour after the start at the earliest; somebody is asked to call the family."""
    authorise(actor, SchedulingPermission.KEEP_DAY)
    return _mark(actor, appointment_id, AppointmentState.NO_SHOW)


def undo_mark(actor: Actor, *, appointment_id: UUID) -> Appointment:
    """Take a wrong click back; raises SlotTaken when the time was given to somebody else meanwhile."""
    authorise(actor, SchedulingPermission.KEEP_DAY)
    return guarded(lambda: _mark(actor, appointment_id, AppointmentState.BOOKED))


def _mark(actor: Actor, appointment_id: UUID, state: AppointmentState) -> Appointment:
    with transaction():
        appointment, case = get_appointment(actor, appointment_id)
        lock_case(case.id)
        session().refresh(appointment)
        if appointment.state is state:
            return appointment
        _require(appointment, state)
        appointment.state = state
        appointment.changed_at = clock.now()
        session().execute(
            update(Reservation)
            .where(Reservation.appointment_id == appointment.id)
            .values(is_active=state is not AppointmentState.NO_SHOW)
        )
        _follow(actor, case, state)
        facts: dict[str, str | int | list[str]] = {"state": state.value}
        note(actor, case, Action.CHANGED, "appointment", subject_id=appointment.id, facts=facts)
    return appointment


def _require(appointment: Appointment, state: AppointmentState) -> None:
    require_transition(appointment.state, state)
    if state is AppointmentState.NO_SHOW and not may_mark_no_show(
        appointment.state, starts_at=appointment.starts_at, now=clock.now()
    ):
        raise WrongState(appointment.state, state)


def _follow(actor: Actor, case: Case, state: AppointmentState) -> None:
    """The case follows; a family that did not come is called, never shut out."""
    if state is AppointmentState.NO_SHOW and case.state is CaseState.APPOINTMENT_BOOKED:
        advance_case(actor, case_id=case.id, state=CaseState.NO_SHOW)
        add_task(actor, case_id=case.id, kind=TaskKind.CALL_BACK, due_on=clock.today())
    if state is not AppointmentState.NO_SHOW and case.state is CaseState.NO_SHOW:
        advance_case(actor, case_id=case.id, state=CaseState.APPOINTMENT_BOOKED)
