"""An interpreter asked for one talk at one time; a talk that moves or changes hands is asked for anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from scheduling.resource_kinds import Answer


class InterpreterAsk(Model):
    """One question to one interpreter; of the link to it only the hash of its token is kept."""

    __tablename__ = "interpreter_ask"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    interpreter_id: Mapped[UUID] = mapped_column(ForeignKey("interpreter.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    answer: Mapped[Answer] = choice(Answer, default=Answer.ASKED)
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
