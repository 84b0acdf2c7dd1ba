"""Keeping filters of the case list: for oneself or the house, renamed, removed, or as what the list begins with."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import transaction
from app.errors import Invalid
from app.policies import Actor, authorise
from cases.filters.models import FilterDefault, SavedFilter, SavedFilterName
from cases.filters.policies import FilterPermission
from cases.filters.queries import get_filter
from cases.policies import CasePermission

MOST = 40
"""How many filters one person keeps; more would be no help to find any."""


def keep_filter(actor: Actor, *, name: str, settings: Mapping[str, str], is_shared: bool = False) -> UUID:
    """Keep a filter under a name; raises Invalid for no name, or too many filters."""
    authorise(actor, CasePermission.LIST)
    if actor.user_id is None or not name:
        raise Invalid("name", "required")
    with transaction() as current:
        present = select(func.count()).select_from(SavedFilter).where(SavedFilter.owner_id == actor.user_id)
        if (current.scalar(present) or 0) >= MOST:
            raise Invalid("name", "too_many")
        kept = SavedFilter(
            id=new_id(),
            organisation_id=actor.organisation_id,
            owner_id=actor.user_id,
            is_shared=is_shared,
            settings=msgspec.json.encode(dict(settings), order="sorted").decode(),
            created_at=clock.now(),
        )
        current.add(kept)
        current.flush()
        records.create(SavedFilterName(name=name), record_id=kept.id, scope=kept.scope)
        _note(actor, kept, Action.CREATED)
    return kept.id


def change_filter(actor: Actor, *, filter_id: UUID, name: str, is_shared: bool) -> None:
    """Give a filter another name, share it or take it back; raises Invalid without a name."""
    kept = get_filter(actor, filter_id, FilterPermission.CHANGE)
    if not name:
        raise Invalid("name", "required")
    with transaction():
        kept.is_shared = is_shared
        records.put(SavedFilterName(name=name), record_id=kept.id, scope=kept.scope)
        _note(actor, kept, Action.CHANGED)


def remove_filter(actor: Actor, *, filter_id: UUID) -> None:
    """Forget a filter; lists that began with it begin as they did before."""
    kept = get_filter(actor, filter_id, FilterPermission.CHANGE)
    with transaction() as current:
        records.remove(SavedFilterName, kept.id)
        current.execute(delete(FilterDefault).where(FilterDefault.filter_id == kept.id))
        current.delete(kept)
        _note(actor, kept, Action.DELETED)


def begin_with(actor: Actor, *, filter_id: UUID) -> None:
    """Let the actor's list begin with this filter from now on."""
    kept = get_filter(actor, filter_id, FilterPermission.USE)
    if actor.user_id is None:
        raise Invalid("user", "required")
    with transaction() as current:
        chosen = current.get(FilterDefault, actor.user_id)
        if chosen is None:
            current.add(FilterDefault(user_id=actor.user_id, filter_id=kept.id))
        else:
            chosen.filter_id = kept.id


def begin_plainly(actor: Actor) -> None:
    """Let the actor's list begin without a filter."""
    authorise(actor, CasePermission.LIST)
    with transaction() as current:
        current.execute(delete(FilterDefault).where(FilterDefault.user_id == actor.user_id))


def _note(actor: Actor, kept: SavedFilter, action: Action) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="saved_filter",
        subject_id=kept.id,
        facts={"shared": int(kept.is_shared)},
    )
