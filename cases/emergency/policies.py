"""Who reviews an emergency access; who may take one stands with the other permissions of a case."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role


class EmergencyPermission(Permission):
    """What can be done with emergency accesses; the subject is an EmergencyAccess, or nothing for the list."""

    LIST = "emergency.list"
    REVIEW = "emergency.review"


def leads_a_ki(actor: Actor, _: Any) -> bool:
    """The lead of a KI."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.LEAD)


def reviews(actor: Actor, access: Any) -> bool:
    """The lead of the KI it happened in, never whoever took the access."""
    if not leads_a_ki(actor, None) or access.organisation_id != actor.organisation_id:
        return False
    return bool(access.user_id != actor.user_id)


TABLE: dict[Permission, Predicate] = {
    EmergencyPermission.LIST: leads_a_ki,
    EmergencyPermission.REVIEW: reviews,
}
