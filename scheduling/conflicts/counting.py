"""How many appointments do not fit, for the navigation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.errors import EinstiegError
from app.web import counts
from app.web.actors import actor_or_none
from scheduling.conflicts.queries import situation_of

NAME = "conflicts"


def for_navigation() -> int:
    """The count for whoever is signed in; a page must not fail for its navigation's sake."""
    actor = actor_or_none()
    if actor is None:
        return 0
    owner = actor.organisation_id
    try:
        return counts.known(NAME, owner, lambda: _found(owner))
    except (SQLAlchemyError, EinstiegError):
        return 0


def recount(organisation_id: UUID) -> int:
    """Count now, after something changed."""
    return remember(organisation_id, _found(organisation_id))


def remember(organisation_id: UUID, found: int) -> int:
    """Keep a count that somebody has just made."""
    return counts.remember(NAME, organisation_id, found)


def _found(organisation_id: UUID) -> int:
    return len(situation_of(organisation_id).conflicts)
