"""Granting and taking a body's access to a case, inside the transaction of the answer; the keys follow it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.database import after_commit, session, transaction
from app.errors import Invalid, NotPermitted
from app.policies import Actor
from cases.handover import keys, steps
from cases.handover.models import Handover
from cases.handover.states import HandoverState
from cases.handover.steps import give_tasks_back, note
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess

log = logging.getLogger(__name__)


@contextmanager
def changing_access(case_id: UUID) -> Iterator[None]:
    """A transaction after which, kept or not, the keys are brought into line with who has access."""
    try:
        with transaction():
            yield
            after_commit(lambda: keys.follow(case_id))
    except Invalid:
        raise  # found before any key was given
    except BaseException:
        _follow_quietly(case_id)
        raise


def grant(actor: Actor, handover: Handover) -> None:
    """Let the accepting manager in: key first, then the row that says so; whoever held the case before goes."""
    user_id = actor.user_id
    if user_id is None:
        raise NotPermitted("only a person accepts")
    case = session().get_one(Case, handover.case_id)
    held = _rows(case)
    same_body = [row for row in held if row.organisation_id == actor.organisation_id]
    if held and not same_body:
        _take(actor, handover, case, recipients=[actor.organisation_id], to=user_id)
    elif held:
        give_tasks_back(case.id, from_body=actor.organisation_id, to=user_id)
        same_body[0].user_id = user_id
    if not same_body:
        keys.give_key(case, actor.organisation_id)
        case.access.append(
            CaseAccess(
                organisation_id=actor.organisation_id,
                user_id=user_id,
                kind=AccessKind.HANDOVER,
                granted_at=clock.now(),
            )
        )
    note(actor, handover, Action.SHARED, {"with": str(actor.organisation_id), "user": str(user_id)})


def revoke(actor: Actor, handover: Handover) -> None:
    """Take the case from the body that accepted it: its access, and with a new key everything it could open."""
    case = session().get_one(Case, handover.case_id)
    if _rows(case):
        _take(actor, handover, case, recipients=[], to=None)


def end(actor: Actor, handover: Handover, reason: str = "") -> None:
    """Close a handover as withdrawn, inside a transaction after which keys follow access."""
    steps.enter(actor, handover, HandoverState.WITHDRAWN, text=reason)
    steps.take_back_preview(handover)
    revoke(actor, handover)
    handover.manager_id, handover.offered_to_id, handover.closed_at = None, None, clock.now()
    note(actor, handover, Action.CHANGED, {"state": handover.state.value})


def _follow_quietly(case_id: UUID) -> None:
    """Mend the keys after a failure without hiding it; what cannot be mended now, the sweep mends."""
    try:
        keys.follow(case_id)
    except Exception as error:
        log.warning("keys do not follow access yet: %s", type(error).__name__)


def _take(actor: Actor, handover: Handover, case: Case, *, recipients: list[UUID], to: UUID | None) -> None:
    for row in _rows(case):
        give_tasks_back(case.id, from_body=row.organisation_id, to=to)
        case.access.remove(row)
        note(actor, handover, Action.REVOKED, {"from": str(row.organisation_id)})
    session().flush()
    keys.change_keys(case, recipients=recipients)


def _rows(case: Case) -> list[CaseAccess]:
    return [row for row in case.access if row.kind is AccessKind.HANDOVER]
