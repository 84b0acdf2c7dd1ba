"""Keeping a case and stopping its use (Art. 18 GDPR), and letting it be used again."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import WrongState
from app.policies import Actor
from cases.closing import unsettled
from cases.keeping import note
from cases.kinds import RestrictionReason, TaskKind
from cases.models import Case
from cases.queries import get_case
from cases.retention.hindrances import Hindered
from cases.retention.policies import RetentionPermission
from cases.retention.withholding import take_back_messages
from cases.tasks.services import add_task

INFORM = "Die Einschränkung der Verarbeitung ist aufgehoben: bitte die Familie unterrichten (Art. 18 Abs. 3 DSGVO)."


def restrict(actor: Actor, *, case_id: UUID, reason: RestrictionReason) -> Case:
    """Keep a case and stop its use (Art. 18 GDPR): from now on only the lead and its advisor read it.

    What was planned to be sent is taken back, and a body it was handed over to sees nothing until it is lifted.
    Raises Hindered while a talk is booked or a handover unanswered.
    """
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        if case.restricted_on is not None:
            return case
        sentences = unsettled(case)
        if sentences:
            raise Hindered(sentences)
        take_back_messages(case_id)
        case.restricted_on, case.restricted_by, case.restriction_reason = clock.today(), actor.user_id, reason
        note(actor, case, Action.CHANGED, "restriction", facts={"reason": reason.value})
    return case


def lift_restriction(actor: Actor, *, case_id: UUID) -> Case:
    """Let a case be used again, with a task to tell the family (Art. 18(3) GDPR); raises WrongState if it was not."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        if case.restricted_on is None:
            raise WrongState("unrestricted", "unrestricted")
        case.restricted_on = case.restricted_by = case.restriction_reason = None
        session().flush()
        add_task(actor, case_id=case_id, kind=TaskKind.GENERAL, due_on=clock.today(), text=INFORM)
        note(actor, case, Action.CHANGED, "restriction", facts={"lifted": 1})
    return case
