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


class Reason(StrEnum):
    """Why a message stands where it stands; never anything a mail server said, as that may name a person."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ERASED = "erased"
    NO_TEXT = "no_text"
    NOT_COMPOSED = "not_composed"
    NO_GATEWAY = "no_gateway"
    BAD_ADDRESS = "bad_address"
    SUPPRESSED = "suppressed"
    QUIET_HOURS = "quiet_hours"
    UNREACHABLE = "unreachable"
    REFUSED_FOR_NOW = "refused_for_now"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    INTERRUPTED = "interrupted"
    RESTORED = "restored"
    BY_HAND = "by_hand"
    GIVEN_UP = "given_up"

    @property
    def label(self) -> str:
        """What staff read beside the state."""
        return _REASONS.get(self, "")


_REASONS = {
    Reason.WITHDRAWN: "Der Anlass besteht nicht mehr.",
    Reason.EXPIRED: "Sie wäre zu spät gekommen.",
    Reason.ERASED: "Die Daten dazu sind gelöscht.",
    Reason.NO_TEXT: "Es gibt keinen Text dazu.",
    Reason.NOT_COMPOSED: "Der Text ließ sich nicht erstellen.",
    Reason.NO_GATEWAY: "Für diesen Weg ist kein Anbieter eingerichtet.",
    Reason.BAD_ADDRESS: "An diese Adresse lässt sich nicht schreiben.",
    Reason.SUPPRESSED: "An diese Adresse soll nicht geschrieben werden.",
    Reason.QUIET_HOURS: "Sie wartet bis 8 Uhr.",
    Reason.UNREACHABLE: "Der Mailserver war nicht erreichbar.",
    Reason.REFUSED_FOR_NOW: "Der Mailserver nahm sie mehrmals nicht an.",
    Reason.REFUSED: "Der Mailserver hat sie abgelehnt, zum Beispiel weil es die Adresse nicht gibt.",
    Reason.NO_ANSWER: "Der Mailserver hat nicht bestätigt, dass er sie angenommen hat.",
    Reason.INTERRUPTED: "Das Senden wurde unterbrochen; vielleicht ist sie angekommen.",
    Reason.RESTORED: "Nach einer Wiederherstellung: vielleicht ist sie schon gesendet.",
}
