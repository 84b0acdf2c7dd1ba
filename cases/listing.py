"""The list of cases: filters and order over what lies in the clear, names opened for one page alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, or_, select
from sqlalchemy.orm import selectinload

from app import clock
from app.accounts import queries as people
from app.data.database import session
from app.policies import Actor, authorise, permits
from app.web.pagination import PAGE_SIZE, Page
from cases import queries, schooling
from cases.child_states import WITHOUT_SEAT, ChildState
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess, Child, Task
from cases.policies import CasePermission
from cases.sheets import CaseSummary
from cases.states import CaseState, TaskState


class Whose(StrEnum):
    """Whose cases a list shows."""

    OWN = "own"
    ALL = "all"
    UNASSIGNED = "unassigned"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The German words for tabs."""
        return {
            "own": "Meine Fälle",
            "all": "Alle offenen",
            "unassigned": "Ohne Beratung",
            "closed": "Abgeschlossen",
        }[self.value]


class Order(StrEnum):
    """How a list is sorted."""

    WAITING = "waiting"
    NEWEST = "newest"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; `longer_than` counts days without a seat."""

    whose: Whose = Whose.ALL
    state: CaseState | None = None
    child_state: ChildState | None = None
    advisor_id: UUID | None = None
    longer_than: int | None = None
    order: Order = Order.WAITING


@dataclass(frozen=True, slots=True)
class ChildOfRow:
    """One child as a list shows it; `days` without a seat, None for one that waits for none."""

    name: str
    latin: str
    born: str
    state: ChildState
    days: int | None


@dataclass(frozen=True, slots=True)
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

    @property
    def days(self) -> int | None:
        """The longest wait of its children."""
        return max((child.days for child in self.children if child.days is not None), default=None)


def case_list(actor: Actor, filters: Filters, *, number: int) -> Page[Row]:
    """One page of the cases `actor` may know of; about ten queries, however long the list."""
    authorise(actor, CasePermission.LIST)
    wait, due = _waits(), _dues()
    conditions = _conditions(actor, filters, wait)
    total = session().scalar(
        select(func.count()).select_from(Case).outerjoin(wait, wait.c.case_id == Case.id).where(*conditions)
    )
    number = min(number, max(1, -(-(total or 0) // PAGE_SIZE)))
    query = (
        select(Case)
        .outerjoin(wait, wait.c.case_id == Case.id)
        .outerjoin(due, due.c.case_id == Case.id)
        .where(*conditions)
        .order_by(*_order(filters.order, wait, due), Case.id.desc())
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return Page(rows_of(actor, _loaded(query)), number, total or 0)


def counts(actor: Actor) -> dict[Whose, int]:
    """How many cases stand behind each tab of the list."""
    authorise(actor, CasePermission.LIST)
    found = {}
    for whose in Whose:
        query = select(func.count()).select_from(Case).where(queries.visible_to(actor), *_whose(actor, whose))
        found[whose] = session().scalar(query) or 0
    return found


def rows_by_id(actor: Actor, case_ids: Sequence[UUID]) -> list[Row]:
    """Rows of these cases in this order, as far as the actor may know of them."""
    query = select(Case).where(Case.id.in_(case_ids), queries.visible_to(actor))
    rows = {row.case_id: row for row in rows_of(actor, _loaded(query))}
    return [rows[case_id] for case_id in case_ids if case_id in rows]


def rows_of(actor: Actor, cases: Sequence[Case]) -> list[Row]:
    """What a list shows of cases that were selected by `visible_to`."""
    ids = [case.id for case in cases]
    opened = queries.summaries(actor, ids)
    advisors = people.names([case.advisor_id for case in cases])
    due = _due_days(ids)
    return [
        _row(actor, case, opened[case.id], advisors.get(case.advisor_id) if case.advisor_id else None, due)
        for case in cases
    ]


def _row(actor: Actor, case: Case, summary: CaseSummary, advisor: str | None, due: dict[UUID, date]) -> Row:
    today = clock.today()
    lines = {line.child_id: line for line in summary.children}
    children = [
        ChildOfRow(line.name, line.latin, line.born, child.state, _days(child, today))
        for child in case.children
        if (line := lines.get(str(child.id))) is not None
    ]
    due_on = due.get(case.id)
    return Row(
        case_id=case.id,
        reference=case.reference,
        family_name=summary.family_name,
        latin=summary.latin,
        children=children,
        language=summary.language,
        interpreter=summary.interpreter,
        state=case.state,
        advisor=advisor or "",
        due_on=due_on,
        is_overdue=due_on is not None and due_on < today,
        may_read=permits(actor, CasePermission.READ, case),
        may_open_in_emergency=permits(actor, CasePermission.OPEN_IN_EMERGENCY, case),
    )


def _days(child: Child, today: date) -> int | None:
    """Days without a seat of a child that still waits; what is over is told in its own file."""
    still_waits = child.state in WITHOUT_SEAT and child.seated_on is None
    return schooling.days_without_seat(child, on=today) if still_waits else None


def _loaded(query: Select[Case]) -> Sequence[Case]:
    return list(session().scalars(query.options(selectinload(Case.children))))


def _waits() -> Subquery:
    """The earliest begin of waiting among the children of a case that still wait."""
    return (
        select(Child.case_id, func.min(Child.waiting_since).label("since"))
        .where(Child.state.in_(WITHOUT_SEAT), Child.seated_on.is_(None), Child.waiting_since <= clock.today())
        .group_by(Child.case_id)
        .subquery()
    )


def _dues() -> Subquery:
    return (
        select(Task.case_id, func.min(Task.due_on).label("day"))
        .where(Task.state == TaskState.OPEN)
        .group_by(Task.case_id)
        .subquery()
    )


def _due_days(case_ids: Collection[UUID]) -> dict[UUID, date]:
    query = select(Task.case_id, func.min(Task.due_on)).where(Task.state == TaskState.OPEN, Task.case_id.in_(case_ids))
    return {row[0]: row[1] for row in session().execute(query.group_by(Task.case_id))}


def _conditions(actor: Actor, filters: Filters, wait: Subquery) -> list[ColumnElement[bool]]:
    conditions = [queries.visible_to(actor), *_whose(actor, filters.whose)]
    if filters.state is not None:
        conditions.append(Case.state == filters.state)
    if filters.advisor_id is not None:
        conditions.append(Case.advisor_id == filters.advisor_id)
    if filters.child_state is not None:
        conditions.append(exists().where(Child.case_id == Case.id, Child.state == filters.child_state))
    if filters.longer_than is not None:
        first = date.fromordinal(clock.today().toordinal() - filters.longer_than)
        conditions.append(wait.c.since < first)
    return conditions


def _whose(actor: Actor, whose: Whose) -> list[ColumnElement[bool]]:
    is_open = Case.state != CaseState.CLOSED
    if whose is Whose.CLOSED:
        return [Case.state == CaseState.CLOSED]
    if whose is Whose.UNASSIGNED:
        return [is_open, Case.advisor_id.is_(None)]
    if whose is Whose.OWN:
        shared = exists().where(
            and_(
                CaseAccess.case_id == Case.id,
                CaseAccess.user_id == actor.user_id,
                CaseAccess.kind.in_([AccessKind.DEPUTY, AccessKind.HANDOVER]),
            )
        )
        return [is_open, or_(Case.advisor_id == actor.user_id, shared)]
    return [is_open]


def _order(order: Order, wait: Subquery, due: Subquery) -> list[ColumnElement[bool]]:
    if order is Order.NEWEST:
        return []
    column = wait.c.since if order is Order.WAITING else due.c.day
    return [column.is_(None), column]
