"""Who sees what falls due, and who decides about it: never the system (Art. 22 GDPR)."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role
from cases.models import Case
from cases.policies import belongs_to_own_ki, counsels, keeps_restricted


class RetentionPermission(Permission):
    """What can be done about keeping; the subject is the Case, or nothing for the pages of a whole KI."""

    SEE = "retention.see"
    LIST_CASES = "retention.list_cases"
    READ = "retention.read"
    DECIDE = "retention.decide"


def leads_a_ki(actor: Actor, _: Any) -> bool:
    """The lead of a KI."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.LEAD)


def leads_or_protects(actor: Actor, _: Any) -> bool:
    """The lead, and the data-protection officer, who sees rules, counts and receipts and no name."""
    return leads_a_ki(actor, None) or actor.has(Role.DATA_PROTECTION_OFFICER)


def leads_case(actor: Actor, case: Case) -> bool:
    """A person who leads the KI the case belongs to, restricted or not."""
    return actor.user_id is not None and leads_a_ki(actor, None) and belongs_to_own_ki(actor, case)


def keeps_case(actor: Actor, case: Case) -> bool:
    """Those who counsel the case, and of a restricted one those who keep it."""
    return counsels(actor, case) or keeps_restricted(actor, case)


TABLE: dict[Permission, Predicate] = {
    RetentionPermission.SEE: leads_or_protects,
    RetentionPermission.LIST_CASES: leads_a_ki,
    RetentionPermission.READ: keeps_case,
    RetentionPermission.DECIDE: leads_case,
}
