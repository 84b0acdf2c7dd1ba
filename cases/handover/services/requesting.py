"""The sender's side: asking for a handover, choosing another desk, taking it back."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import transaction
from app.errors import Invalid, Taken
from app.policies import Actor
from cases.handover import access, queries, steps
from cases.handover.models import Handover, HandoverSheet
from cases.handover.policies import HandoverPermission
from cases.handover.rules import Need, Urgency
from cases.handover.states import HandoverState, check_step
from cases.models import Case
from cases.queries import get_case
from cases.states import CaseState


def request_handover(
    actor: Actor,
    *,
    case_id: UUID,
    consent_id: UUID,
    needs: Collection[Need],
    reason: str,
    wish: str = "",
    urgency: Urgency = Urgency.NORMAL,
) -> Handover:
    """Ask KIM to take a case; the worker routes it to a desk.

    Raises Invalid without a valid consent, a need or a reason (which may name nobody, as it is read before
    acceptance), and Taken when a handover of this case is open.
    """
    case = get_case(actor, case_id, HandoverPermission.REQUEST)
    with transaction() as session:
        _check_request(case, consent_id, needs, reason)
        handover = _new_handover(actor, case, consent_id)
        try:
            with session.begin_nested():
                session.add(handover)
        except IntegrityError:
            raise Taken("a handover of this case is open") from None
        sheet = HandoverSheet(needs=[need.value for need in needs], reason=reason, wish=wish, urgency=urgency.value)
        records.create(sheet, record_id=handover.id, scope=case.scope)
        steps.keep_step(actor, handover, HandoverState.ROUTING)
        steps.note(actor, handover, Action.CREATED, {"needs": len(needs), "urgency": urgency.value})
        steps.ring_after_commit(handover)
    return handover


def reroute(actor: Actor, *, handover_id: UUID) -> Handover:
    """Have a desk sought again, without those that declined; while it is offered, the offer is taken back."""
    handover = queries.get_handover(actor, handover_id, HandoverPermission.REQUEST)
    with transaction():
        handover = queries.locked_for(actor, handover_id, HandoverPermission.REQUEST)
        check_step(handover.state, HandoverState.ROUTING)
        _not_with_kim(handover)
        steps.take_back_preview(handover)
        steps.begin_epoch(handover)
        steps.enter(actor, handover, HandoverState.ROUTING)
        steps.note(actor, handover, Action.CHANGED, {"state": handover.state.value})
        steps.ring_after_commit(handover)
    return handover


def choose_desk(actor: Actor, *, handover_id: UUID, desk_id: UUID, reason: str = "") -> Handover:
    """Offer to a desk of the sender's choice instead of the routed one; raises Invalid without consent for it."""
    handover = queries.get_handover(actor, handover_id, HandoverPermission.REQUEST)
    with transaction():
        handover = queries.locked_for(actor, handover_id, HandoverPermission.REQUEST)
        check_step(handover.state, HandoverState.OFFERED)
        _not_with_kim(handover)
        steps.check_nameless(get_case(actor, handover.case_id), reason)
        steps.begin_epoch(handover)
        steps.offer(actor, handover, steps.receiving_desk(desk_id), text=reason)
    return handover


def withdraw(actor: Actor, *, handover_id: UUID, reason: str = "") -> Handover:
    """Take a handover back at any time; from a body that accepted it the case is taken with a new key."""
    handover = queries.get_handover(actor, handover_id, HandoverPermission.REQUEST)
    with access.changing_access(handover.case_id):
        handover = queries.locked_for(actor, handover_id, HandoverPermission.REQUEST)
        access.end(actor, handover, reason)
    return handover


def _check_request(case: Case, consent_id: UUID, needs: Collection[Need], reason: str) -> None:
    if case.state is CaseState.CLOSED:
        raise Invalid("case", "closed")
    if consent_id not in {consent.id for consent in queries.consents_for(case.id, today=clock.today())}:
        raise Invalid("consent", "missing")
    if not needs:
        raise Invalid("needs", "required")
    if not reason.strip():
        raise Invalid("reason", "required")
    steps.check_nameless(case, reason)


def _not_with_kim(handover: Handover) -> None:
    """A case that KIM has is handed on by KIM; the sender may only take it back as a whole."""
    if handover.manager_id is not None:
        raise Taken("KIM has the case")


def _new_handover(actor: Actor, case: Case, consent_id: UUID) -> Handover:
    return Handover(
        id=new_id(),
        case_id=case.id,
        organisation_id=case.organisation_id,
        consent_id=consent_id,
        state=HandoverState.ROUTING,
        routing_epoch=1,
        requested_by=actor.user_id,
        requested_at=clock.now(),
    )
