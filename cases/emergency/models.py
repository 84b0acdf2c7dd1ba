"""One row an emergency access: who opened which case, until when, and what the review came to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from cases.emergency.kinds import EmergencyReason, Verdict


class EmergencyAccess(Model):
    """Somebody who opened a colleague's case without being asked in; the words lie sealed in `EmergencyText`."""

    __tablename__ = "emergency_access"
    __table_args__ = (Index(None, "organisation_id", "verdict"), Index(None, "case_id"))

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[EmergencyReason] = choice(EmergencyReason)
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    verdict: Mapped[Verdict] = choice(Verdict, default=Verdict.OPEN)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
