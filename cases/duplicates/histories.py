"""Which cases a case's history is made of: itself, and all that went into it and were not taken back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.data.database import session
from cases.models import Case


def merged_into(case_id: UUID) -> list[UUID]:
    """The ids of the cases that went into this one, those that went into them included."""
    found: list[UUID] = []
    waiting = [case_id]
    while waiting:
        query = select(Case.id).where(Case.merged_into_id.in_(waiting))
        waiting = [one for one in session().scalars(query) if one not in found]
        found += waiting
    return found
