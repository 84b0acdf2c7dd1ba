"""Who sees to the rights of a family: those who counsel it, and the lead of its KI."""

from __future__ import annotations

from app.policies import Actor, Permission, Predicate
from cases.models import Case
from cases.policies import counsels, keeps_restricted


class RightsPermission(Permission):
    """What can be done about rights; the subject is the Case."""

    MANAGE = "rights.manage"


def answers_for(actor: Actor, case: Case) -> bool:
    """Those who counsel; a restricted case keeps its rights, so that they answer there, too (Art. 18 (2) GDPR)."""
    return counsels(actor, case) or keeps_restricted(actor, case)


TABLE: dict[Permission, Predicate] = {RightsPermission.MANAGE: answers_for}
