"""The steps of a case and of its parts, which step may follow which, and their German names."""

from __future__ import annotations

from enum import StrEnum

from app.errors import WrongState


class CaseState(StrEnum):
    """Where the family stands on the way from the first call to the talk and beyond.

    `REQUESTED` is a draft from the open page: it counts for nothing and nobody sees it before somebody takes it.
    """

    REQUESTED = "requested"
    REPORTED = "reported"
    CONTACTED = "contacted"
    DOCUMENTS_INCOMPLETE = "documents_incomplete"
    DOCUMENTS_COMPLETE = "documents_complete"
    INVITED = "invited"
    APPOINTMENT_BOOKED = "appointment_booked"
    NO_SHOW = "no_show"
    COUNSELLED = "counselled"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return CASE_LABELS[self]


class DocumentState(StrEnum):
    """Where one paper of the checklist stands."""

    REQUESTED = "requested"
    RECEIVED = "received"
    CHECKED = "checked"
    MISSING = "missing"
    WAIVED = "waived"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return DOCUMENT_LABELS[self]


class SessionState(StrEnum):
    """A counselling session's record is a draft until its advisor completes it."""

    DRAFT = "draft"
    COMPLETED = "completed"


class TaskState(StrEnum):
    """A task is open, done, or no longer needed."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return TASK_LABELS[self]


CASE_LABELS = {
    CaseState.REQUESTED: "angefragt",
    CaseState.REPORTED: "gemeldet",
    CaseState.CONTACTED: "kontaktiert",
    CaseState.DOCUMENTS_INCOMPLETE: "Unterlagen unvollständig",
    CaseState.DOCUMENTS_COMPLETE: "Unterlagen vollständig",
    CaseState.INVITED: "Termin vorgeschlagen",
    CaseState.APPOINTMENT_BOOKED: "Termin bestätigt",
    CaseState.NO_SHOW: "nicht erschienen",
    CaseState.COUNSELLED: "beraten",
    CaseState.CLOSED: "abgeschlossen",
}

DOCUMENT_LABELS = {
    DocumentState.REQUESTED: "angefordert",
    DocumentState.RECEIVED: "erhalten",
    DocumentState.CHECKED: "geprüft",
    DocumentState.MISSING: "fehlt",
    DocumentState.WAIVED: "nicht nötig",
}

TASK_LABELS = {TaskState.OPEN: "offen", TaskState.DONE: "erledigt", TaskState.DROPPED: "entfallen"}

_ANY_OPEN = frozenset(CaseState) - {CaseState.CLOSED, CaseState.REQUESTED}
_BEFORE_TALK = frozenset(
    {
        CaseState.REPORTED,
        CaseState.CONTACTED,
        CaseState.DOCUMENTS_INCOMPLETE,
        CaseState.DOCUMENTS_COMPLETE,
    }
)

CASE_STEPS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.REQUESTED: frozenset({CaseState.REPORTED}),
    CaseState.REPORTED: _ANY_OPEN,
    CaseState.CONTACTED: _ANY_OPEN,
    CaseState.DOCUMENTS_INCOMPLETE: _ANY_OPEN,
    CaseState.DOCUMENTS_COMPLETE: _ANY_OPEN,
    CaseState.INVITED: _ANY_OPEN,
    CaseState.APPOINTMENT_BOOKED: _ANY_OPEN,
    CaseState.NO_SHOW: _ANY_OPEN,
    CaseState.COUNSELLED: frozenset({CaseState.INVITED, CaseState.APPOINTMENT_BOOKED, CaseState.NO_SHOW}),
    CaseState.CLOSED: frozenset({CaseState.COUNSELLED, CaseState.CONTACTED}),
}


def check_case_step(old: CaseState, new: CaseState) -> None:
    """Raise WrongState unless a case may go from `old` to `new`; closing is possible from everywhere."""
    if new == old:
        return
    if new is CaseState.CLOSED and old not in (CaseState.CLOSED, CaseState.REQUESTED):
        return
    if new not in CASE_STEPS[old]:
        raise WrongState(old, new)


def is_before_talk(state: CaseState) -> bool:
    """Whether papers still decide the state."""
    return state in _BEFORE_TALK
