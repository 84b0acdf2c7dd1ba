"""What follows from a paper's change inside the open transaction: its mark, the audit entry, the case's state."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session
from app.policies import Actor
from cases.documents import hooks
from cases.documents.queries import documents_of, progress
from cases.documents.rules import SETTLED, Item, next_case_state
from cases.keeping import hold, note
from cases.kinds import TaskKind
from cases.models import Case, Document
from cases.services import advance_case
from cases.states import CaseState, DocumentState
from cases.tasks.services import drop_tasks


def lock_case(case_id: UUID) -> None:
    """Queue at the case's row, so that two people do not start one checklist (SQLite has one writer anyway)."""
    hold(case_id)


def lock_paper(document: Document) -> None:
    """Queue at the case's row and look at the paper anew: a check made meanwhile is not undone unseen."""
    lock_case(document.case_id)
    session().refresh(document)


def add_document(actor: Actor, case: Case, item: Item) -> Document:
    """Put a paper on the checklist."""
    document = Document(
        id=new_id(),
        case_id=case.id,
        child_id=item.child_id,
        kind=item.kind,
        state=DocumentState.REQUESTED,
        is_required=item.is_required,
        changed_at=clock.now(),
    )
    session().add(document)
    session().flush()
    note_document(actor, case, document, Action.CREATED)
    return document


def change_state(actor: Actor, case: Case, document: Document, state: DocumentState) -> None:
    """Write where a paper stands; who checked or waived it is kept with it."""
    document.state = state
    document.changed_at = clock.now()
    document.checked_by = actor.user_id if state in SETTLED else None
    note_document(actor, case, document, Action.CHANGED)


def follow_papers(actor: Actor, case: Case) -> None:
    """Move the case to where its papers are now; those that have just become complete call the hooks."""
    session().flush()
    complete = progress(documents_of(case.id)).is_complete
    state = next_case_state(case.state, complete=complete)
    if state is None:
        return
    advance_case(actor, case_id=case.id, state=state)
    if state is CaseState.DOCUMENTS_COMPLETE:
        drop_tasks(actor, case_id=case.id, kind=TaskKind.CHECK_DOCUMENTS)
        hooks.completed(actor, case_id=case.id)


def note_document(actor: Actor, case: Case, document: Document, action: Action) -> None:
    """Write an audit entry about a paper: its kind and state, never what a file holds or is called."""
    facts: dict[str, str | int | list[str]] = {"kind": document.kind.value, "state": document.state.value}
    note(actor, case, action, "document", subject_id=document.id, facts=facts)
