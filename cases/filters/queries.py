"""The filters somebody may use: their own and those of the house, by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Select, String, and_, case, cast, or_, select

from app.data import records
from app.data.database import session
from app.data.records import Stored
from app.errors import NotFound
from app.policies import Actor, Permission, permits
from cases.filters.models import FilterDefault, SavedFilter, SavedFilterName
from cases.filters.policies import FilterPermission

Settings = Mapping[str, str]
SHARED, DEFAULT = "s", "d"
_DECODER = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True, repr=False)
class KeptFilter:
    """A kept filter as pages show it; `settings` are the arguments of the list's address."""

    filter_id: UUID
    owner_id: UUID
    name: str
    settings: Settings
    is_shared: bool
    is_own: bool
    is_default: bool
    may_change: bool


@dataclass(frozen=True, slots=True, repr=False)
class FilterRow:
    """A kept filter before its name is opened."""

    id: UUID
    organisation_id: UUID
    owner_id: UUID
    settings: Settings
    is_shared: bool
    is_default: bool


def get_filter(actor: Actor, filter_id: UUID, permission: Permission) -> SavedFilter:
    """A kept filter, if the actor holds `permission` on it; raises NotFound otherwise, as if it were not there."""
    kept = session().get(SavedFilter, filter_id)
    if kept is None or not permits(actor, permission, kept):
        raise NotFound("filter")
    return kept


def filters_for(actor: Actor) -> list[KeptFilter]:
    """What the actor may use, own ones first."""
    rows = rows_for(actor)
    names = records.find_many(SavedFilterName, [row.id for row in rows], reader=actor.organisation_id)
    return named(actor, rows, names)


def rows_for(actor: Actor) -> list[FilterRow]:
    """What the actor may use, before names are opened."""
    return [row_of(actor, *row) for row in session().execute(texts_for(actor))]


def texts_for(actor: Actor) -> Select[UUID, str, str, str]:
    """The same as ids and texts, to be asked together with other short lists and read by `row_of`."""
    is_default = and_(FilterDefault.filter_id == SavedFilter.id, FilterDefault.user_id == actor.user_id)
    marks = case((SavedFilter.is_shared.is_(True), SHARED), else_="").concat(
        case((FilterDefault.user_id.is_not(None), DEFAULT), else_="")
    )
    return (
        select(SavedFilter.id, SavedFilter.settings, cast(SavedFilter.owner_id, String), marks)
        .outerjoin(FilterDefault, is_default)
        .where(
            SavedFilter.organisation_id == actor.organisation_id,
            or_(SavedFilter.owner_id == actor.user_id, SavedFilter.is_shared.is_(True)),
        )
    )


def row_of(actor: Actor, filter_id: UUID, settings: str, owner_id: str, marks: str) -> FilterRow:
    """A row of `texts_for`."""
    return FilterRow(
        filter_id, actor.organisation_id, UUID(owner_id), _DECODER.decode(settings), SHARED in marks, DEFAULT in marks
    )


def named(actor: Actor, rows: Collection[FilterRow], names: Mapping[UUID, Stored[SavedFilterName]]) -> list[KeptFilter]:
    """The filters with their opened names, own ones first, then by name."""
    kept = [
        KeptFilter(
            filter_id=row.id,
            owner_id=row.owner_id,
            name=names[row.id].sheet.name,
            settings=row.settings,
            is_shared=row.is_shared,
            is_own=row.owner_id == actor.user_id,
            is_default=row.is_default,
            may_change=permits(actor, FilterPermission.CHANGE, row),
        )
        for row in rows
        if row.id in names and permits(actor, FilterPermission.USE, row)
    ]
    return sorted(kept, key=lambda one: (not one.is_own, one.name.casefold()))


def default_settings(actor: Actor) -> Settings | None:
    """What the actor's list begins with; None without a default, or when the filter is no longer theirs to use."""
    query = (
        select(SavedFilter)
        .join(FilterDefault, FilterDefault.filter_id == SavedFilter.id)
        .where(FilterDefault.user_id == actor.user_id)
    )
    kept = session().scalar(query)
    if kept is None or not permits(actor, FilterPermission.USE, kept):
        return None
    return _DECODER.decode(kept.settings)
