"""Ending invitations that ran out: the row with its hash, and the sealed link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased

from app.data.database import session
from app.data.records import SealedRecord
from scheduling.models import Appointment, Invitation, InvitationSheet


def drop_expired_invitations(before: datetime) -> int:
    """Delete links that ended before an instant and lead to no talk after it, in the open transaction."""
    talk = aliased(Appointment)
    over = select(Invitation.id).join(talk, talk.id == Invitation.appointment_id, isouter=True)
    over = over.where(
        or_(Invitation.expires_at < before, Invitation.revoked_at < before),
        or_(talk.id.is_(None), talk.ends_at < before),
    )
    ids = list(session().scalars(over))
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        of_these = (SealedRecord.kind == InvitationSheet.KIND, SealedRecord.record_id.in_(some))
        session().execute(delete(SealedRecord).where(*of_these))
        session().execute(delete(Invitation).where(Invitation.id.in_(some)))
    return len(ids)
