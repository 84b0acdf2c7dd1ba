"""The rights a family may use, and where a request for one stands."""

from __future__ import annotations

from enum import StrEnum


class RightKind(StrEnum):
    """A right of the person concerned, as the law numbers them."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"

    @property
    def label(self) -> str:
        """The German name with its article."""
        return _KINDS[self]


class RequestState(StrEnum):
    """What became of a request."""

    OPEN = "open"
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _STATES[self]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"open": "warning", "granted": "success", "partly": "info", "refused": "danger"}.get(self, "neutral")


class Outcome(StrEnum):
    """What was decided about one statement in the file."""

    MADE = "made"
    REFUSED = "refused"
    LATER = "later"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _OUTCOMES[self]


_KINDS = {
    RightKind.ACCESS: "Auskunft (Art. 15 DSGVO)",
    RightKind.RECTIFICATION: "Berichtigung (Art. 16 DSGVO)",
    RightKind.ERASURE: "Löschung (Art. 17 DSGVO)",
    RightKind.RESTRICTION: "Einschränkung (Art. 18 DSGVO)",
    RightKind.PORTABILITY: "Datenübertragbarkeit (Art. 20 DSGVO)",
    RightKind.OBJECTION: "Widerspruch (Art. 21 DSGVO)",
}

_STATES = {
    RequestState.OPEN: "offen",
    RequestState.GRANTED: "erfüllt",
    RequestState.PARTLY: "teilweise erfüllt",
    RequestState.REFUSED: "abgelehnt",
    RequestState.WITHDRAWN: "zurückgenommen",
}

_OUTCOMES = {
    Outcome.MADE: "berichtigt",
    Outcome.REFUSED: "nicht berichtigt, bestritten",
    Outcome.LATER: "später geändert",
}
