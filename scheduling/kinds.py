"""The ways of booking, and the reasons for a talk before the papers are complete."""

from __future__ import annotations

from enum import StrEnum


class BookedVia(StrEnum):
    """Who booked: the family by its link, or staff on the phone."""

    FAMILY = "family"
    STAFF = "staff"

    @property
    def label(self) -> str:
        """The German words staff read."""
        return {"family": "von der Familie", "staff": "vom Team"}[self.value]


class GateReason(StrEnum):
    """Why a talk is offered although papers are missing; a list, so that nothing personal reaches the trail."""

    BROUGHT_ALONG = "brought_along"
    UNOBTAINABLE = "unobtainable"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        """The German sentence staff choose."""
        return _REASONS[self]


class MessageKind(StrEnum):
    """What a message to a family is about; the name is its kind in the outbox."""

    INVITATION = "appointment.invitation"
    BOOKED = "appointment.booked"
    MOVED = "appointment.moved"
    CANCELLED = "appointment.cancelled"
    REMINDER_3_DAYS = "appointment.reminder_3_days"
    REMINDER_1_DAY = "appointment.reminder_1_day"


_REASONS = {
    GateReason.BROUGHT_ALONG: "Die Familie bringt die fehlenden Unterlagen mit",
    GateReason.UNOBTAINABLE: "Die Unterlagen sind nicht zu bekommen",
    GateReason.URGENT: "Das Gespräch duldet keinen Aufschub",
}
