"""Who waits, and what was offered to whom; contact data lie sealed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Select, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Sheet
from app.data.sheets import SheetClass
from app.messages.kinds import Channel
from scheduling.kinds import BookedVia, GateReason, TalkMode
from scheduling.states import AppointmentKind
from scheduling.waiting.kinds import OfferState, UrgencyReason, WaitingEnd, WaitingState

ONLY_OPEN = text("state = 'open'")


class WaitingEntry(Model):
    """A family that waits for a talk, or for an earlier one than it has (`appointment_id`).

    Language and length follow the case at the moment of an offer; here stand the days and hours that suit, in local
    time: no weekday means any, minutes count from midnight.
    """

    __tablename__ = "waiting_entry"
    __table_args__ = (
        Index(None, "organisation_id", "state"),
        CheckConstraint("state <> 'ended' OR ended_at IS NOT NULL", name="ended"),
        CheckConstraint("urgency IS NULL OR urgent_by IS NOT NULL", name="urgent_by"),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AppointmentKind] = choice(AppointmentKind)
    mode: Mapped[TalkMode] = choice(TalkMode, default=TalkMode.ON_SITE)
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    state: Mapped[WaitingState] = choice(WaitingState, default=WaitingState.WAITING)
    since: Mapped[datetime]
    earliest_on: Mapped[date | None]
    weekdays: Mapped[list[int]] = mapped_column(JSON, default=list)
    from_minute: Mapped[int | None]
    until_minute: Mapped[int | None]
    urgency: Mapped[UrgencyReason | None] = choice(UrgencyReason)
    urgent_by: Mapped[UUID | None]
    urgent_at: Mapped[datetime | None]
    unanswered: Mapped[int] = mapped_column(default=0)
    without_papers: Mapped[GateReason | None] = choice(GateReason)
    added_via: Mapped[BookedVia] = choice(BookedVia)
    added_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[WaitingEnd | None] = choice(WaitingEnd)


class WaitingOffer(Model):
    """One time offered to one entry until an instant; meanwhile its hold keeps it from everybody else.

    `appointment_id` is the hold while the offer is open, and what was booked or moved once it is accepted. The link
    holds a random token, this row its hash; without a channel somebody telephones instead.
    """

    __tablename__ = "waiting_offer"
    __table_args__ = (
        Index("uq_waiting_offer_open", "entry_id", unique=True, sqlite_where=ONLY_OPEN, postgresql_where=ONLY_OPEN),
        Index(None, "state", "expires_at"),
    )

    id: Mapped[UUID] = primary_key()
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("waiting_entry.id", ondelete="CASCADE"), index=True)
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id", ondelete="SET NULL"), index=True)
    state: Mapped[OfferState] = choice(OfferState, default=OfferState.OPEN)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    channel: Mapped[Channel | None] = choice(Channel)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    entry: Mapped[WaitingEntry] = relationship()


def offered_holds(case_id: UUID) -> Select[UUID | None]:
    """The holds that keep a time for offers to one case, as a part of other selects."""
    query = select(WaitingOffer.appointment_id).join(WaitingEntry, WaitingEntry.id == WaitingOffer.entry_id)
    return query.where(
        WaitingEntry.case_id == case_id,
        WaitingOffer.state == OfferState.OPEN,
        WaitingOffer.appointment_id.is_not(None),
    )


class WaitingSheet(Sheet):
    """How a waiting family wants to hear of a free time, and in which language."""

    KIND = "waiting.contact"
    CLASS = SheetClass.CORE

    language: str
    channel: str = ""
    email: str = ""
    phone: str = ""
