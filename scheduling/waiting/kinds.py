"""The words of the waiting list: where an entry and an offer stand, and why somebody may come first."""

from __future__ import annotations

from enum import StrEnum


class WaitingState(StrEnum):
    """Whether an entry gets offers; a paused one waits for somebody to call the family."""

    WAITING = "waiting"
    PAUSED = "paused"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return {"waiting": "wartet", "paused": "bitte anrufen", "ended": "beendet"}[self.value]


class WaitingEnd(StrEnum):
    """How an entry ended."""

    SERVED = "served"
    LEFT = "left"
    REMOVED = "removed"
    POINTLESS = "pointless"


class OfferState(StrEnum):
    """Where an offer stands; only an open one keeps its time free."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return _OFFERS[self]


class UrgencyReason(StrEnum):
    """Why a family comes before those who wait longer; a list, so that nothing personal reaches the trail."""

    NO_SCHOOL_FOR_LONG = "no_school_for_long"
    CHILD_AT_RISK = "child_at_risk"
    DEADLINE = "deadline"
    OUR_CANCELLATION = "our_cancellation"

    @property
    def label(self) -> str:
        """The German words staff choose."""
        return _REASONS[self]


_OFFERS = {
    OfferState.OPEN: "angeboten",
    OfferState.ACCEPTED: "angenommen",
    OfferState.DECLINED: "abgelehnt",
    OfferState.EXPIRED: "verfallen",
    OfferState.WITHDRAWN: "zurückgezogen",
}
_REASONS = {
    UrgencyReason.NO_SCHOOL_FOR_LONG: "Das Kind ist seit Monaten ohne Schule",
    UrgencyReason.CHILD_AT_RISK: "Das Wohl des Kindes ist gefährdet",
    UrgencyReason.DEADLINE: "Eine Frist läuft ab",
    UrgencyReason.OUR_CANCELLATION: "Wir mussten den Termin absagen",
}
