"""Booking, moving and cancelling appointments: each in one transaction that either does all or nothing."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

import msgspec

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.policies import Actor, OrganisationKind, system_of
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case
from cases.services import advance_case
from cases.states import CaseState
from cases.tasks.services import add_task
from scheduling import office, queries
from scheduling.agreed import AlreadyBooked, Booked, TooLate, require_changeable, require_none_booked, told
from scheduling.assignment import SlotTaken, guarded, release, settle, take_time
from scheduling.booking import channels, cooling, limits, links, notices
from scheduling.gate import require_offered, require_papers
from scheduling.kinds import BookedVia, GateReason, OverbookReason
from scheduling.models import Appointment, AppointmentSheet
from scheduling.queries import (
    NO_WISHES,
    Needs,
    Wishes,
    get_appointment,
    get_bookable_case,
    lock_case,
    needs_of,
    policy_of,
)
from scheduling.requests import following as requested
from scheduling.states import AppointmentKind, AppointmentState, blocks, require_transition
from scheduling.waiting import bell
from scheduling.world import Reason

__all__ = [
    "AlreadyBooked",
    "Booked",
    "SlotTaken",
    "TooLate",
    "book",
    "cancel",
    "confirm",
    "hold",
    "keep_answers",
    "move",
]


def hold(
    actor: Actor, *, case_id: UUID, kind: AppointmentKind, starts: datetime, wishes: Wishes = NO_WISHES
) -> Appointment:
    """Keep a time for ten minutes while the family types; a later choice replaces the earlier one.

    Raises SlotTaken, AlreadyBooked when there is an appointment of this kind, and Invalid for what is not offered.
    """
    case = get_bookable_case(actor, case_id)

    def work() -> Appointment:
        with transaction():
            lock_case(case_id)
            require_none_booked(case_id, kind)
            draft = queries.draft_of(case_id)
            own = [draft.id] if draft else []
            needs = needs_of(case, kind, wishes)
            require_offered(actor, needs)
            appointment = draft or _new(actor, case, kind)
            appointment.kind, appointment.mode = kind, needs.mode
            appointment.hold_ends_at = clock.now() + office.HOLD
            appointment.changed_at = clock.now()
            take_time(appointment, needs, starts_at=starts, policy=policy_of(actor, needs.setting), own=own)
        return appointment

    return guarded(work)


def keep_answers(actor: Actor, *, case_id: UUID, answers: AppointmentSheet) -> None:
    """Seal what the family has typed so far with its held time; raises SlotTaken when it holds none."""
    case = get_bookable_case(actor, case_id)
    with transaction():
        draft = queries.draft_of(case_id)
        if draft is None:
            raise SlotTaken(Reason.OUTSIDE_RANGE)
        records.put(answers, record_id=draft.id, scope=case.scope)


def confirm(actor: Actor, *, case_id: UUID) -> Booked:
    """Book the held time with the answers kept; raises SlotTaken when the hold ran out and the time is gone."""
    get_bookable_case(actor, case_id)
    draft = queries.draft_of(case_id)
    if draft is None:
        raise SlotTaken(Reason.OUTSIDE_RANGE)
    details, wishes = queries.sheet_of(draft), queries.wishes_of(draft)
    return book(actor, case_id=case_id, kind=draft.kind, starts=draft.starts_at, details=details, wishes=wishes)


def book(
    actor: Actor,
    *,
    case_id: UUID,
    kind: AppointmentKind,
    starts: datetime,
    details: AppointmentSheet,
    without_papers: GateReason | None = None,
    wishes: Wishes = NO_WISHES,
    overbook: OverbookReason | None = None,
) -> Booked:
    """Agree on an appointment; advisor, interpreter and room are chosen fairly at the last moment.

    Staff may put it on top of other talks with a reason (`overbook`), which is kept only if that was needed.
    Raises SlotTaken (ask `queries.first_free` for others), AlreadyBooked, and Invalid when papers are missing
    and staff gave no reason to go on, or for what is not offered; for families TooMany and NotProven.
    """
    get_bookable_case(actor, case_id)

    def work() -> Booked:
        with transaction():
            case = get_bookable_case(actor, case_id)
            lock_case(case_id)
            needs = needs_of(case, kind, wishes)
            require_offered(actor, needs, overbook=overbook)
            require_papers(actor, case, without_papers, needs.setting)
            require_none_booked(case_id, kind)
            appointment = _take(actor, case, needs, starts, overbook)
            code = links.give_code(appointment)
            token = links.link_to(actor, case, appointment)
            sheet = msgspec.structs.replace(_heeded(actor, case, appointment, details), code=code, token=token)
            records.put(sheet, record_id=appointment.id, scope=case.scope)
            if kind is AppointmentKind.FIRST_TALK:
                advance_case(actor, case_id=case_id, state=CaseState.APPOINTMENT_BOOKED)
            notices.tell_booked(case, appointment, sheet)
            _note(actor, case, appointment, Action.CREATED, without_papers)
            return told(appointment, code, token)

    return guarded(work)


def move(
    actor: Actor,
    *,
    appointment_id: UUID,
    starts: datetime,
    wishes: Wishes | None = None,
    overbook: OverbookReason | None = None,
) -> Appointment:
    """Change the time, and what was wished if `wishes` says so; when it cannot be had the old one stays untouched.

    Raises SlotTaken or TooLate, and Invalid for what is not offered.
    """
    get_appointment(actor, appointment_id)

    def work() -> Appointment:
        with transaction():
            appointment, case = get_appointment(actor, appointment_id)
            lock_case(case.id)
            session().refresh(appointment)
            require_changeable(actor, appointment)
            needs = needs_of(case, appointment.kind, wishes or queries.wishes_of(appointment))
            require_offered(actor, needs, overbook=overbook, kept=appointment.mode)
            policy, own = policy_of(actor, needs.setting), [appointment.id]
            cooling.cool(appointment)
            appointment.mode = needs.mode
            appointment.sequence += 1
            appointment.changed_at = clock.now()
            take_time(appointment, needs, starts_at=starts, policy=policy, own=own, overbook=overbook)
            notices.tell_moved(case, appointment, queries.sheet_of(appointment))
            bell.freed(case.organisation_id)
            _note(actor, case, appointment, Action.CHANGED)
        return appointment

    return guarded(work)


def cancel(actor: Actor, *, appointment_id: UUID) -> Appointment:
    """Call an appointment off and give its time back; a second time changes nothing. Raises TooLate."""
    get_appointment(actor, appointment_id)
    return guarded(lambda: _cancel(actor, appointment_id))


def _cancel(actor: Actor, appointment_id: UUID) -> Appointment:
    with transaction():
        appointment, case = get_appointment(actor, appointment_id)
        lock_case(case.id)
        session().refresh(appointment)
        if appointment.state is AppointmentState.CANCELLED:
            return appointment
        require_changeable(actor, appointment)
        appointment.state = AppointmentState.CANCELLED
        appointment.sequence += 1
        appointment.changed_at = clock.now()
        cooling.cool(appointment)
        release(appointment)
        requested.cancelled(case)
        if case.state is CaseState.APPOINTMENT_BOOKED and appointment.kind is AppointmentKind.FIRST_TALK:
            advance_case(actor, case_id=case.id, state=CaseState.DOCUMENTS_COMPLETE)
        if actor.invited_to is not None:
            owner = system_of(case.organisation_id, OrganisationKind.KI)
            add_task(owner, case_id=case.id, kind=TaskKind.PLAN_APPOINTMENT, due_on=clock.today())
        notices.tell_cancelled(case, appointment, queries.sheet_of(appointment))
        bell.freed(case.organisation_id)
        _note(actor, case, appointment, Action.CHANGED)
    return appointment


def _heeded(actor: Actor, case: Case, appointment: Appointment, details: AppointmentSheet) -> AppointmentSheet:
    """The answers with a way of writing that may be used, once no limit speaks against booking with them."""
    wanted = channels.settled(actor, case, details)
    limits.require_room(actor, appointment, wanted)
    requested.booked(case, wanted)
    return wanted


def _take(
    actor: Actor, case: Case, needs: Needs, starts: datetime, overbook: OverbookReason | None = None
) -> Appointment:
    """The family's own hold turned into a booking, or a time nobody held."""
    draft = queries.draft_of(case.id)
    appointment = draft or _new(actor, case, needs.kind)
    holds = draft is not None and blocks(draft.state, hold_ends_at=draft.hold_ends_at, now=clock.now())
    is_same = (appointment.starts_at, appointment.kind, appointment.mode) == (starts, needs.kind, needs.mode)
    # Wishes may have come after the hold: what is held need not be step-free.
    is_held = holds and is_same and not needs.step_free and needs.interpreter_gender is None
    require_transition(appointment.state, AppointmentState.BOOKED)
    appointment.state, appointment.hold_ends_at = AppointmentState.BOOKED, None
    appointment.kind, appointment.mode = needs.kind, needs.mode
    appointment.booked_via = BookedVia.STAFF if actor.user_id else BookedVia.FAMILY
    appointment.booked_by = actor.user_id
    appointment.booked_at = appointment.changed_at = clock.now()
    if is_held:
        settle(appointment)
    else:
        own, policy = [draft.id] if draft else [], policy_of(actor, needs.setting)
        take_time(appointment, needs, starts_at=starts, policy=policy, own=own, overbook=overbook)
    return appointment


def _new(actor: Actor, case: Case, kind: AppointmentKind) -> Appointment:
    now = clock.now()
    return Appointment(
        id=new_id(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=kind,
        state=AppointmentState.HELD,
        hold_ends_at=now,
        calendar_uid=f"{secrets.token_hex(16)}@einstieg",
        sequence=0,
        booked_via=BookedVia.STAFF if actor.user_id else BookedVia.FAMILY,
        booked_by=actor.user_id,
        booked_at=now,
        changed_at=now,
    )


def _note(actor: Actor, case: Case, appointment: Appointment, action: Action, reason: GateReason | None = None) -> None:
    facts: dict[str, str | int | list[str]] = {"state": appointment.state.value, "sequence": appointment.sequence}
    if actor.invited_to is not None:
        facts["by"] = "family"
    if reason is not None:
        facts["without_papers"] = reason.value
    if appointment.overbooked_reason is not None:
        facts["overbooked"] = appointment.overbooked_reason.value
    note(actor, case, action, "appointment", subject_id=appointment.id, facts=facts)
