"""Who may ask for a handover, answer one, pass it on, and keep the desks."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, Permission, Predicate, Role
from cases.handover.models import Desk, Handover
from cases.handover.states import HandoverState
from cases.policies import counsels, is_kim_staff, manages, reads_content


class HandoverPermission(Permission):
    """What can be done with handovers; the subject is the Case, the Handover, a Desk, or nothing for lists."""

    READ = "handover.read"
    REQUEST = "handover.request"
    ROUTE = "handover.route"
    LIST_OFFERS = "handover.list_offers"
    ANSWER = "handover.answer"
    HAND_ON = "handover.hand_on"
    LIST_DESKS = "handover.list_desks"
    MANAGE_DESKS = "handover.manage_desks"


def answers(actor: Actor, handover: Handover) -> bool:
    """KIM staff of the body an offer lies with; one made to a person only that person and the body's lead."""
    if not is_kim_staff(actor, None) or handover.state is not HandoverState.OFFERED or handover.desk is None:
        return False
    if handover.desk.organisation_id != actor.organisation_id:
        return False
    return handover.offered_to_id in (None, actor.user_id) or actor.has(Role.KIM_LEAD)


def leads_desk(actor: Actor, desk: Desk | None) -> bool:
    """The KIM lead, for desks of the own body."""
    return actor.has(Role.KIM_LEAD) and (desk is None or desk.organisation_id == actor.organisation_id)


def routes(actor: Actor, _: Any) -> bool:
    """The system, which routes and mends; people choose a desk by name instead."""
    return actor.is_system


TABLE: dict[Permission, Predicate] = {
    HandoverPermission.READ: reads_content,
    HandoverPermission.REQUEST: counsels,
    HandoverPermission.ROUTE: routes,
    HandoverPermission.LIST_OFFERS: is_kim_staff,
    HandoverPermission.ANSWER: answers,
    HandoverPermission.HAND_ON: manages,
    HandoverPermission.LIST_DESKS: lambda actor, _: actor.has(Role.KIM_LEAD),
    HandoverPermission.MANAGE_DESKS: leads_desk,
}
