"""The ways of booking and of talking, and the reasons for a talk before its papers or on top of another one."""

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


class TalkMode(StrEnum):
    """How family and advisor meet; only a talk on site takes a room."""

    ON_SITE = "on_site"
    VIDEO = "video"
    PHONE = "phone"

    @property
    def label(self) -> str:
        """The German words staff read."""
        return {"on_site": "vor Ort", "video": "per Video", "phone": "am Telefon"}[self.value]


class Gender(StrEnum):
    """What a family may ask for in an interpreter; an interpreter may leave it open."""

    FEMALE = "female"
    MALE = "male"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return {"female": "weiblich", "male": "männlich"}[self.value]


class OverbookReason(StrEnum):
    """Why staff put a talk on top of another one; a list, so that nothing personal reaches the trail."""

    EMERGENCY = "emergency"
    AGREED = "agreed"
    SHORT_MATTER = "short_matter"

    @property
    def label(self) -> str:
        """The German sentence staff choose."""
        return _OVERBOOKED[self]


class MessageKind(StrEnum):
    """What a message to a family is about; the name is its kind in the outbox."""

    INVITATION = "appointment.invitation"
    BOOKED = "appointment.booked"
    MOVED = "appointment.moved"
    CHANGED = "appointment.changed"
    CANCELLED = "appointment.cancelled"
    REMINDER_3_DAYS = "appointment.reminder_3_days"
    REMINDER_1_DAY = "appointment.reminder_1_day"
    REQUEST_CODE = "request.code"
    REQUEST_DECLINED = "request.declined"
    ASK_CANCEL = "appointment.ask_cancel"


_REASONS = {
    GateReason.BROUGHT_ALONG: "Die Familie bringt die fehlenden Unterlagen mit",
    GateReason.UNOBTAINABLE: "Die Unterlagen sind nicht zu bekommen",
    GateReason.URGENT: "Das Gespräch duldet keinen Aufschub",
}
_OVERBOOKED = {
    OverbookReason.EMERGENCY: "Es ist ein Notfall",
    OverbookReason.AGREED: "Mit allen abgesprochen, die den anderen Termin haben",
    OverbookReason.SHORT_MATTER: "Das Anliegen ist in wenigen Minuten geklärt",
}
