"""Who may enter an own absence and an own calendar; everybody else's are the lead's (`SchedulingPermission`)."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role


class AbsencePermission(Permission):
    """What people may say about their own time."""

    KEEP_OWN = "absence.keep_own"


def is_advisor(actor: Actor, subject: Any) -> bool:
    """Whoever counsels at a KI, and can therefore be booked."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.ADVISOR)


TABLE: dict[Permission, Predicate] = {AbsencePermission.KEEP_OWN: is_advisor}
