"""Noting who came; each note can be taken back, and the trail keeps both."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Invalid, NotFound, WrongState
from app.policies import Actor, OrganisationKind, authorise, system_of
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case
from cases.services import advance_case
from cases.states import CaseState
from cases.tasks.services import add_task, drop_tasks
from scheduling.assignment import guarded, pause, resume
from scheduling.booking.links import code_token
from scheduling.day.rules import LATE_MINUTES, may_arrive, may_be_late, may_miss, needs_a_look
from scheduling.models import Appointment
from scheduling.policies import SchedulingPermission
from scheduling.queries import get_appointment, lock_case, sheet_of
from scheduling.states import AppointmentState, require_transition
from scheduling.tongues import language_of
from scheduling.walkins.policies import WalkInPermission

ARRIVED, LATE = "arrived", "late"


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


def mark_arrived(actor: Actor, *, appointment_id: UUID) -> Appointment:
    """The family is in the house, on the day of its talk; raises WrongState."""
    authorise(actor, SchedulingPermission.KEEP_DAY)
    return _arrive(actor, appointment_id)


def undo_arrival(actor: Actor, *, appointment_id: UUID) -> Appointment:
    """It was another family; the talk waits for its own again."""
    authorise(actor, SchedulingPermission.KEEP_DAY)
    with transaction():
        appointment, case = _locked(actor, appointment_id)
        if appointment.state is not AppointmentState.BOOKED:
            raise WrongState(appointment.state, AppointmentState.BOOKED)
        appointment.arrived_at = None
        _note(actor, case, appointment, {"arrived": "undone"})
    return appointment


def arrive_by_code(actor: Actor, *, code: str) -> Appointment:
    """The family typed its code at the entrance; raises NotFound for a code without a talk today."""
    authorise(actor, WalkInPermission.DRAW)
    token = code_token(code)
    found = session().scalar(
        select(Appointment).where(Appointment.code_token == token, Appointment.organisation_id == actor.organisation_id)
    )
    if token is None or found is None or found.state is not AppointmentState.BOOKED:
        raise NotFound("appointment")
    if clock.local(found.starts_at).date() != clock.today():
        raise NotFound("appointment")
    family = Actor(actor.organisation_id, OrganisationKind.KI, invited_to=found.case_id)
    return found if found.arrived_at else _arrive(family, found.id)


def mark_late(actor: Actor, *, appointment_id: UUID, minutes: int) -> Appointment:
    """The family says it comes so many minutes later; 0 takes that back. Raises Invalid and WrongState."""
    authorise(actor, SchedulingPermission.KEEP_DAY)
    with transaction():
        appointment, case = _locked(actor, appointment_id)
        if minutes and minutes not in LATE_MINUTES:
            raise Invalid("minutes", "choice")
        if not may_be_late(
            appointment.state,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            arrived_at=appointment.arrived_at,
            now=clock.now(),
        ):
            raise WrongState(appointment.state, LATE)
        appointment.late_minutes = minutes or None
        _note(actor, case, appointment, {"late_minutes": minutes})
    return appointment


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
        appointment, case = _locked(actor, appointment_id)
        if appointment.state is state:
            return appointment
        _require(appointment, state)
        was, appointment.state = appointment.state, state
        appointment.changed_at = clock.now()
        appointment.interpreter_language = _interpreted(appointment)
        if state is AppointmentState.NO_SHOW:
            pause(appointment)
        elif was is AppointmentState.NO_SHOW:
            resume(appointment)
        _follow(actor, case, state)
        if AppointmentState.NO_SHOW in (was, state):
            _look_twice(case)
        _note(actor, case, appointment, {"state": state.value})
    return appointment


def _interpreted(appointment: Appointment) -> str | None:
    """The language an interpreter came for, in the clear for figures once the talk is over, and not before."""
    if appointment.interpreter_id is None or appointment.state is AppointmentState.BOOKED:
        return None
    spoken = sheet_of(appointment).interpreter_language
    return language_of(spoken) if spoken else None


def _arrive(actor: Actor, appointment_id: UUID) -> Appointment:
    with transaction():
        appointment, case = _locked(actor, appointment_id)
        if not may_arrive(
            appointment.state,
            starts_at=appointment.starts_at,
            arrived_at=appointment.arrived_at,
            now=clock.now(),
        ):
            raise WrongState(appointment.state, ARRIVED)
        appointment.arrived_at = clock.now()
        _note(actor, case, appointment, {"arrived": "yes"})
    return appointment


def _locked(actor: Actor, appointment_id: UUID) -> tuple[Appointment, Case]:
    """The appointment as it stands now, queued behind whoever changes the same case."""
    appointment, case = get_appointment(actor, appointment_id)
    lock_case(case.id)
    session().refresh(appointment)
    return appointment, case


def _look_twice(case: Case) -> None:
    """Two talks nobody came to: somebody looks, nobody is shut out; undone, the task goes as well."""
    session().flush()
    missed = session().scalar(
        select(func.count())
        .select_from(Appointment)
        .where(Appointment.case_id == case.id, Appointment.state == AppointmentState.NO_SHOW)
    )
    owner = system_of(case.organisation_id, OrganisationKind.KI)
    if needs_a_look(missed or 0):
        add_task(owner, case_id=case.id, kind=TaskKind.NO_SHOW_REVIEW, due_on=clock.today())
    else:
        drop_tasks(owner, case_id=case.id, kind=TaskKind.NO_SHOW_REVIEW)


def _note(actor: Actor, case: Case, appointment: Appointment, facts: dict[str, str | int | list[str]]) -> None:
    note(actor, case, Action.CHANGED, "appointment", subject_id=appointment.id, facts=facts)


def _require(appointment: Appointment, state: AppointmentState) -> None:
    require_transition(appointment.state, state)
    if state is AppointmentState.NO_SHOW and not may_miss(
        appointment.state,
        starts_at=appointment.starts_at,
        late_minutes=appointment.late_minutes,
        arrived_at=appointment.arrived_at,
        now=clock.now(),
    ):
        raise WrongState(appointment.state, state)


def _follow(actor: Actor, case: Case, state: AppointmentState) -> None:
    """The case follows; a family that did not come is called, never shut out."""
    if state is AppointmentState.NO_SHOW and case.state is CaseState.APPOINTMENT_BOOKED:
        advance_case(actor, case_id=case.id, state=CaseState.NO_SHOW)
        add_task(actor, case_id=case.id, kind=TaskKind.CALL_BACK, due_on=clock.today())
    if state is not AppointmentState.NO_SHOW and case.state is CaseState.NO_SHOW:
        advance_case(actor, case_id=case.id, state=CaseState.APPOINTMENT_BOOKED)
