"""What the trail holds, for tests that ask whether somebody's act is in it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.data.audit import Action, AuditEntry
from app.data.database import session


def entries(*, kind: str | None = None, subject: UUID | None = None, action: Action | None = None) -> list[AuditEntry]:
    """The entries about this kind of thing, about this one, of this action, in their order."""
    found = session().scalars(select(AuditEntry).order_by(AuditEntry.seq))
    return [
        entry
        for entry in found
        if kind in (None, entry.subject_kind) and subject in (None, entry.subject_id) and action in (None, entry.action)
    ]
