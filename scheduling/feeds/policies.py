"""Who may subscribe to a calendar: advisors to their own, and those who run the office for interpreters."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role
from scheduling.policies import runs_the_office


class FeedPermission(Permission):
    """What can be done with calendars outside this application."""

    OWN = "calendar.own"
    INTERPRETERS = "calendar.interpreters"
    SEND = "calendar.send"


def counsels_here(actor: Actor, subject: Any) -> bool:
    """An advisor of a KI, for the own talks."""
    return actor.organisation_kind is OrganisationKind.KI and actor.user_id is not None and actor.has(Role.ADVISOR)


def acts_for_the_office(actor: Actor, subject: Any) -> bool:
    """The system of a KI, which sends the invitations."""
    return actor.is_system and actor.organisation_kind is OrganisationKind.KI


TABLE: dict[Permission, Predicate] = {
    FeedPermission.OWN: counsels_here,
    FeedPermission.INTERPRETERS: runs_the_office,
    FeedPermission.SEND: acts_for_the_office,
}
