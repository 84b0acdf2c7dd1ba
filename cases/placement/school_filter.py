"""The case list's filter by school: children who are at one, were assigned to it, or are proposed there."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select

from cases.list_filters import SchoolFilter
from cases.placement.directory import DUESSELDORF
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement, School
from cases.placement.school_names import school_title
from cases.placement.school_types import SchoolType

STANDING = (
    PlacementState.PROPOSED,
    PlacementState.WITH_AUTHORITY,
    PlacementState.ASSIGNED,
    PlacementState.ADMITTED,
)
"""Attempts that were neither refused nor taken back."""


def at_school(school_id: UUID) -> Select[UUID]:
    """The ids of cases of which a child has to do with a school."""
    return select(Placement.case_id).where(Placement.school_id == school_id, Placement.state.in_(STANDING))


def _title(name: str, short_name: str) -> str:
    return school_title(name, short_name, "Düsseldorf")


FILTER = SchoolFilter(
    at_school=at_school,
    choices=select(School.id, School.school_type, School.name, School.short_name).where(
        School.municipality == DUESSELDORF
    ),
    label=_title,
    group=lambda code: SchoolType(code).label,
)
