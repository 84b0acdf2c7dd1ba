"""Entering who is away when, and taking it back; appointments that stand already are never touched by it.

No reason is asked for and none is kept: whether somebody is ill or on holiday is nobody's to read here.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Invalid
from app.policies import Actor, authorise
from scheduling.absences.policies import AbsencePermission
from scheduling.absences.queries import get_absence, get_own_absence
from scheduling.models import Absence
from scheduling.policies import SchedulingPermission
from scheduling.resources.queries import get_pool
from scheduling.waiting import bell


def add_absence(actor: Actor, *, resource_id: UUID | None, starts_at: datetime, ends_at: datetime) -> Absence:
    """Away from one instant to another; no resource closes the office. Free times vanish at once."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    if resource_id is not None and not any(each.id == resource_id for each in get_pool(actor).bookable):
        raise Invalid("resource", "unknown")
    return _add(actor, resource_id, starts_at, ends_at)


def add_own_absence(actor: Actor, *, starts_at: datetime, ends_at: datetime) -> Absence:
    """Being away oneself."""
    authorise(actor, AbsencePermission.KEEP_OWN)
    return _add(actor, actor.user_id, starts_at, ends_at)


def remove_absence(actor: Actor, *, absence_id: UUID) -> None:
    """Somebody is back earlier, or the office opens after all."""
    absence = get_absence(actor, absence_id)
    _remove(actor, absence)


def remove_own_absence(actor: Actor, *, absence_id: UUID) -> None:
    """Being there after all."""
    absence = get_own_absence(actor, absence_id)
    _remove(actor, absence)


def _add(actor: Actor, resource_id: UUID | None, starts_at: datetime, ends_at: datetime) -> Absence:
    if ends_at <= starts_at:
        raise Invalid("last", "before_first")
    with transaction() as current:
        absence = Absence(
            id=new_id(),
            organisation_id=actor.organisation_id,
            resource_id=resource_id,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        current.add(absence)
        _note(actor, Action.CREATED, absence.id)
    return absence


def _remove(actor: Actor, absence: Absence) -> None:
    absence_id = absence.id
    with transaction():
        session().delete(absence)
        _note(actor, Action.DELETED, absence_id)
        bell.freed(actor.organisation_id)


def _note(actor: Actor, action: Action, absence_id: UUID) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="absence",
        subject_id=absence_id,
    )
