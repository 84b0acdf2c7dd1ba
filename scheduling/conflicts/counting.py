"""How many appointments do not fit, for the navigation: counted beside the pages, each minute and after changes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ScalarSelect, SQLColumnExpression, select
from sqlalchemy.exc import IntegrityError

from app.accounts.queries import organisations
from app.data.database import session, transaction
from app.policies import OrganisationKind
from scheduling.conflicts.models import ConflictCount
from scheduling.conflicts.queries import situation_of


def for_navigation(organisation_id: SQLColumnExpression[UUID]) -> ScalarSelect[int]:
    """The number at the last count, none while nobody counted."""
    return select(ConflictCount.number).where(ConflictCount.organisation_id == organisation_id).scalar_subquery()


def count_all() -> int:
    """Count at every office; answers how many conflicts there are."""
    return sum(recount(office.id) for office in organisations(OrganisationKind.KI))


def recount(organisation_id: UUID) -> int:
    """Count now, as after a change; answers how many there are."""
    return keep(organisation_id, len(situation_of(organisation_id).conflicts))


def keep(organisation_id: UUID, found: int) -> int:
    """Keep a number that somebody has just counted."""
    row = session().get(ConflictCount, organisation_id)
    if row is not None and row.number == found:
        return found
    with transaction() as current:
        row = current.get(ConflictCount, organisation_id)
        if row is not None:
            row.number = found
            return found
        try:
            with current.begin_nested():
                current.add(ConflictCount(organisation_id=organisation_id, number=found))
        except IntegrityError:
            return found  # somebody else counted for the first time just now, and knows as much
    return found
