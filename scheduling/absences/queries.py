"""Absences as pages show them: those of the whole office, and one's own."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, authorise
from scheduling.absences.policies import AbsencePermission
from scheduling.models import Absence, Availability
from scheduling.policies import SchedulingPermission
from scheduling.resource_kinds import AbsenceSource


def absences_of(organisation_id: UUID, *, resource_id: UUID | None = None) -> list[Absence]:
    """What is not over yet, by time; of one resource if it is named. Walk-ins' times are not absences."""
    query = select(Absence).where(
        Absence.organisation_id == organisation_id, Absence.ends_at > clock.now(), Absence.walk_in_id.is_(None)
    )
    if resource_id is not None:
        query = query.where(Absence.resource_id == resource_id)
    return list(session().scalars(query.order_by(Absence.starts_at, Absence.id)))


def own_hours(actor: Actor) -> list[Availability]:
    """One's own weekly rules that still hold, by weekday and time; raises NotPermitted."""
    authorise(actor, AbsencePermission.KEEP_OWN)
    query = select(Availability).where(
        Availability.organisation_id == actor.organisation_id, Availability.resource_id == actor.user_id
    )
    rows = session().scalars(query.order_by(Availability.weekday, Availability.starts_minute))
    return [row for row in rows if row.valid_until is None or row.valid_until >= clock.today()]


def get_absence(actor: Actor, absence_id: UUID) -> Absence:
    """An absence that was entered in the own office; raises NotPermitted or NotFound."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    return _entered(actor, absence_id)


def get_own_absence(actor: Actor, absence_id: UUID) -> Absence:
    """An absence that was entered for oneself; raises NotPermitted or NotFound."""
    authorise(actor, AbsencePermission.KEEP_OWN)
    found = _entered(actor, absence_id)
    if found.resource_id is None or found.resource_id != actor.user_id:
        raise NotFound("absence")
    return found


def _entered(actor: Actor, absence_id: UUID) -> Absence:
    found = session().get(Absence, absence_id, populate_existing=True)
    if found is None or found.organisation_id != actor.organisation_id or found.walk_in_id is not None:
        raise NotFound("absence")
    if found.source is not AbsenceSource.ENTERED:
        raise NotFound("absence")
    return found
