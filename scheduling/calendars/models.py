"""Whose own calendar is read, and how that went; its address lies sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice
from app.data.database import Model
from app.data.records import Scope, Sheet
from app.data.sheets import SheetClass
from scheduling.resource_kinds import CalendarProblem, CalendarState


class OwnCalendar(Model):
    """One advisor's own calendar; `read_at` is when its content was last known, `unpacked_at` when repeats were."""

    __tablename__ = "own_calendar"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[CalendarState] = choice(CalendarState, default=CalendarState.WAITING)
    problem: Mapped[CalendarProblem | None] = choice(CalendarProblem)
    added_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    unpacked_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str] = mapped_column(String(200), default="")

    @property
    def scope(self) -> Scope:
        """Under whose key the address is sealed."""
        return Scope(self.organisation_id)


class OwnCalendarAddress(Sheet):
    """The address itself: whoever has it reads the whole calendar."""

    KIND = "calendar.address"
    CLASS = SheetClass.CORE

    address: str
