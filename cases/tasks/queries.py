"""Which tasks somebody has, and which a case has, pressing ones first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from app.accounts import queries as people
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, Role, permits
from cases.kinds import TaskKind
from cases.models import Case, Child, Task
from cases.policies import CasePermission
from cases.queries import get_case, visible_to
from cases.sheets import CaseSummary, TaskText
from cases.states import TaskState
from cases.tasks.rules import Urgency, may_finish, urgency


@dataclass(frozen=True, slots=True, repr=False)
class TaskLine:
    """One task as a list shows it, with the words that lie sealed."""

    task: Task
    text: str
    child_name: str
    assignee: str
    urgency: Urgency
    may_finish: bool
    reference: str = ""
    family_name: str = ""

    @property
    def title(self) -> str:
        """What to do: somebody's own words, else the name of the kind."""
        return self.text if self.text and self.task.kind is TaskKind.GENERAL else self.task.kind.label

    @property
    def remark(self) -> str:
        """What was written besides the kind."""
        return "" if self.task.kind is TaskKind.GENERAL else self.text


def get_task(actor: Actor, task_id: UUID) -> Task:
    """A task of a case whose tasks the actor may manage; raises NotFound otherwise."""
    task = session().get(Task, task_id)
    if task is None:
        raise NotFound("task")
    get_case(actor, task.case_id, CasePermission.MANAGE_TASKS)
    return task


def may_see_team(actor: Actor) -> bool:
    """Leads see what everybody in their house has to do; reception, too, as it has no cases of its own."""
    return actor.has(Role.LEAD, Role.KIM_LEAD, Role.RECEPTION)


def open_tasks(
    actor: Actor, *, team: bool, today: date, until: date | None = None, at_most: int | None = None
) -> list[TaskLine]:
    """Open tasks, the most pressing first: one's own, or with `team` those of everybody.

    A task nobody in particular has belongs to whoever counsels the case now. `until` leaves later ones out.
    """
    return _lines(actor, _open_rows(actor, team=team, until=until)[:at_most], today)


def count_overdue(actor: Actor, *, today: date) -> int:
    """How many tasks on the widest list the actor may see should have been done before `today`."""
    return len(_open_rows(actor, team=True, until=today - timedelta(days=1)))


def _open_rows(actor: Actor, *, team: bool, until: date | None) -> list[tuple[Task, Case]]:
    query = (
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(Task.state == TaskState.OPEN, visible_to(actor))
        .order_by(Task.due_on, Task.id)
        .options(selectinload(Case.access))
    )
    if not (team and may_see_team(actor)):
        mine = Task.assigned_to == actor.user_id
        query = query.where(or_(mine, and_(Task.assigned_to.is_(None), Case.advisor_id == actor.user_id)))
    if until is not None:
        query = query.where(Task.due_on <= until)
    rows = session().execute(query)
    return [(task, case) for task, case in rows if permits(actor, CasePermission.MANAGE_TASKS, case)]


def tasks_of_case(actor: Actor, case: Case, *, today: date) -> list[TaskLine]:
    """All tasks of a case: open ones by day, then what was done, latest first."""
    tasks = list(session().scalars(select(Task).where(Task.case_id == case.id).order_by(Task.due_on, Task.id)))
    is_open = [task for task in tasks if task.state is TaskState.OPEN]
    over = sorted(
        (task for task in tasks if task.state is not TaskState.OPEN),
        key=lambda task: task.done_at or task.created_at,
        reverse=True,
    )
    return _lines(actor, [(task, case) for task in is_open + over], today)


def count_open(case_id: UUID) -> int:
    """How many tasks of a case are open."""
    query = select(Task.id).where(Task.case_id == case_id, Task.state == TaskState.OPEN)
    return len(session().scalars(query).all())


def assignable(actor: Actor) -> list[tuple[UUID, str]]:
    """Colleagues who may be given a task, by name."""
    roles = (Role.RECEPTION, Role.ADVISOR, Role.LEAD, Role.KIM_CASE_MANAGER, Role.KIM_LEAD)
    ids = [user.id for user in people.people(actor.organisation_id, *roles)]
    return sorted(people.names(ids).items(), key=lambda pair: pair[1].casefold())


def _lines(actor: Actor, rows: Sequence[tuple[Task, Case]], today: date) -> list[TaskLine]:
    reader = actor.organisation_id
    texts = records.find_many(TaskText, [task.id for task, _ in rows], reader=reader)
    summaries = records.find_many(CaseSummary, {case.id for _, case in rows}, reader=reader)
    names = people.names([task.assigned_to or case.advisor_id for task, case in rows])
    lines = []
    for task, case in rows:
        summary = summaries[case.id].sheet if case.id in summaries else None
        who = task.assigned_to or case.advisor_id
        lines.append(
            TaskLine(
                task=task,
                text=texts[task.id].sheet.text if task.id in texts else "",
                child_name=_child_name(summary, task.child_id),
                assignee=names.get(who, "") if who else "",
                urgency=urgency(task.due_on, today),
                may_finish=may_finish(actor, task.kind),
                reference=case.reference,
                family_name=summary.family_name if summary else "",
            )
        )
    return lines


def _child_name(summary: CaseSummary | None, child_id: UUID | None) -> str:
    if summary is None or child_id is None:
        return ""
    return next((line.name for line in summary.children if line.child_id == str(child_id)), "")


def children_named(actor: Actor, children: Collection[Child], case: Case) -> list[tuple[UUID, str]]:
    """The children of a case with what a list calls them."""
    stored = records.find(CaseSummary, case.id, reader=actor.organisation_id)
    summary = stored.sheet if stored else None
    return [(child.id, _child_name(summary, child.id) or f"Kind {child.position}") for child in children]
