"""The outbox: every message to a family is a row here before anything is sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Sheet
from app.data.sheets import SheetClass
from app.messages.kinds import Channel, MessageState

__all__ = ["Channel", "DeliveryAttempt", "Leader", "Message", "MessagePayload", "MessageState", "Suppression"]


class Message(Model):
    """One message; to whom and what lies sealed in `MessagePayload`."""

    __tablename__ = "message"
    __table_args__ = (Index(None, "state", "next_try_at"), Index(None, "subject_id"))

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    subject_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = choice(Channel)
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    state: Mapped[MessageState] = choice(MessageState, default=MessageState.PLANNED)
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    rung_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(60), default="")


class DeliveryAttempt(Model):
    """Evidence of one try; rows are only added."""

    __tablename__ = "delivery_attempt"

    id: Mapped[UUID] = primary_key()
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    token: Mapped[int]
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(60))


class Suppression(Model):
    """An address that must not be written to: opted out, or known to bounce."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("address_token", "channel"),)

    id: Mapped[UUID] = primary_key()
    address_token: Mapped[bytes] = mapped_column(LargeBinary)
    channel: Mapped[Channel] = choice(Channel)
    reason: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class Leader(Model):
    """Who sweeps: one row a job, held by lease."""

    __tablename__ = "leader"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


class MessagePayload(Sheet):
    """To whom, in which language, and the text as it goes out."""

    KIND = "message.payload"
    CLASS = SheetClass.CORE

    address: str
    language: str
    subject: str = ""
    text: str = ""
    calendar: str = ""
