"""Starting a session, saving its notes without overwriting anybody, completing and amending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Conflict, Invalid, NotPermitted, WrongState
from app.policies import Actor
from cases.keeping import hold, note
from cases.kinds import TaskKind
from cases.models import Case, CounsellingSession
from cases.policies import CasePermission
from cases.queries import contact_of, get_case
from cases.services import advance_case
from cases.sessions.merging import merged_notes
from cases.sessions.queries import author_name, get_session, notes_of, session_of_appointment
from cases.sheets import SessionAmendment, SessionNotes
from cases.states import CaseState, SessionState
from cases.tasks.services import add_task

USUAL_MINUTES = 60


@dataclass(frozen=True, slots=True, repr=False)
class Saved:
    """What a save answers: the version the next one starts from, and when this was."""

    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class NextTask:
    """Something agreed on in a talk."""

    text: str
    due_on: date
    assigned_to: UUID | None = None


def start_session(
    actor: Actor,
    *,
    case_id: UUID,
    appointment_id: UUID | None = None,
    held_at: datetime | None = None,
    minutes: int = USUAL_MINUTES,
) -> CounsellingSession:
    """Begin the record of a talk; an appointment has one, so starting it again answers the one there is."""
    case = get_case(actor, case_id, CasePermission.WRITE_NOTES)
    if actor.user_id is None:
        raise NotPermitted("a talk is led by a person")
    present = session_of_appointment(appointment_id) if appointment_id else None
    if present is not None:
        return get_session(actor, present.id, CasePermission.WRITE_NOTES)
    notes = SessionNotes(language=contact_of(actor, case).language, author_id=str(actor.user_id))
    talk = CounsellingSession(
        id=new_id(),
        case_id=case_id,
        advisor_id=actor.user_id,
        appointment_id=appointment_id,
        state=SessionState.DRAFT,
        held_at=held_at or clock.now(),
        minutes=minutes,
    )
    try:
        with transaction() as current:
            hold(case_id)
            current.add(talk)
            current.flush()
            records.create(notes, record_id=talk.id, scope=case.scope)
            _note(actor, case, talk, Action.CREATED)
    except IntegrityError:
        raise Conflict("started by somebody else") from None
    return talk


def save_notes(
    actor: Actor,
    *,
    session_id: UUID,
    notes: SessionNotes,
    expected: int,
    held_at: datetime | None = None,
    minutes: int | None = None,
) -> Saved:
    """Save a draft's notes over version `expected`.

    Raises VersionConflict when somebody else saved since, WrongState when the session is completed: in both
    cases nothing was written.
    """
    talk = get_session(actor, session_id, CasePermission.WRITE_NOTES)
    with transaction():
        hold(talk.case_id)
        case = get_case(actor, talk.case_id, CasePermission.WRITE_NOTES)
        _demand_draft(talk)
        saved = _save(actor, case, talk, notes, expected)
        talk.held_at = held_at or talk.held_at
        talk.minutes = minutes or talk.minutes
    return saved


def merge_notes(actor: Actor, *, session_id: UUID, notes: SessionNotes) -> Saved:
    """Bring the actor's texts and those that lie saved together: nothing of either is lost."""
    talk = get_session(actor, session_id, CasePermission.WRITE_NOTES)
    with transaction():
        hold(talk.case_id)
        case = get_case(actor, talk.case_id, CasePermission.WRITE_NOTES)
        _demand_draft(talk)
        stored = notes_of(actor, session_id)
        merged = merged_notes(stored.sheet, notes, their_name=author_name(stored.sheet.author_id))
        return _save(actor, case, talk, merged, stored.version)


def complete_session(
    actor: Actor,
    *,
    session_id: UUID,
    results: str,
    next_steps: str,
    expected: int,
    next_tasks: Sequence[NextTask] = (),
) -> CounsellingSession:
    """Close the notes with the talk's result, put what comes next on the list, and move the case to "counselled".

    Raises Invalid without a result, VersionConflict when somebody else saved since.
    """
    talk = get_session(actor, session_id, CasePermission.WRITE_NOTES)
    if not results.strip():
        raise Invalid("results", "required")
    with transaction():
        hold(talk.case_id)
        case = get_case(actor, talk.case_id, CasePermission.WRITE_NOTES)
        _demand_draft(talk)
        present = notes_of(actor, session_id).sheet
        final = msgspec.structs.replace(present, results=results, next_steps=next_steps)
        _save(actor, case, talk, final, expected)
        talk.state, talk.completed_at = SessionState.COMPLETED, clock.now()
        for task in next_tasks:
            add_task(
                actor,
                case_id=case.id,
                kind=TaskKind.GENERAL,
                due_on=task.due_on,
                text=task.text,
                assigned_to=task.assigned_to,
            )
        if case.state is not CaseState.CLOSED:
            advance_case(actor, case_id=case.id, state=CaseState.COUNSELLED)
    return talk


def amend_session(actor: Actor, *, session_id: UUID, text: str) -> UUID:
    """Add to a completed session under the actor's name; what was written before stays untouched."""
    talk = get_session(actor, session_id, CasePermission.WRITE_NOTES)
    if not text.strip():
        raise Invalid("text", "required")
    with transaction():
        hold(talk.case_id)
        case = get_case(actor, talk.case_id, CasePermission.WRITE_NOTES)
        if talk.state is not SessionState.COMPLETED:
            raise WrongState(talk.state, "amended")
        amendment_id = new_id()
        sheet = SessionAmendment(session_id=str(talk.id), text=text, author_id=str(actor.user_id or ""))
        records.create(sheet, record_id=amendment_id, scope=case.scope)
        digest = records.digest(SessionAmendment, amendment_id)
        note(actor, case, Action.CREATED, "session.amendment", subject_id=amendment_id, digest=digest)
    return amendment_id


def _demand_draft(talk: CounsellingSession) -> None:
    """Go on only with a draft, looked at under its lock: nobody completes it while this writes."""
    session().refresh(talk, with_for_update=True)
    if talk.state is not SessionState.DRAFT:
        raise WrongState(talk.state, SessionState.DRAFT)


def _save(actor: Actor, case: Case, talk: CounsellingSession, notes: SessionNotes, expected: int) -> Saved:
    signed = msgspec.structs.replace(notes, author_id=str(actor.user_id or ""))
    version = records.save(signed, record_id=talk.id, scope=case.scope, expected=expected)
    _note(actor, case, talk, Action.CHANGED)
    return Saved(version, clock.now())


def _note(actor: Actor, case: Case, talk: CounsellingSession, action: Action) -> None:
    note(actor, case, action, "session", subject_id=talk.id, digest=records.digest(SessionNotes, talk.id))
