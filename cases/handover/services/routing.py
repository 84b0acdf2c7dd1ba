"""What the system does by itself: routing, taking back what a withdrawn consent carried, finishing changes of keys."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as people
from app.data import records
from app.data.audit import Action
from app.data.database import session, transaction
from app.policies import Actor, Role, authorise
from cases.handover import access, keys, proposals, queries, steps
from cases.handover.models import Handover, HandoverSheet
from cases.handover.policies import HandoverPermission
from cases.handover.states import OPEN_STATES, HandoverState
from cases.models import Case, Consent
from cases.policies import CasePermission

TELL_BODY = "Einwilligung widerrufen, Zugriff von KIM beendet: bitte KIM bitten, eigene Aufzeichnungen zu löschen."
WITHDRAWN = "Die Familie hat ihre Einwilligung zur Übergabe widerrufen."


def route(actor: Actor, *, handover_id: UUID) -> Handover:
    """Offer a waiting handover to the desk that fits best, with the reasons; may run twice.

    Whoever comes second finds it routed, and the database holds each epoch to one offer.
    """
    authorise(actor, HandoverPermission.ROUTE)
    with transaction():
        handover = queries.locked(handover_id)
        if handover.state is not HandoverState.ROUTING:
            return handover
        case = session().get_one(Case, handover.case_id)
        found = proposals.for_handover(case, handover)
        stored = records.get(HandoverSheet, handover.id, reader=case.organisation_id)
        stored.sheet.routing_reasons = list(found.reasons)
        records.save(stored.sheet, record_id=handover.id, scope=case.scope, expected=stored.version)
        if found.desk_id is None:
            steps.enter(actor, handover, HandoverState.UNROUTED)
            steps.note(actor, handover, Action.CHANGED, {"state": handover.state.value})
            steps.tell(actor, handover, "Keine KIM-Stelle passt: bitte eine Stelle wählen oder zurückziehen.")
        else:
            steps.offer(actor, handover, steps.receiving_desk(found.desk_id))
    return handover


def heed_withdrawal(actor: Actor, consent: Consent) -> None:
    """Stop what a withdrawn consent carried: offers end, and a body that accepted the case loses it with its keys."""
    authorise(actor, CasePermission.MANAGE_CONSENTS, session().get_one(Case, consent.case_id))
    with access.changing_access(consent.case_id):
        query = select(Handover.id).where(Handover.case_id == consent.case_id, Handover.state.in_(OPEN_STATES))
        for handover_id in session().scalars(query).all():
            handover = queries.locked(handover_id)
            covered = queries.recipients(queries.consents_for(consent.case_id, today=clock.today()))
            if covered is None:
                continue
            if handover.manager_id is None:
                _end_uncovered(actor, handover, covered)
            else:
                _take_uncovered(actor, handover, covered)


def finish_keys(actor: Actor) -> int:
    """Finish what changes of keys left behind in the actor's cases, for a sweep; answers how many there were."""
    authorise(actor, HandoverPermission.ROUTE)
    pending = keys.unfinished(actor.organisation_id)
    for case_id in pending:
        keys.follow(case_id)
    return len(pending)


def _end_uncovered(actor: Actor, handover: Handover, covered: frozenset[UUID]) -> None:
    """End a handover that nobody has accepted, unless another consent still names the body it is offered to."""
    offered_to = handover.desk.organisation_id if handover.desk else None
    if covered and (handover.state is not HandoverState.OFFERED or offered_to in covered):
        return
    access.end(actor, handover, WITHDRAWN)


def _take_uncovered(actor: Actor, handover: Handover, covered: frozenset[UUID]) -> None:
    """Take back an offer to hand on that is not covered; take the case itself when the body that has it is not.

    Advisor and lead are told, as the body must be asked to erase what it wrote down elsewhere (Art. 19 GDPR).
    """
    if handover.state is HandoverState.OFFERED and handover.desk and handover.desk.organisation_id not in covered:
        steps.take_back_preview(handover)
        steps.enter(actor, handover, HandoverState.ACCEPTED, text=WITHDRAWN, shown=HandoverState.WITHDRAWN)
        steps.back_to_holder(handover)
    holding = steps.holding_desk(handover)
    if holding is None or holding.organisation_id in covered:
        return
    access.end(actor, handover, WITHDRAWN)
    steps.tell(actor, handover, TELL_BODY)
    for lead in people.people(handover.organisation_id, Role.LEAD):
        steps.tell(actor, handover, WITHDRAWN, assigned_to=lead.id)
