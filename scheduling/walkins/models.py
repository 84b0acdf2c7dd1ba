"""Numbers of a day, which name nobody, and the screens that may give them out or show them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from scheduling.walkins.states import ScreenPurpose, WalkInState


class WalkIn(Model):
    """Somebody who came without an appointment: a number of one local day, never a name or a case."""

    __tablename__ = "walk_in"
    __table_args__ = (
        UniqueConstraint("organisation_id", "drawn_on", "number"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    drawn_on: Mapped[date]
    number: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[WalkInState] = choice(WalkInState)
    drawn_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    advisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))


class DeskScreen(Model):
    """A board or a kiosk that shows its page without anybody signed in; the row holds the hash of its token."""

    __tablename__ = "desk_screen"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    purpose: Mapped[ScreenPurpose] = choice(ScreenPurpose)
    place: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    revoked_at: Mapped[datetime | None]
