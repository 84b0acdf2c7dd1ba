"""Cases by the school a child is placed at or proposed for: what the search box asks this package."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select

from app.data.database import session
from app.policies import Actor
from cases.models import Case
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement, School
from cases.queries import visible_to

SHORTEST = 3
MOST_WORDS = 6
MOST = 60
OVER = (PlacementState.REFUSED, PlacementState.WITHDRAWN)


def cases_at_school(actor: Actor, text: str) -> list[UUID]:
    """Cases `actor` may know of with a child at, or on the way to, a school in whose name each word stands."""
    words = text.split()[:MOST_WORDS]
    if not words or max(map(len, words)) < SHORTEST:
        return []
    schools = select(School.id)
    for word in words:
        names = (School.name, School.short_name)
        schools = schools.where(or_(*(column.icontains(word, autoescape=True) for column in names)))
    school_ids = session().scalars(schools.limit(MOST)).all()
    if not school_ids:
        return []
    query = select(Placement.case_id).join(Case, Case.id == Placement.case_id)
    query = query.where(Placement.school_id.in_(school_ids), Placement.state.not_in(OVER), visible_to(actor))
    return list(session().scalars(query.order_by(Placement.case_id.desc()).distinct().limit(MOST)))
