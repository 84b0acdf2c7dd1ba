"""The register of what families ask for under Art. 15 to 21 GDPR; what they said lies sealed in `RequestSheet`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from cases.rights.kinds import RequestState, RightKind


class RightsRequest(Model):
    """One request with the day by which it must be answered (Art. 12 (3) GDPR)."""

    __tablename__ = "rights_request"
    __table_args__ = (Index(None, "case_id", "state"),)

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    kind: Mapped[RightKind] = choice(RightKind)
    state: Mapped[RequestState] = choice(RequestState, default=RequestState.OPEN)
    received_on: Mapped[date]
    due_on: Mapped[date]
    extended_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    answered_by: Mapped[UUID | None]
    task_id: Mapped[UUID | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
