"""What the tab on rights shows: requests with their days, and the history of corrected statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as people
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, authorise
from cases.intake.blocks import field_labels
from cases.keeping import child_name
from cases.models import Case
from cases.queries import children_of, guardians_of
from cases.rights.kinds import Outcome, RequestState
from cases.rights.models import RightsRequest
from cases.rights.policies import RightsPermission
from cases.rights.rules import WARNING_DAYS
from cases.rights.sheets import Correction, RequestSheet


@dataclass(frozen=True, slots=True, repr=False)
class RequestLine:
    """One request as the register shows it."""

    request: RightsRequest
    sheet: RequestSheet
    days_left: int

    @property
    def is_open(self) -> bool:
        """Whether the family still waits."""
        return self.request.state is RequestState.OPEN

    @property
    def urgency(self) -> tuple[str, str]:
        """How near the last day is, in words and as the tone of a badge."""
        if self.days_left < 0:
            return f"seit {-self.days_left} Tagen überfällig", "danger"
        if self.days_left == 0:
            return "heute fällig", "danger"
        return f"noch {self.days_left} Tage", "warning" if self.days_left <= WARNING_DAYS else "info"


@dataclass(frozen=True, slots=True, repr=False)
class HistoryLine:
    """One line of the history of a statement."""

    about: str
    label: str
    outcome: Outcome
    before: str
    after: str
    day: date
    asked_by: str
    decided_by: str
    reason: str
    evidence: str


def requests_of(actor: Actor, case: Case) -> list[RequestLine]:
    """Every request of the family: open ones by their last day, then the answered, latest first."""
    authorise(actor, RightsPermission.MANAGE, case)
    rows = list(session().scalars(select(RightsRequest).where(RightsRequest.case_id == case.id)))
    sheets = records.find_many(RequestSheet, [row.id for row in rows], reader=actor.organisation_id)
    today = clock.today()
    lines = [RequestLine(row, sheets[row.id].sheet, (row.due_on - today).days) for row in rows]
    waiting = sorted((line for line in lines if line.is_open), key=lambda line: line.request.due_on)
    done = [line for line in lines if not line.is_open]
    return waiting + sorted(done, key=lambda line: line.request.answered_on or today, reverse=True)


def request_of(actor: Actor, case: Case, request_id: UUID) -> RequestLine:
    """One request of this case; raises NotFound for any other."""
    for line in requests_of(actor, case):
        if line.request.id == request_id:
            return line
    raise NotFound("request")


def history_of(actor: Actor, case: Case) -> Sequence[HistoryLine]:
    """Every decision about a statement, and every later change of one, the latest first."""
    authorise(actor, RightsPermission.MANAGE, case)
    sheets = [stored.sheet for stored in records.of_case(Correction, case.id, reader=actor.organisation_id).values()]
    names = people.names([UUID(sheet.decided_by) for sheet in sheets if sheet.decided_by])
    about = {str(key): child_name(stored.sheet) for key, stored in children_of(actor, case).items()}
    about |= {str(key): stored.sheet.name for key, stored in guardians_of(actor, case).items()}
    labels = field_labels()
    return [
        HistoryLine(
            about=about.get(sheet.record, "Familie"),
            label=labels.get(sheet.field, sheet.field),
            outcome=Outcome(sheet.outcome),
            before=sheet.before,
            after=sheet.after,
            day=date.fromisoformat(sheet.day),
            asked_by=sheet.asked_by,
            decided_by=names.get(UUID(sheet.decided_by), "") if sheet.decided_by else "",
            reason=sheet.reason,
            evidence=sheet.evidence,
        )
        for sheet in reversed(sheets)
    ]
