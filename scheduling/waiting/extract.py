"""What a family may know of its places on the waiting list and of the times it was offered."""

from __future__ import annotations

from cases.rights.hooks import PUBLIC_TASK, Section, contributes
from scheduling.waiting.forms import WEEKDAYS
from scheduling.waiting.kinds import OfferState, UrgencyReason, WaitingState
from scheduling.waiting.models import WaitingEntry, WaitingOffer, WaitingSheet

WAITING = Section(
    key="waiting",
    title="Warteliste",
    one="Platz auf der Warteliste",
    purpose="Freie Termine der Reihe nach anbieten",
    order=57,
    basis=PUBLIC_TASK,
    source="von der Familie selbst, oder vom Team eingetragen",
    tables=(WaitingEntry, WaitingOffer),
    sheets=(WaitingSheet,),
    labels={
        "since": "Wartet seit",
        "earliest_on": "Frühestens am",
        "weekdays": "Wochentage",
        "from_minute": "Frühestens (Minuten seit Mitternacht)",
        "until_minute": "Spätestens (Minuten seit Mitternacht)",
        "mode": "Wie",
        "urgency": "Dringend, weil",
        "urgent_by": "Als dringend vermerkt von",
        "urgent_at": "Als dringend vermerkt am",
        "unanswered": "Angebote ohne Antwort",
        "without_papers": "Ohne vollständige Unterlagen, weil",
        "added_via": "Eingetragen",
        "added_by": "Eingetragen von",
        "ended_at": "Beendet am",
        "ended_as": "Beendet",
        "entry_id": "Platz",
        "appointment_id": "Termin",
        "starts_at": "Angebotene Zeit",
        "ends_at": "bis",
        "offered_at": "Angeboten am",
        "expires_at": "Antwort möglich bis",
        "answered_at": "Beantwortet am",
    },
    words={
        "weekdays": lambda value: str(WEEKDAYS.get(value, value)),
        "urgency": {reason.value: reason.label for reason in UrgencyReason},
        "state": {state.value: state.label for state in (*WaitingState, *OfferState)},
        "ended_as": {
            "served": "Termin bekommen",
            "left": "von der Familie",
            "removed": "vom Team",
            "pointless": "nicht mehr nötig",
        },
    },
)


def contribute() -> None:
    """Declare the section."""
    contributes(WAITING)
