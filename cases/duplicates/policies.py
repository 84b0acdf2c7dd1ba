"""Who may look for duplicates among the cases of a house, and who decides that two are one."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role
from cases.models import Case
from cases.policies import counsels


class DuplicatePermission(Permission):
    """What can be done about duplicates; the subject of MERGE is each of the two cases."""

    LIST = "duplicate.list"
    MERGE = "duplicate.merge"


def counsels_at_a_ki(actor: Actor, _: Any) -> bool:
    """Advisors and lead of a KI."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.ADVISOR, Role.LEAD)


def may_merge(actor: Actor, case: Case) -> bool:
    """The lead, or an advisor who may change this case: asked for both cases of a merge."""
    return counsels_at_a_ki(actor, None) and counsels(actor, case)


TABLE: dict[Permission, Predicate] = {
    DuplicatePermission.LIST: counsels_at_a_ki,
    DuplicatePermission.MERGE: may_merge,
}
