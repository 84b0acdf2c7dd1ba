"""What the officer's log has to ask the case files: which cases are a house's, and who reads those of others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, distinct, exists, func, or_, select

from app.data.audit import Action, AuditEntry
from app.data.database import session
from cases.models import Case, CaseAccess


def cases_of(organisation_id: UUID) -> Select[UUID]:
    """The ids of a house's cases."""
    return select(Case.id).where(Case.organisation_id == organisation_id)


def foreign_reads(organisation_id: UUID, since: datetime) -> dict[UUID, int]:
    """By person of the house: how many of its cases they read whose advisor or deputy they are not."""
    shared = exists().where(and_(CaseAccess.case_id == Case.id, CaseAccess.user_id == AuditEntry.actor_id))
    query = (
        select(AuditEntry.actor_id, func.count(distinct(AuditEntry.case_id)))
        .join(Case, Case.id == AuditEntry.case_id)
        .where(
            AuditEntry.organisation_id == organisation_id,
            AuditEntry.at >= since,
            AuditEntry.action == Action.READ,
            AuditEntry.actor_id.is_not(None),
            or_(Case.advisor_id.is_(None), Case.advisor_id != AuditEntry.actor_id),
            ~shared,
        )
        .group_by(AuditEntry.actor_id)
    )
    return {person_id: count for person_id, count in session().execute(query) if person_id is not None}
