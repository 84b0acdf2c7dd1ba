"""The kinds and states of an attempt at a seat."""

from __future__ import annotations

from enum import StrEnum


class Authority(StrEnum):
    """Who assigns: the Schulamt up to lower secondary, the Bezirksregierung above."""

    SCHULAMT = "schulamt"
    BEZIRKSREGIERUNG = "bezirksregierung"

    @property
    def label(self) -> str:
        """The German name."""
        return {"schulamt": "Schulamt Düsseldorf", "bezirksregierung": "Bezirksregierung Düsseldorf"}[self.value]


class PlacementState(StrEnum):
    """Where one attempt stands: four acts of three bodies."""

    PROPOSED = "proposed"
    WITH_AUTHORITY = "with_authority"
    ASSIGNED = "assigned"
    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return {
            "proposed": "vorgeschlagen",
            "with_authority": "bei der Schulaufsicht",
            "assigned": "zugewiesen",
            "admitted": "aufgenommen",
            "refused": "abgelehnt",
            "withdrawn": "zurückgezogen",
        }[self.value]
