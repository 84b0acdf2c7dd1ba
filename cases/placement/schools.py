"""Selects over the school directory: lists for staff, one school, and what the options need of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, authorise
from cases.models import Case
from cases.placement.directory import DUESSELDORF
from cases.placement.distance import Point, postcode_centroids
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement, School
from cases.placement.options import SchoolFacts
from cases.placement.policies import PlacementPermission
from cases.placement.school_types import SchoolType
from cases.queries import visible_to


def find_schools(
    actor: Actor, *, text: str = "", type_: SchoolType | None = None, everywhere: bool = False
) -> Sequence[School]:
    """Active schools by name: of Düsseldorf, or of every town the directory holds.

    Each word of `text` has to stand in name, street, town, postcode or number.
    """
    authorise(actor, PlacementPermission.SEE_SCHOOLS)
    query = select(School).where(School.is_active.is_(True)).order_by(School.town, School.short_name, School.number)
    if not everywhere:
        query = query.where(School.municipality == DUESSELDORF)
    if type_ is not None:
        query = query.where(School.school_type == type_.value)
    for word in text.split()[:6]:
        like = f"%{_escaped(word)}%"
        columns = (School.name, School.short_name, School.street, School.town, School.postcode, School.number)
        query = query.where(or_(*(column.ilike(like, escape="\\") for column in columns)))
    return session().scalars(query).all()


def get_school(actor: Actor, number: str) -> School:
    """The school of an official number; raises NotFound."""
    authorise(actor, PlacementPermission.SEE_SCHOOLS)
    school = session().scalar(select(School).where(School.number == number))
    if school is None:
        raise NotFound("school")
    return school


def school_types_in_use() -> list[SchoolType]:
    """The school forms of the active schools, in the order of their codes."""
    query = select(School.school_type).where(School.is_active.is_(True)).distinct().order_by(School.school_type)
    return [SchoolType(code) for code in session().scalars(query)]


def last_import() -> datetime | None:
    """When the directory last changed here; None while no school is known."""
    return session().scalar(select(func.max(School.imported_at)))


def attempts_at(actor: Actor, school: School) -> Mapping[PlacementState, int]:
    """How many attempts of the cases this actor may find stand where at a school; counts, no names."""
    query = (
        select(Placement.state, func.count())
        .join(Case, Case.id == Placement.case_id)
        .where(Placement.school_id == school.id, visible_to(actor))
        .group_by(Placement.state)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def schools_of_town() -> list[School]:
    """Every school of Düsseldorf, closed ones as well, so that the options can say why one is missing."""
    return list(session().scalars(select(School).where(School.municipality == DUESSELDORF).order_by(School.number)))


def facts_of(school: School, on: date) -> SchoolFacts:
    """What the options need of a school on a day."""
    return SchoolFacts(
        number=school.number,
        name=school.title,
        type=school.type,
        point=school.point,
        denomination=school.kind_of_faith,
        is_open=school.is_open(on),
        is_private=school.is_private,
    )


def centroids() -> Mapping[str, Point]:
    """The centre of each postcode, as far as schools lie there."""
    query = select(School.postcode, School.easting, School.northing).where(School.easting.is_not(None))
    return postcode_centroids((code, Point(east or 0, north or 0)) for code, east, north in session().execute(query))


def schools_by_id(ids: Sequence[UUID]) -> dict[UUID, School]:
    """These schools by id."""
    return {school.id: school for school in session().scalars(select(School).where(School.id.in_(ids)))}


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
