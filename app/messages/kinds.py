"""The words of the outbox: how a message travels, and where it stands; free of any database."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"

    @property
    def label(self) -> str:
        """The word staff read."""
        return {"email": "E-Mail", "sms": "SMS"}[self.value]


class MessageState(StrEnum):
    """Where a message stands; `app.messages.states` holds the steps between them."""

    PLANNED = "planned"
    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    HELD = "held"

    @property
    def label(self) -> str:
        """The word staff read."""
        return _LABELS[self]


_LABELS = {
    MessageState.PLANNED: "geplant",
    MessageState.DUE: "wird gesendet",
    MessageState.CLAIMED: "wird gesendet",
    MessageState.SENDING: "wird gesendet",
    MessageState.SENT: "gesendet",
    MessageState.DELIVERED: "zugestellt",
    MessageState.BOUNCED: "zurückgekommen",
    MessageState.UNCERTAIN: "ungewiss",
    MessageState.FAILED: "nicht gesendet",
    MessageState.CANCELLED: "nicht mehr nötig",
    MessageState.SUPPRESSED: "Adresse gesperrt",
    MessageState.HELD: "angehalten",
}
