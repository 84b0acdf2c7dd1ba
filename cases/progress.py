"""Where a family stands on the way from the report to the seats, in five steps for the head of its file."""

from __future__ import annotations

from collections.abc import Collection

from cases.child_states import WITHOUT_SEAT, ChildState
from cases.states import CaseState

STEPS = ("Aufgenommen", "Unterlagen", "Termin", "Beratung", "Schulplatz")

_REACHED = {
    CaseState.REQUESTED: 0,
    CaseState.REPORTED: 1,
    CaseState.CONTACTED: 1,
    CaseState.DOCUMENTS_INCOMPLETE: 1,
    CaseState.DOCUMENTS_COMPLETE: 2,
    CaseState.INVITED: 2,
    CaseState.NO_SHOW: 2,
    CaseState.APPOINTMENT_BOOKED: 3,
    CaseState.COUNSELLED: 4,
    CaseState.CLOSED: 5,
}

TONES = {
    CaseState.REQUESTED: "neutral",
    CaseState.REPORTED: "neutral",
    CaseState.CONTACTED: "neutral",
    CaseState.DOCUMENTS_INCOMPLETE: "warning",
    CaseState.DOCUMENTS_COMPLETE: "info",
    CaseState.INVITED: "info",
    CaseState.APPOINTMENT_BOOKED: "info",
    CaseState.NO_SHOW: "danger",
    CaseState.COUNSELLED: "success",
    CaseState.CLOSED: "neutral",
}


def steps_of(state: CaseState, children: Collection[ChildState]) -> list[tuple[str, str]]:
    """(label, "done" | "current" | "open") for each step; the last is done once no child waits for a seat."""
    reached = _REACHED[state]
    if reached == 4 and children and not any(child in WITHOUT_SEAT for child in children):
        reached = 5
    return [
        (label, "done" if number <= reached else "current" if number == reached + 1 else "open")
        for number, label in enumerate(STEPS, 1)
    ]


def child_tone(state: ChildState) -> str:
    """The tone of a child's badge."""
    if state is ChildState.REFUSED:
        return "danger"
    if state in WITHOUT_SEAT:
        return "neutral" if state is ChildState.REPORTED else "info"
    if state in (ChildState.ADMITTED, ChildState.INITIAL_SUPPORT, ChildState.EXTENDED, ChildState.REGULAR_CLASS):
        return "success"
    return "neutral"
