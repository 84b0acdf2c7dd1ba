"""Who sees to the rights of a family: those who counsel it, and the lead of its KI."""

from __future__ import annotations

from app.policies import Permission, Predicate
from cases.policies import counsels


class RightsPermission(Permission):
    """What can be done about rights; the subject is the Case."""

    MANAGE = "rights.manage"


TABLE: dict[Permission, Predicate] = {RightsPermission.MANAGE: counsels}
