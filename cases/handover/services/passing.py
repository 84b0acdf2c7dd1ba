"""The manager's side once a case is accepted: handing it on the same way it came, or returning it with a reason."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.accounts.models import User
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Invalid, Taken
from app.policies import Actor, Role
from cases.handover import access, queries, steps
from cases.handover.models import Handover
from cases.handover.policies import HandoverPermission
from cases.handover.states import HandoverState
from cases.queries import get_case


def hand_on(
    actor: Actor,
    *,
    handover_id: UUID,
    reason: str,
    colleague_id: UUID | None = None,
    desk_id: UUID | None = None,
) -> Handover:
    """Offer an accepted case to a colleague, to a desk, or (neither named) to the desk that fits best.

    Until somebody accepts, the present manager keeps the case. Raises Invalid without a reason, for a reason that
    names somebody, for a body the family's consent does not name, and for a colleague who cannot take cases.
    """
    handover = queries.get_handover(actor, handover_id, HandoverPermission.HAND_ON)
    with transaction():
        handover = queries.locked_for(actor, handover_id, HandoverPermission.HAND_ON)
        _must_be_carried(handover)
        if not reason.strip():
            raise Invalid("reason", "required")
        steps.check_nameless(get_case(actor, handover.case_id), reason)
        holding = steps.holding_desk(handover)
        steps.begin_epoch(handover)
        if colleague_id is not None and holding is not None:
            _check_colleague(actor, handover, colleague_id)
            steps.offer(actor, handover, holding, text=reason, offered_to=colleague_id)
        elif desk_id is not None:
            steps.offer(actor, handover, steps.receiving_desk(desk_id), text=reason)
        else:
            steps.enter(actor, handover, HandoverState.ROUTING, text=reason)
            steps.note(actor, handover, Action.CHANGED, {"state": handover.state.value})
            steps.ring_after_commit(handover)
    return handover


def cancel_hand_on(actor: Actor, *, handover_id: UUID) -> Handover:
    """Keep a case after all while nobody has accepted it."""
    handover = queries.get_handover(actor, handover_id, HandoverPermission.HAND_ON)
    with transaction():
        handover = queries.locked_for(actor, handover_id, HandoverPermission.HAND_ON)
        if handover.state is not HandoverState.ACCEPTED:
            steps.take_back_preview(handover)
            steps.enter(actor, handover, HandoverState.ACCEPTED, shown=HandoverState.WITHDRAWN)
            steps.back_to_holder(handover)
            steps.note(actor, handover, Action.CHANGED, {"state": handover.state.value})
    return handover


def return_case(actor: Actor, *, handover_id: UUID, reason: str) -> Handover:
    """Give a case back to its sender, who is told why; with it goes everything the body could open."""
    handover = queries.get_handover(actor, handover_id, HandoverPermission.HAND_ON)
    with access.changing_access(handover.case_id):
        handover = queries.locked_for(actor, handover_id, HandoverPermission.HAND_ON)
        if not reason.strip():
            raise Invalid("reason", "required")
        steps.enter(actor, handover, HandoverState.RETURNED, text=reason)
        steps.note(actor, handover, Action.RETURNED)
        desk = handover.desk.name if handover.desk else "KIM"
        access.revoke(actor, handover)
        handover.manager_id, handover.closed_at = None, clock.now()
        handover.answered_at, handover.answered_by = clock.now(), actor.user_id
        steps.tell(actor, handover, f"Fall von {desk} zurückgegeben. {reason}")
    return handover


def _must_be_carried(handover: Handover) -> None:
    """Only an accepted case can be handed on; one that is on offer already has to be kept first."""
    if handover.state is not HandoverState.ACCEPTED:
        raise Taken("handed on already")


def _check_colleague(actor: Actor, handover: Handover, colleague_id: UUID) -> None:
    user = session().get(User, colleague_id)
    takes_cases = user is not None and not user.roles.isdisjoint({Role.KIM_CASE_MANAGER, Role.KIM_LEAD})
    is_here = user is not None and user.is_active and user.organisation_id == actor.organisation_id
    if not takes_cases or not is_here or colleague_id == handover.manager_id:
        raise Invalid("colleague_id", "unknown")
