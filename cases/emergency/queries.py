"""Emergency accesses: one by its id, those a lead reviews, and those of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.accounts import queries as people
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, authorise, permits
from cases.emergency.kinds import Verdict
from cases.emergency.models import EmergencyAccess
from cases.emergency.policies import EmergencyPermission
from cases.emergency.sheets import EmergencyText
from cases.models import Case

SHOWN_FOR = timedelta(days=30)
"""How long the case's own page tells that somebody came in this way."""


@dataclass(frozen=True, slots=True, repr=False)
class EmergencyLine:
    """One access as the review shows it."""

    access: EmergencyAccess
    case: Case
    person: str
    reviewer: str
    text: str
    review: str
    is_open: bool


def get_access(actor: Actor, access_id: UUID) -> EmergencyAccess:
    """An access the actor may review; raises NotFound otherwise, as if it were not there."""
    access = session().get(EmergencyAccess, access_id)
    if access is None or not permits(actor, EmergencyPermission.REVIEW, access):
        raise NotFound("emergency access")
    return access


def accesses(actor: Actor, *, at_most: int = 200) -> list[EmergencyLine]:
    """Every access of the lead's KI: what is not reviewed yet first, then the latest."""
    authorise(actor, EmergencyPermission.LIST)
    query = (
        select(EmergencyAccess)
        .where(EmergencyAccess.organisation_id == actor.organisation_id)
        .order_by(EmergencyAccess.verdict != Verdict.OPEN, EmergencyAccess.opened_at.desc())
        .limit(at_most)
    )
    return _lines(actor, list(session().scalars(query)))


def line_of(actor: Actor, access: EmergencyAccess) -> EmergencyLine:
    """One access with its words."""
    authorise(actor, EmergencyPermission.REVIEW, access)
    return _lines(actor, [access])[0]


def count_unreviewed(actor: Actor) -> int:
    """How many accesses wait for the lead."""
    authorise(actor, EmergencyPermission.LIST)
    query = select(func.count()).where(
        EmergencyAccess.organisation_id == actor.organisation_id, EmergencyAccess.verdict == Verdict.OPEN
    )
    return session().scalar(query) or 0


def recent(actor: Actor, case: Case) -> list[EmergencyLine]:
    """Who came into this case this way in the last 30 days, for those who work in it."""
    query = select(EmergencyAccess).where(
        EmergencyAccess.case_id == case.id, EmergencyAccess.opened_at > clock.now() - SHOWN_FOR
    )
    return _lines(actor, list(session().scalars(query.order_by(EmergencyAccess.opened_at.desc()))))


def _lines(actor: Actor, rows: list[EmergencyAccess]) -> list[EmergencyLine]:
    texts = records.find_many(EmergencyText, [row.id for row in rows], reader=actor.organisation_id)
    names = people.names([one for row in rows for one in (row.user_id, row.reviewed_by)])
    cases = {case.id: case for case in session().scalars(select(Case).where(Case.id.in_({r.case_id for r in rows})))}
    now = clock.now()
    return [
        EmergencyLine(
            access=row,
            case=cases[row.case_id],
            person=names.get(row.user_id, ""),
            reviewer=names.get(row.reviewed_by, "") if row.reviewed_by else "",
            text=texts[row.id].sheet.text if row.id in texts else "",
            review=texts[row.id].sheet.review if row.id in texts else "",
            is_open=row.ended_at is None and row.until > now,
        )
        for row in rows
    ]
