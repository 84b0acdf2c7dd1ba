"""Papers, consents and tasks of an invented family, fitting where it stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from app.data.base import new_id
from app.demo.batch import Batch
from app.demo.inventing import Invented, texts
from app.demo.plans import Plan
from cases.child_states import ChildState
from cases.documents.rules import ChildAsked, default_checklist
from cases.kinds import ConsentPurpose, LegalBasis, TaskKind
from cases.models import Case, Child, Consent, Document, Task
from cases.placement.initial_support import task_kind
from cases.placement.reviews import review_dates
from cases.sheets import ConsentDetail, TaskText
from cases.states import CaseState, DocumentState, TaskState

NOTHING_YET = frozenset({CaseState.REPORTED, CaseState.CONTACTED})
OF_CASE = {
    CaseState.REPORTED: TaskKind.CALL_BACK,
    CaseState.CONTACTED: TaskKind.CALL_BACK,
    CaseState.DOCUMENTS_INCOMPLETE: TaskKind.CHECK_DOCUMENTS,
    CaseState.DOCUMENTS_COMPLETE: TaskKind.PLAN_APPOINTMENT,
    CaseState.NO_SHOW: TaskKind.PLAN_APPOINTMENT,
}
OF_CHILD = {
    ChildState.WITH_AUTHORITY: TaskKind.AWAIT_AUTHORITY,
    ChildState.ON_DISTRIBUTION_LIST: TaskKind.AWAIT_AUTHORITY,
    ChildState.SCHOOL_PROPOSED: TaskKind.AWAIT_SCHOOL,
    ChildState.ADMISSION_TALK: TaskKind.AWAIT_SCHOOL,
    ChildState.ASSIGNED: TaskKind.AWAIT_SCHOOL,
    ChildState.REFUSED: TaskKind.FOLLOW_UP_REFUSAL,
    ChildState.ADMITTED: TaskKind.CONFIRM_START,
}


def add_documents(
    batch: Batch, case: Case, children: list[Child], told: Invented, random: Random, at: datetime
) -> None:
    """The checklist the family was given, as far as it has come."""
    asked = [ChildAsked(child.id, sheet.born) for child, sheet in zip(children, told.children, strict=True)]
    items = default_checklist(asked, [guardian.kind for guardian in told.guardians], at.date())
    for position, item in enumerate(items):
        state = DocumentState.CHECKED
        if case.state in NOTHING_YET:
            state = DocumentState.REQUESTED
        elif case.state is CaseState.DOCUMENTS_INCOMPLETE and position % 2:
            state = random.choice((DocumentState.REQUESTED, DocumentState.RECEIVED, DocumentState.MISSING))
        elif not item.is_required:
            state = random.choice((DocumentState.CHECKED, DocumentState.REQUESTED))
        batch.rows.append(
            Document(
                id=new_id(),
                case_id=case.id,
                child_id=item.child_id,
                kind=item.kind,
                state=state,
                is_required=item.is_required,
                changed_at=at,
            )
        )


def add_consents(batch: Batch, case: Case, told: Invented, at: datetime, by: UUID | None) -> None:
    """What the family agreed to with its first papers; collection itself is the authority's task by law."""
    purposes = [(ConsentPurpose.COLLECTION, LegalBasis.PUBLIC_TASK)]
    if case.state not in NOTHING_YET:
        purposes.append((ConsentPurpose.SCHOOL_AUTHORITY, LegalBasis.PUBLIC_TASK))
        purposes.append((ConsentPurpose.INTERPRETER, LegalBasis.CONSENT))
        if told.family.email:
            purposes.append((ConsentPurpose.CONTACT_EMAIL, LegalBasis.CONSENT))
    for purpose, basis in purposes:
        add_consent(batch, case, told, purpose, basis, at, by)


def add_consent(
    batch: Batch,
    case: Case,
    told: Invented,
    purpose: ConsentPurpose,
    basis: LegalBasis,
    at: datetime,
    by: UUID | None,
    recipient_id: UUID | None = None,
) -> Consent:
    """One consent with who explained it in which language."""
    consent = Consent(
        id=new_id(),
        case_id=case.id,
        purpose=purpose,
        legal_basis=basis,
        recipient_id=recipient_id,
        given_on=at.date(),
        recorded_by=by,
        recorded_at=at,
    )
    detail = ConsentDetail(given_by=told.guardians[0].name, explained_in=told.family.language, form="written")
    batch.rows.append(consent)
    batch.sheets.append((detail, consent.id, case.scope))
    return consent


def add_tasks(batch: Batch, case: Case, children: list[Child], plan: Plan, random: Random, now: datetime) -> None:
    """What is due next; about a third of it was due already."""
    today = now.date()
    kind = OF_CASE.get(case.state)
    if kind is not None:
        _add(batch, case, kind, today + timedelta(days=random.randint(-4, 7)), now)
    if case.state is CaseState.CLOSED:
        return
    for child in children:
        child_kind = OF_CHILD.get(child.state)
        if child_kind is not None:
            _add(batch, case, child_kind, today + timedelta(days=random.randint(-6, 12)), now, child)
        if child.state in (ChildState.INITIAL_SUPPORT, ChildState.EXTENDED) and child.support_started_on:
            _add_reviews(batch, case, child, child.support_started_on, now)
    if plan.has_talked and random.random() < 0.4:
        text = random.choice(texts()["tasks"])
        _add(batch, case, TaskKind.GENERAL, today + timedelta(days=random.randint(-3, 10)), now, text=text)


def _add_reviews(batch: Batch, case: Case, child: Child, started: date, now: datetime) -> None:
    for review in review_dates(started, literacy_group=False):
        done = review.due_on < now.date() - timedelta(days=5)
        _add(batch, case, task_kind(review), review.due_on, now, child, done=done)


def _add(
    batch: Batch,
    case: Case,
    kind: TaskKind,
    due_on: date,
    now: datetime,
    child: Child | None = None,
    *,
    text: str = "",
    done: bool = False,
) -> None:
    task = Task(
        id=new_id(),
        case_id=case.id,
        child_id=child.id if child else None,
        kind=kind,
        state=TaskState.DONE if done else TaskState.OPEN,
        due_on=due_on,
        assigned_to=None,
        created_at=max(case.opened_at, now - timedelta(days=14)),
        done_at=now if done else None,
        done_by=case.advisor_id if done else None,
    )
    batch.rows.append(task)
    if text:
        batch.sheets.append((TaskText(text=text), task.id, case.scope))
