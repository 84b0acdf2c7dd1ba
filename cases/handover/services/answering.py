"""The receiving side's answer: seeing a preview, accepting (only now the records open), declining with a reason."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.database import transaction
from app.errors import Invalid, Taken
from app.policies import Actor, authorise, permits
from cases.handover import access, queries, steps
from cases.handover.models import Handover
from cases.handover.policies import HandoverPermission
from cases.handover.queries import Offer, get_offer
from cases.handover.states import HandoverState
from cases.models import Case
from cases.services import record_list_read


def read_inbox(actor: Actor) -> list[Offer]:
    """The offers to the actor's body, with the reading in the audit trail."""
    authorise(actor, HandoverPermission.LIST_OFFERS)
    with transaction():
        offers = queries.inbox(actor)
        audit.record(
            Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="handover_inbox",
            facts={"offers": [str(offer.handover.id) for offer in offers]},
        )
    return offers


def read_handovers(actor: Actor) -> tuple[list[Offer], list[tuple[Handover, Case]]]:
    """The offers to the actor's body and the cases it has accepted, which the page names; both in the trail."""
    authorise(actor, HandoverPermission.LIST_OFFERS)
    with transaction():
        offers = read_inbox(actor)
        accepted = queries.accepted(actor)
        record_list_read(actor, case_ids=[case.id for _, case in accepted])
    return offers, accepted


def read_preview(actor: Actor, *, handover_id: UUID) -> Offer:
    """One offer with its preview; the reading stands in the case's trail. Raises NotFound for anybody else's."""
    handover = get_offer(actor, handover_id)
    with transaction():
        offer = queries.preview_of(actor, handover)
        steps.note(actor, handover, Action.READ, kind="handover_preview")
    return offer


def accept(actor: Actor, *, handover_id: UUID, text: str = "") -> Handover:
    """Take a case on: only now its key is wrapped for the actor's body, and the actor has access.

    Raises Taken when a colleague was first, Invalid when the family's consent no longer holds.
    """
    handover = get_offer(actor, handover_id)
    with access.changing_access(handover.case_id):
        handover = _still_open(actor, handover_id)
        steps.covering_consent(handover.case_id, actor.organisation_id)
        before = handover.manager_id
        steps.take_back_preview(handover)
        access.grant(actor, handover)
        handover.manager_id, handover.offered_to_id = actor.user_id, None
        handover.answered_at, handover.answered_by = clock.now(), actor.user_id
        steps.enter(actor, handover, HandoverState.ACCEPTED, text=text)
        steps.note(actor, handover, Action.ACCEPTED, {"handed_on": int(before is not None)})
        steps.tell(actor, handover, _sentence(handover, "angenommen", text))
    return handover


def decline(actor: Actor, *, handover_id: UUID, reason: str) -> Handover:
    """Say no with a reason; the sender is told and may have another desk sought. Raises Invalid without one."""
    handover = get_offer(actor, handover_id)
    with transaction():
        handover = _still_open(actor, handover_id)
        if not reason.strip():
            raise Invalid("reason", "required")
        steps.take_back_preview(handover)
        handover.answered_at, handover.answered_by, handover.offered_to_id = clock.now(), actor.user_id, None
        told = _sentence(handover, "nicht angenommen", reason)
        if handover.manager_id is None:
            steps.enter(actor, handover, HandoverState.DECLINED, text=reason)
            steps.tell(actor, handover, told)
        else:
            steps.enter(actor, handover, HandoverState.ACCEPTED, text=reason, shown=HandoverState.DECLINED)
            steps.tell(actor, handover, told, assigned_to=handover.manager_id)
            steps.back_to_holder(handover)
        steps.note(actor, handover, Action.REFUSED)
    return handover


def _still_open(actor: Actor, handover_id: UUID) -> Handover:
    """The locked handover, if its offer still stands; raises Taken when somebody else was faster."""
    handover = queries.locked(handover_id)
    if not permits(actor, HandoverPermission.ANSWER, handover):
        raise Taken("answered or taken back a moment ago")
    return handover


def _sentence(handover: Handover, answer: str, text: str) -> str:
    desk = handover.desk.name if handover.desk else "KIM"
    return f"Übergabe von {desk} {answer}. {text}".strip()
