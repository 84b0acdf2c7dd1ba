"""The life of a request from the open page, and the reasons for which the house may decline it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from app.errors import WrongState

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES = 3
DRAFT_LASTS = timedelta(hours=1)
DECLINED_LASTS = timedelta(days=7)


class RequestStage(StrEnum):
    """Where a request stands; `TYPING` is nobody's business but the family's and ends by itself."""

    TYPING = "typing"
    WAITING = "waiting"
    TAKEN = "taken"
    JOINED = "joined"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return _LABELS[self]


class DeclineReason(StrEnum):
    """Why a request is declined; a list, as the family is told and nothing personal may reach the trail."""

    NOT_RESPONSIBLE = "not_responsible"
    HAS_APPOINTMENT = "has_appointment"
    NOT_REACHED = "not_reached"
    NO_FAMILY = "no_family"

    @property
    def label(self) -> str:
        """The German sentence staff choose."""
        return _REASONS[self]


_LABELS = {
    RequestStage.TYPING: "noch nicht abgeschickt",
    RequestStage.WAITING: "wartet",
    RequestStage.TAKEN: "als neuer Fall aufgenommen",
    RequestStage.JOINED: "einem Fall zugeordnet",
    RequestStage.DECLINED: "abgelehnt",
    RequestStage.WITHDRAWN: "von der Familie abgesagt",
}
_REASONS = {
    DeclineReason.NOT_RESPONSIBLE: "Wir sind nicht zuständig (zum Beispiel wohnt die Familie nicht in Düsseldorf)",
    DeclineReason.HAS_APPOINTMENT: "Die Familie hat schon einen anderen Termin",
    DeclineReason.NOT_REACHED: "Wir haben Rückfragen und erreichen die Familie nicht",
    DeclineReason.NO_FAMILY: "Die Angaben können nicht stimmen",
}
_STEPS: dict[RequestStage, frozenset[RequestStage]] = {
    RequestStage.TYPING: frozenset({RequestStage.WAITING}),
    RequestStage.WAITING: frozenset(
        {RequestStage.TAKEN, RequestStage.JOINED, RequestStage.DECLINED, RequestStage.WITHDRAWN}
    ),
    RequestStage.TAKEN: frozenset(),
    RequestStage.JOINED: frozenset(),
    RequestStage.DECLINED: frozenset(),
    RequestStage.WITHDRAWN: frozenset(),
}


def require_step(old: RequestStage, new: RequestStage) -> None:
    """Raise WrongState unless a request may go from `old` to `new`: two people decide the same one only once."""
    if new not in _STEPS[old]:
        raise WrongState(old.value, new.value)
