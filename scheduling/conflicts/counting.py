"""How many appointments do not fit, for the navigation: counted anew once a minute in each process, never stored."""

from __future__ import annotations

import time
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EinstiegError
from app.web.actors import actor_or_none
from scheduling.conflicts.queries import situation_of

SECONDS = 60.0
EXTENSION = "conflict_counts"


def count(organisation_id: UUID) -> int:
    """How many there were at the last count; counts when that is a minute ago."""
    known = _counts().get(organisation_id)
    if known is None or time.monotonic() - known[1] > SECONDS:
        return recount(organisation_id)
    return known[0]


def recount(organisation_id: UUID) -> int:
    """Count now, after something changed."""
    return remember(organisation_id, len(situation_of(organisation_id).conflicts))


def remember(organisation_id: UUID, found: int) -> int:
    """Keep a count that somebody has just made."""
    _counts()[organisation_id] = (found, time.monotonic())
    return found


def for_navigation() -> int:
    """The count for whoever is signed in; a page must not fail for its navigation's sake."""
    actor = actor_or_none()
    if actor is None:
        return 0
    try:
        return count(actor.organisation_id)
    except (SQLAlchemyError, EinstiegError):
        return 0


def _counts() -> dict[UUID, tuple[int, float]]:
    counts: dict[UUID, tuple[int, float]] = current_app.extensions.setdefault(EXTENSION, {})
    return counts
