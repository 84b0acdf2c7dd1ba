"""Why somebody opens a colleague's case at once, and what the lead says of it afterwards."""

from __future__ import annotations

from enum import StrEnum


class EmergencyReason(StrEnum):
    """What cannot wait until the advisor is back."""

    CHILD_AT_RISK = "child_at_risk"
    FAMILY_IS_HERE = "family_is_here"
    DEADLINE = "deadline"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _REASONS[self]


class Verdict(StrEnum):
    """What the lead's review came to."""

    OPEN = "open"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _VERDICTS[self]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"open": "warning", "justified": "success", "unjustified": "danger"}[self.value]


_REASONS = {
    EmergencyReason.CHILD_AT_RISK: "Ein Kind ist in Gefahr",
    EmergencyReason.FAMILY_IS_HERE: "Die Familie ist da und braucht heute Hilfe, die Beratung ist nicht erreichbar",
    EmergencyReason.DEADLINE: "Eine Frist läuft heute ab, die Beratung ist nicht erreichbar",
    EmergencyReason.OTHER: "Anderer Notfall",
}

_VERDICTS = {
    Verdict.OPEN: "noch nicht geprüft",
    Verdict.JUSTIFIED: "war nötig",
    Verdict.UNJUSTIFIED: "war nicht nötig",
}
