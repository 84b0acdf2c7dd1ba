"""Searching with a trace: that somebody searched, and how much was found, never what was typed."""

from __future__ import annotations

from dataclasses import dataclass

from app.data import audit
from app.data.audit import Action
from app.data.database import transaction
from app.policies import Actor, authorise
from cases import listing
from cases.listing import Row
from cases.policies import CasePermission
from cases.search import queries


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """Rows to show; `is_makeshift` where the search had to open every summary and should be mended."""

    rows: list[Row]
    is_makeshift: bool = False


def search(actor: Actor, *, text: str) -> list[Row]:
    """The cases that answer `text`; the audit trail keeps the number of hits and which cases were shown."""
    authorise(actor, CasePermission.SEARCH)
    return answer(actor, text=text).rows


def answer(actor: Actor, *, text: str) -> Answer:
    """The same, with what there is to say about how it was found."""
    authorise(actor, CasePermission.SEARCH)
    found = queries.look(actor, text)
    rows = listing.rows_by_id(actor, found.case_ids)
    _note(actor, rows, kind="search")
    return Answer(rows, found.is_makeshift)


def _note(actor: Actor, rows: list[Row], *, kind: str) -> None:
    with transaction():
        audit.record(
            Action.SEARCHED,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind=kind,
            facts={"hits": len(rows), "cases": [str(row.case_id) for row in rows]},
        )
