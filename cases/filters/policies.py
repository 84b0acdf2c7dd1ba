"""Who may change a kept filter: its owner, and the lead of the house where it is shared."""

from __future__ import annotations

from app.policies import Actor, Permission, Predicate, Role
from cases.filters.models import SavedFilter
from cases.policies import works_with_cases


class FilterPermission(Permission):
    """What can be done with a kept filter; the subject is the SavedFilter."""

    USE = "filter.use"
    CHANGE = "filter.change"


def may_use(actor: Actor, kept: SavedFilter) -> bool:
    """The owner, and everybody of the house where it is shared."""
    if not works_with_cases(actor, None) or kept.organisation_id != actor.organisation_id:
        return False
    return kept.is_shared or kept.owner_id == actor.user_id


def may_change(actor: Actor, kept: SavedFilter) -> bool:
    """The owner, and a lead where it is shared."""
    leads = kept.is_shared and actor.has(Role.LEAD, Role.KIM_LEAD)
    return may_use(actor, kept) and (leads or kept.owner_id == actor.user_id)


TABLE: dict[Permission, Predicate] = {FilterPermission.USE: may_use, FilterPermission.CHANGE: may_change}
