"""KIM desks, and the handover of a case from the advisors to one of them and back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Sheet
from app.data.sheets import SheetClass
from cases.handover.states import OPEN_STATES, HandoverState

_OFFER = text(f"state = '{HandoverState.OFFERED.value}'")
_ONE_OPEN = text("state IN (" + ", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES)) + ")")


class Desk(Model):
    """A KIM desk: what it is for, and how many cases it can carry."""

    __tablename__ = "desk"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    needs: Mapped[list[str]] = mapped_column(JSON)
    districts: Mapped[list[int]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    capacity: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)


class Handover(Model):
    """One handover; a case has at most one that is open, which the database holds to."""

    __tablename__ = "handover"
    __table_args__ = (
        Index(
            "uq_handover_open_case",
            "case_id",
            unique=True,
            sqlite_where=_ONE_OPEN,
            postgresql_where=_ONE_OPEN,
        ),
        Index(None, "desk_id", "state"),
    )

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"))
    state: Mapped[HandoverState] = choice(HandoverState, default=HandoverState.ROUTING)
    routing_epoch: Mapped[int] = mapped_column(default=1)
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"))
    offered_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    desk: Mapped[Desk | None] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}


class HandoverStep(Model):
    """One step of a handover: who did what when; texts lie sealed in `StepSheet`.

    An epoch begins with every routing: the database holds each to one offer, whatever runs twice.
    """

    __tablename__ = "handover_step"
    __table_args__ = (
        Index(
            "uq_handover_step_offer",
            "handover_id",
            "routing_epoch",
            unique=True,
            sqlite_where=_OFFER,
            postgresql_where=_OFFER,
        ),
    )

    id: Mapped[UUID] = primary_key()
    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    state: Mapped[HandoverState] = choice(HandoverState)
    routing_epoch: Mapped[int]
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"))


class HandoverSheet(Sheet):
    """What the sender asks for: needs ticked, a short reason, and the routing's own reasons."""

    KIND = "handover.request"
    CLASS = SheetClass.CORE

    needs: list[str] = []
    reason: str = ""
    wish: str = ""
    urgency: str = ""
    routing_reasons: list[str] = []


class HandoverPreview(Sheet):
    """What the offered desk may see before it accepts; no name, sealed under the receiving organisation's key."""

    KIND = "handover.preview"
    CLASS = SheetClass.LIST

    needs: list[str] = []
    language: str = ""
    interpreter: bool = False
    district: int = 0
    children: int = 0
    ages: list[int] = []
    reason: str = ""
    urgency: str = ""


class StepSheet(Sheet):
    """What somebody wrote when accepting, returning or handing on."""

    KIND = "handover.step"
    CLASS = SheetClass.COUNSELLING

    text: str
