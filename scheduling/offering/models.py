"""What an office changed about a kind of appointment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from scheduling.offering.settings import BookingAccess, PaperRule
from scheduling.states import AppointmentKind


class KindChoice(Model):
    """One office's settings of one kind; without a row the defaults hold. Nothing in it is about a person."""

    __tablename__ = "kind_setting"
    __table_args__ = (
        UniqueConstraint("organisation_id", "kind"),
        CheckConstraint("minutes > 0 AND minutes_interpreted > 0 AND step_minutes > 0", name="lengths"),
        CheckConstraint("buffer_before >= 0 AND buffer_after >= 0 AND lead_minutes >= 0", name="margins"),
        CheckConstraint("horizon_days > 0 AND capacity > 0", name="limits"),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[AppointmentKind] = choice(AppointmentKind)
    minutes: Mapped[int]
    minutes_interpreted: Mapped[int]
    buffer_before: Mapped[int]
    buffer_after: Mapped[int]
    lead_minutes: Mapped[int]
    horizon_days: Mapped[int]
    step_minutes: Mapped[int]
    capacity: Mapped[int]
    questions: Mapped[list[str]] = mapped_column(JSON)
    papers: Mapped[PaperRule] = choice(PaperRule)
    papers_listed: Mapped[list[str]] = mapped_column(JSON)
    access: Mapped[BookingAccess] = choice(BookingAccess)
    modes: Mapped[list[str]] = mapped_column(JSON)
    needs_room: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
