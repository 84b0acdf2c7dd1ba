"""The request from the open page, beside its draft case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from scheduling.requests.states import DeclineReason, RequestStage


class BookingRequest(Model):
    """A request from the open page; what the family said lies sealed with its draft case.

    Of the code only a keyed hash is kept, and of the contact it went to.
    """

    __tablename__ = "booking_request"
    __table_args__ = (Index(None, "organisation_id", "state"), Index(None, "contact_token"))

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), unique=True)
    state: Mapped[RequestStage] = choice(RequestStage, default=RequestStage.TYPING)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    contact_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    codes_sent: Mapped[int] = mapped_column(default=0)
    proof: Mapped[str | None] = mapped_column(String(64), unique=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decline_reason: Mapped[DeclineReason | None] = choice(DeclineReason, nullable=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
