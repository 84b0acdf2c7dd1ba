"""The list of cases: one page of rows with names opened for that page alone, and how many stand behind each tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts import queries as people
from app.data.database import session
from app.policies import Actor, authorise, permits
from app.web.pagination import Page
from cases import list_order, queries, schooling
from cases.child_states import WITHOUT_SEAT, ChildState
from cases.list_filters import Filters, Order, Whose
from cases.models import Case, Child
from cases.policies import CasePermission, is_restricted
from cases.sheets import CaseSummary
from cases.states import CaseState

__all__ = ["ChildOfRow", "Filters", "Order", "Row", "Whose", "case_list", "counts", "load", "rows_by_id", "rows_of"]


@dataclass(frozen=True, slots=True, repr=False)
class ChildOfRow:
    """One child as a list shows it; `days` without a seat, None for one that waits for none."""

    name: str
    latin: str
    born: str
    state: ChildState
    days: int | None


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One case as a list shows it; `may_read` False: found by name, to be opened by its advisor."""

    case_id: UUID
    reference: str
    family_name: str
    latin: str
    children: list[ChildOfRow]
    language: str
    interpreter: bool
    state: CaseState
    advisor: str
    due_on: date | None
    is_overdue: bool
    may_read: bool
    may_open_in_emergency: bool = False
    is_restricted: bool = False

    @property
    def days(self) -> int | None:
        """The longest wait of its children."""
        return max((child.days for child in self.children if child.days is not None), default=None)


def case_list(actor: Actor, filters: Filters, *, number: int) -> Page[Row]:
    """One page of the cases `actor` may know of; the same few queries however long the list."""
    authorise(actor, CasePermission.LIST)
    found = list_order.find(actor, filters, number=number)
    return Page(rows_by_id(actor, found.case_ids), found.number, found.total)


def counts(actor: Actor) -> dict[Whose, int]:
    """How many cases stand behind each tab of the list."""
    authorise(actor, CasePermission.LIST)
    return list_order.find(actor, Filters(), number=1).counts


def rows_by_id(actor: Actor, case_ids: Sequence[UUID]) -> list[Row]:
    """Rows of these cases in this order, as far as the actor may know of them."""
    if not case_ids:
        return []
    # By the ids alone, and judged here: asked for both, SQLite walks the index of all cases for the few.
    cases = [case for case in load(case_ids) if permits(actor, CasePermission.FIND, case)]
    cases = [case for case in cases if case.merged_into_id is None]
    names = people.names([case.advisor_id for case in cases])
    return rows_of(actor, cases, queries.summaries(actor, [case.id for case in cases]), names)


def load(case_ids: Sequence[UUID]) -> list[Case]:
    """Cases with their children and access in one query, as they lie there now, in this order."""
    if not case_ids:
        return []
    query = select(Case).where(Case.id.in_(case_ids)).options(joinedload(Case.children), joinedload(Case.access))
    rows = session().scalars(query.execution_options(populate_existing=True)).unique()
    by_id = {case.id: case for case in rows}
    return [by_id[case_id] for case_id in case_ids if case_id in by_id]


def rows_of(
    actor: Actor, cases: Sequence[Case], summaries: Mapping[UUID, CaseSummary], names: Mapping[UUID, str]
) -> list[Row]:
    """What a list shows of cases that `visible_to` selected, with what was opened of them and their advisors."""
    return [
        _row(actor, case, summaries[case.id], names.get(case.advisor_id, "") if case.advisor_id else "")
        for case in cases
    ]


def _row(actor: Actor, case: Case, summary: CaseSummary, advisor: str) -> Row:
    today = clock.today()
    lines = {line.child_id: line for line in summary.children}
    children = [
        ChildOfRow(line.name, line.latin, line.born, child.state, _days(child, today))
        for child in case.children
        if (line := lines.get(str(child.id))) is not None
    ]
    return Row(
        case_id=case.id,
        reference=case.reference,
        family_name=summary.family_name,
        latin=summary.latin,
        children=children,
        language=summary.language,
        interpreter=summary.interpreter,
        state=case.state,
        advisor=advisor,
        due_on=case.next_due_on,
        is_overdue=case.next_due_on is not None and case.next_due_on < today,
        may_read=permits(actor, CasePermission.READ, case),
        may_open_in_emergency=permits(actor, CasePermission.OPEN_IN_EMERGENCY, case),
        is_restricted=is_restricted(case),
    )


def _days(child: Child, today: date) -> int | None:
    """Days without a seat of a child that still waits; what is over is told in its own file."""
    still_waits = child.state in WITHOUT_SEAT and child.seated_on is None
    return schooling.days_without_seat(child, on=today) if still_waits else None
