"""Who may look after the waiting list; for one family's entry the rights to its case decide in addition."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role
from scheduling.policies import is_counselling_staff


class WaitingPermission(Permission):
    """What can be done with the waiting list of one's own office."""

    LIST = "waiting.list"
    MARK_URGENT = "waiting.mark_urgent"
    FILL = "waiting.fill"


def decides_urgency(actor: Actor, subject: Any) -> bool:
    """Advisors and lead of a KI: whoever lets one family pass the others answers for it by name."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.ADVISOR, Role.LEAD)


def acts_for_the_office(actor: Actor, subject: Any) -> bool:
    """The system of a KI, which makes the offers."""
    return actor.is_system and actor.organisation_kind is OrganisationKind.KI


TABLE: dict[Permission, Predicate] = {
    WaitingPermission.LIST: is_counselling_staff,
    WaitingPermission.MARK_URGENT: decides_urgency,
    WaitingPermission.FILL: acts_for_the_office,
}
