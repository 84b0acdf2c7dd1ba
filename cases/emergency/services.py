"""Opening a colleague's case at once, ending that, and reviewing it: access first, the question why right after.

An advisor who finds a case by its name but may not open it gets in for some hours, to read and to leave tasks.
The lead is told at once, reviews each access, and the case's own advisor sees it on the case's first page.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as people
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Conflict, Invalid
from app.policies import Actor, Role, authorise, system_of
from cases.emergency import notices
from cases.emergency.kinds import EmergencyReason, Verdict
from cases.emergency.models import EmergencyAccess
from cases.emergency.policies import EmergencyPermission
from cases.emergency.queries import get_access
from cases.emergency.sheets import EmergencyText
from cases.keeping import hold, note
from cases.kinds import AccessKind, TaskKind
from cases.models import Case, CaseAccess, Task
from cases.policies import CasePermission
from cases.queries import get_case
from cases.states import TaskState
from cases.tasks.services import add_task

LASTS = timedelta(hours=4)
SHORTEST_TEXT = 10


def open_in_emergency(actor: Actor, *, case_id: UUID, reason: EmergencyReason, text: str) -> EmergencyAccess:
    """Let `actor` read a case for `LASTS`; tells the lead, and plans the review. Raises Invalid for a bare reason."""
    get_case(actor, case_id, CasePermission.OPEN_IN_EMERGENCY)
    if len(text.strip()) < SHORTEST_TEXT:
        raise Invalid("text", "too_short")
    if actor.user_id is None:
        raise Invalid("text", "nobody")
    now = clock.now()
    with transaction() as current:
        hold(case_id)
        case = get_case(actor, case_id, CasePermission.OPEN_IN_EMERGENCY)  # restricted, assigned or opened meanwhile
        access = EmergencyAccess(
            id=new_id(),
            case_id=case_id,
            organisation_id=case.organisation_id,
            user_id=actor.user_id,
            reason=reason,
            opened_at=now,
            until=now + LASTS,
            verdict=Verdict.OPEN,
        )
        current.add(access)
        case.access.append(
            CaseAccess(
                organisation_id=case.organisation_id,
                user_id=actor.user_id,
                kind=AccessKind.EMERGENCY,
                granted_at=now,
                until=access.until,
            )
        )
        current.flush()
        records.create(EmergencyText(text=text.strip()), record_id=access.id, scope=case.scope)
        facts = {"reason": reason.value, "until": access.until.isoformat()}
        note(actor, case, Action.SHARED, "emergency", subject_id=access.id, facts=facts)
        _plan_review(case)
        notices.alarm(access)
    return access


def end_access(actor: Actor, *, case_id: UUID) -> None:
    """Leave a case again before the time is over; twice is as good as once."""
    case = get_case(actor, case_id, CasePermission.FIND)
    with transaction():
        query = select(EmergencyAccess).where(
            EmergencyAccess.case_id == case_id,
            EmergencyAccess.user_id == actor.user_id,
            EmergencyAccess.ended_at.is_(None),
        )
        for access in session().scalars(query):
            access.ended_at = min(clock.now(), access.until)
            note(actor, case, Action.REVOKED, "emergency", subject_id=access.id)
        for row in [r for r in case.access if r.kind is AccessKind.EMERGENCY and r.user_id == actor.user_id]:
            case.access.remove(row)


def review(actor: Actor, *, access_id: UUID, verdict: Verdict, text: str = "") -> None:
    """Say whether an access was needed; one that was not asks for a sentence. Raises Conflict when it was reviewed."""
    access = get_access(actor, access_id)
    authorise(actor, EmergencyPermission.REVIEW, access)
    if verdict is Verdict.OPEN:
        raise Invalid("verdict", "required")
    if verdict is Verdict.UNJUSTIFIED and len(text.strip()) < SHORTEST_TEXT:
        raise Invalid("text", "too_short")
    with transaction() as current:
        access = current.get_one(EmergencyAccess, access_id, with_for_update=True, populate_existing=True)
        if access.verdict is not Verdict.OPEN:
            raise Conflict("reviewed already")
        case = current.get_one(Case, access.case_id)
        access.verdict, access.reviewed_at, access.reviewed_by = verdict, clock.now(), actor.user_id
        stored = records.get(EmergencyText, access.id, reader=case.organisation_id)
        stored.sheet.review = text.strip()
        records.save(stored.sheet, record_id=access.id, scope=case.scope, expected=stored.version)
        note(actor, case, Action.CHANGED, "emergency", subject_id=access.id, facts={"verdict": verdict.value})
        _finish_review(actor, case)


def _plan_review(case: Case) -> None:
    """A task for the lead by the next day; without a lead it stands with the case."""
    house = people.organisation(case.organisation_id)
    if house is None:
        return
    leads = people.people(case.organisation_id, Role.LEAD)
    add_task(
        system_of(house.id, house.kind),
        case_id=case.id,
        kind=TaskKind.EMERGENCY_REVIEW,
        due_on=clock.today() + timedelta(days=1),
        assigned_to=leads[0].id if leads else None,
    )


def _finish_review(actor: Actor, case: Case) -> None:
    """Tick the task off once nothing of this case waits for review."""
    waiting = select(EmergencyAccess.id).where(
        EmergencyAccess.case_id == case.id, EmergencyAccess.verdict == Verdict.OPEN
    )
    session().flush()
    if session().scalars(waiting).first() is not None:
        return
    query = select(Task).where(
        Task.case_id == case.id, Task.kind == TaskKind.EMERGENCY_REVIEW, Task.state == TaskState.OPEN
    )
    for task in session().scalars(query):
        task.state, task.done_at, task.done_by = TaskState.DONE, clock.now(), actor.user_id
