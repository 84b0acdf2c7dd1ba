"""The steps of a handover, and which may follow which."""

from __future__ import annotations

from enum import StrEnum

from app.errors import WrongState


class HandoverState(StrEnum):
    """Where a handover stands: access is granted on acceptance, never on offer."""

    ROUTING = "routing"
    UNROUTED = "unrouted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return _TONES.get(self, "neutral")


_LABELS = {
    HandoverState.ROUTING: "wird zugeordnet",
    HandoverState.UNROUTED: "keine passende Stelle gefunden",
    HandoverState.OFFERED: "angeboten",
    HandoverState.ACCEPTED: "angenommen",
    HandoverState.DECLINED: "nicht angenommen",
    HandoverState.RETURNED: "zurückgegeben",
    HandoverState.WITHDRAWN: "zurückgezogen",
}

_TONES = {
    HandoverState.ROUTING: "info",
    HandoverState.UNROUTED: "warning",
    HandoverState.OFFERED: "info",
    HandoverState.ACCEPTED: "success",
    HandoverState.DECLINED: "danger",
    HandoverState.RETURNED: "warning",
}

CLOSED_STATES = frozenset({HandoverState.RETURNED, HandoverState.WITHDRAWN})
OPEN_STATES = frozenset(HandoverState) - CLOSED_STATES

# A case that is handed on stays with its manager until somebody else accepts: each way out leads back to ACCEPTED.
STEPS: dict[HandoverState, frozenset[HandoverState]] = {
    HandoverState.ROUTING: frozenset(
        {HandoverState.OFFERED, HandoverState.UNROUTED, HandoverState.ACCEPTED, HandoverState.WITHDRAWN}
    ),
    HandoverState.UNROUTED: frozenset(
        {HandoverState.ROUTING, HandoverState.OFFERED, HandoverState.ACCEPTED, HandoverState.WITHDRAWN}
    ),
    HandoverState.OFFERED: frozenset(
        {
            HandoverState.OFFERED,
            HandoverState.ACCEPTED,
            HandoverState.DECLINED,
            HandoverState.WITHDRAWN,
            HandoverState.ROUTING,
        }
    ),
    HandoverState.ACCEPTED: frozenset(
        {HandoverState.RETURNED, HandoverState.OFFERED, HandoverState.ROUTING, HandoverState.WITHDRAWN}
    ),
    HandoverState.DECLINED: frozenset({HandoverState.ROUTING, HandoverState.OFFERED, HandoverState.WITHDRAWN}),
    HandoverState.RETURNED: frozenset(),
    HandoverState.WITHDRAWN: frozenset(),
}


def check_step(old: HandoverState, new: HandoverState) -> None:
    """Raise WrongState unless a handover may go from `old` to `new`."""
    if new not in STEPS[old]:
        raise WrongState(old, new)
