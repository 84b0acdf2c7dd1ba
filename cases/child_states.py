"""The way of one child to a school seat: states, what may follow, and why a school refuses."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ChildState(StrEnum):
    """Where a child stands between the report and the regular class; the values are stored."""

    REPORTED = "reported"
    RECOMMENDED = "recommended"
    WITH_AUTHORITY = "with_authority"
    ON_DISTRIBUTION_LIST = "on_distribution_list"
    SCHOOL_PROPOSED = "school_proposed"
    ADMISSION_TALK = "admission_talk"
    ASSIGNED = "assigned"
    ADMITTED = "admitted"
    REFUSED = "refused"
    INITIAL_SUPPORT = "initial_support"
    EXTENDED = "extended"
    REGULAR_CLASS = "regular_class"
    COMPLETED = "completed"
    MOVED_AWAY = "moved_away"
    LEFT_COUNTRY = "left_country"
    NOT_COMPULSORY = "not_compulsory"
    FOUND_OWN_SCHOOL = "found_own_school"
    UNREACHABLE = "unreachable"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return _LABELS[self]


class RefusalReason(StrEnum):
    """Why a school or a family said no; the values are stored, each refusal is in writing."""

    NO_CAPACITY = "no_capacity"
    NO_STAFF = "no_staff"
    LITERACY_GROUP_NEEDED = "literacy_group_needed"
    TOO_FAR = "too_far"
    WRONG_STAGE = "wrong_stage"
    PARENT_WISH = "parent_wish"
    SIBLING_ELSEWHERE = "sibling_elsewhere"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _REFUSAL_LABELS[self]


class TransitionError(Exception):
    """A step the workflow does not know; `old` and `new` say which."""

    def __init__(self, old: ChildState, new: ChildState) -> None:
        super().__init__(f"no step from {old.value} to {new.value}")
        self.old = old
        self.new = new


_S = ChildState

_LABELS: Mapping[ChildState, str] = MappingProxyType(
    {
        _S.REPORTED: "gemeldet",
        _S.RECOMMENDED: "Empfehlung erstellt",
        _S.WITH_AUTHORITY: "an Schulaufsicht übergeben",
        _S.ON_DISTRIBUTION_LIST: "auf Verteilliste",
        _S.SCHOOL_PROPOSED: "Schule vorgeschlagen",
        _S.ADMISSION_TALK: "Aufnahmegespräch",
        _S.ASSIGNED: "zugewiesen",
        _S.ADMITTED: "aufgenommen",
        _S.REFUSED: "abgelehnt",
        _S.INITIAL_SUPPORT: "in Erstförderung",
        _S.EXTENDED: "Erstförderung verlängert",
        _S.REGULAR_CLASS: "in der Regelklasse",
        _S.COMPLETED: "abgeschlossen",
        _S.MOVED_AWAY: "verzogen",
        _S.LEFT_COUNTRY: "ausgereist",
        _S.NOT_COMPULSORY: "nicht schulpflichtig",
        _S.FOUND_OWN_SCHOOL: "Schule selbst gefunden",
        _S.UNREACHABLE: "nicht erreichbar",
    }
)

_REFUSAL_LABELS: Mapping[RefusalReason, str] = MappingProxyType(
    {
        RefusalReason.NO_CAPACITY: "keine freien Plätze oder Räume",
        RefusalReason.NO_STAFF: "Lehrpersonal fehlt",
        RefusalReason.LITERACY_GROUP_NEEDED: "Lerngruppe zur Erstalphabetisierung nötig",
        RefusalReason.TOO_FAR: "Schulweg zu weit",
        RefusalReason.WRONG_STAGE: "Schulstufe oder Schulform passt nicht",
        RefusalReason.PARENT_WISH: "Wunsch der Familie nach anderer Schule oder Schulform",
        RefusalReason.SIBLING_ELSEWHERE: "Geschwister an anderer Schule",
        RefusalReason.OTHER: "anderer Grund",
    }
)

SIDE_EXITS = frozenset({_S.MOVED_AWAY, _S.LEFT_COUNTRY, _S.NOT_COMPULSORY, _S.FOUND_OWN_SCHOOL, _S.UNREACHABLE})
"""Ends that do not lead through a placement; each can be taken back to "reported"."""

FINAL = SIDE_EXITS | {_S.COMPLETED}
"""Nothing is owed to the child any more."""

WITHOUT_SEAT = frozenset(
    {
        _S.REPORTED,
        _S.RECOMMENDED,
        _S.WITH_AUTHORITY,
        _S.ON_DISTRIBUTION_LIST,
        _S.SCHOOL_PROPOSED,
        _S.ADMISSION_TALK,
        _S.ASSIGNED,
        _S.REFUSED,
    }
)
"""The clock of days without a seat runs here: an assignment is no seat until the school has admitted."""

_FORWARD: Mapping[ChildState, tuple[ChildState, ...]] = MappingProxyType(
    {
        _S.REPORTED: (_S.RECOMMENDED,),
        _S.RECOMMENDED: (_S.WITH_AUTHORITY, _S.SCHOOL_PROPOSED, _S.REPORTED),
        _S.WITH_AUTHORITY: (_S.ON_DISTRIBUTION_LIST, _S.SCHOOL_PROPOSED, _S.ASSIGNED, _S.RECOMMENDED),
        _S.ON_DISTRIBUTION_LIST: (_S.SCHOOL_PROPOSED, _S.ASSIGNED, _S.RECOMMENDED),
        _S.SCHOOL_PROPOSED: (
            _S.ADMISSION_TALK,
            _S.ASSIGNED,
            _S.ADMITTED,
            _S.REFUSED,
            _S.ON_DISTRIBUTION_LIST,
        ),
        _S.ADMISSION_TALK: (_S.ASSIGNED, _S.ADMITTED, _S.REFUSED),
        _S.ASSIGNED: (_S.ADMISSION_TALK, _S.ADMITTED, _S.REFUSED),
        _S.REFUSED: (_S.WITH_AUTHORITY, _S.ON_DISTRIBUTION_LIST, _S.SCHOOL_PROPOSED, _S.ASSIGNED),
        _S.ADMITTED: (_S.INITIAL_SUPPORT, _S.REGULAR_CLASS, _S.REFUSED),
        _S.INITIAL_SUPPORT: (_S.REGULAR_CLASS, _S.EXTENDED, _S.ON_DISTRIBUTION_LIST),
        _S.EXTENDED: (_S.REGULAR_CLASS, _S.ON_DISTRIBUTION_LIST),
        _S.REGULAR_CLASS: (_S.COMPLETED,),
        _S.COMPLETED: (_S.REGULAR_CLASS,),
    }
)
"""From initial support back to the list: a change of school form or stage needs a new seat."""


def next_states(state: ChildState) -> tuple[ChildState, ...]:
    """The states that may follow, the usual step first and the side exits last."""
    if state in SIDE_EXITS:
        return (ChildState.REPORTED,)
    forward = _FORWARD[state]
    if state is ChildState.COMPLETED:
        return forward
    return forward + tuple(exit_ for exit_ in ChildState if exit_ in SIDE_EXITS)


def check_transition(old: ChildState, new: ChildState) -> None:
    """Raise TransitionError unless the workflow knows the step."""
    if new not in next_states(old):
        raise TransitionError(old, new)
