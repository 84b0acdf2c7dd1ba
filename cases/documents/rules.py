"""Which papers one family is asked for, when they are complete, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cases.documents.asked import SCHOOL_REPORT_FROM_AGE, Per, asked_on
from cases.kinds import DocumentKind, GuardianKind
from cases.partial_dates import PartialDate, PartialDateError, age_on
from cases.states import CaseState, DocumentState, is_before_talk

SETTLED = frozenset({DocumentState.CHECKED, DocumentState.WAIVED})
"""Nothing more is wanted of the family for this paper."""

AWAITED = frozenset({DocumentState.REQUESTED, DocumentState.MISSING})
"""The family still has to bring it."""

_LEGAL_GUARDIANS = frozenset({GuardianKind.LEGAL_GUARDIAN.value, GuardianKind.YOUTH_OFFICE.value})


@dataclass(frozen=True, slots=True)
class ChildAsked:
    """What the list needs to know of a child: its birth date as ISO text, "" when unknown."""

    child_id: UUID
    born: str


@dataclass(frozen=True, slots=True)
class Item:
    """One paper of a family's checklist."""

    kind: DocumentKind
    child_id: UUID | None
    is_required: bool


def default_checklist(children: Sequence[ChildAsked], guardian_kinds: Sequence[str], today: date) -> list[Item]:
    """The papers a family is asked for on a day, those of the family first, then child by child."""
    has_legal_guardian = not _LEGAL_GUARDIANS.isdisjoint(guardian_kinds)
    asked = asked_on(today)
    items = [
        Item(paper.kind, None, paper.is_required)
        for paper in asked
        if paper.per is Per.FAMILY or (paper.per is Per.FAMILY_WITH_LEGAL_GUARDIAN and has_legal_guardian)
    ]
    for child in children:
        items += [
            Item(paper.kind, child.child_id, paper.is_required)
            for paper in asked
            if paper.per is Per.CHILD
            or (paper.per is Per.CHILD_WITH_SCHOOL_YEARS and may_have_report(child.born, today))
        ]
    return items


def may_have_report(born: str, today: date) -> bool:
    """Whether a child is old enough to have been to school; with an unknown birth date the report is asked for."""
    try:
        birth = PartialDate.parse(born).earliest()
    except PartialDateError:
        return True
    return age_on(birth, today) >= SCHOOL_REPORT_FROM_AGE


def is_complete(papers: Sequence[tuple[bool, DocumentState]]) -> bool:
    """Whether the talk may be booked: each required paper (`True`, state) is checked or waived, and there is one."""
    required = [state for is_required, state in papers if is_required]
    return bool(required) and all(state in SETTLED for state in required)


def is_wanted(is_required: bool, state: DocumentState) -> bool:
    """Whether a message to the family names this paper: what the talk waits for, and what staff marked missing."""
    return state is DocumentState.MISSING or (is_required and state in AWAITED)


def next_case_state(state: CaseState, *, complete: bool) -> CaseState | None:
    """Where papers move a case, None when they do not: after an invitation they no longer decide."""
    if not is_before_talk(state):
        return None
    wanted = CaseState.DOCUMENTS_COMPLETE if complete else CaseState.DOCUMENTS_INCOMPLETE
    return None if state is wanted else wanted
