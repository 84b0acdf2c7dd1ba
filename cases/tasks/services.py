"""Giving, finishing and dropping tasks; what the system plans may be planned twice and exists once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import User
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Invalid, NotFound, NotPermitted
from app.policies import Actor, OrganisationKind, authorise
from cases.keeping import hold, note
from cases.kinds import TaskKind
from cases.models import Case, Task
from cases.policies import CasePermission
from cases.queries import get_case, get_child
from cases.sheets import TaskText
from cases.states import TaskState
from cases.tasks.queries import get_task
from cases.tasks.rules import is_planned_by_system, may_finish


def add_task(
    actor: Actor,
    *,
    case_id: UUID,
    kind: TaskKind,
    due_on: date,
    child_id: UUID | None = None,
    text: str = "",
    assigned_to: UUID | None = None,
) -> Task:
    """Give a task to somebody, or to whoever counsels the case (`assigned_to` None).

    A kind that the system plans exists once for a case, child and day: asked for again, the task that is open
    or done already is the answer, and a dropped one is open again.
    """
    case = get_case(actor, case_id, CasePermission.MANAGE_TASKS)
    with transaction() as current:
        _lock(case_id)
        if child_id is not None:
            get_child(actor, case, child_id)
        present = _present(case_id, child_id, kind, due_on) if is_planned_by_system(kind) else None
        if present is not None:
            if present.state is TaskState.DROPPED:
                present.state, present.done_at, present.done_by = TaskState.OPEN, None, None
                _note(actor, case, present, Action.CHANGED)
            return present
        task = _new_task(case_id, child_id, kind, due_on)
        task.assigned_to = _assignee(actor, case, assigned_to)
        current.add(task)
        current.flush()
        if text:
            records.create(TaskText(text=text), record_id=task.id, scope=case.scope)
        _note(actor, case, task, Action.CREATED)
    return task


def finish_task(actor: Actor, *, task_id: UUID) -> Task:
    """Mark a task as done; doing so twice changes nothing. Raises NotPermitted for what only the lead may tick off."""
    task = get_task(actor, task_id)
    with transaction():
        _lock(task.case_id)
        task = _locked(task_id)
        case = get_case(actor, task.case_id, CasePermission.MANAGE_TASKS)
        if not may_finish(actor, task.kind):
            raise NotPermitted("the lead reviews emergency accesses")
        if task.state is TaskState.OPEN:
            task.state, task.done_at, task.done_by = TaskState.DONE, clock.now(), actor.user_id
            _note(actor, case, task, Action.CHANGED)
    return task


def reopen_task(actor: Actor, *, task_id: UUID) -> Task:
    """Take a finished or dropped task up again."""
    task = get_task(actor, task_id)
    with transaction():
        _lock(task.case_id)
        task = _locked(task_id)
        case = get_case(actor, task.case_id, CasePermission.MANAGE_TASKS)
        if task.state is not TaskState.OPEN:
            task.state, task.done_at, task.done_by = TaskState.OPEN, None, None
            _note(actor, case, task, Action.CHANGED)
    return task


def drop_tasks(actor: Actor, *, case_id: UUID, kind: TaskKind, child_id: UUID | None = None) -> int:
    """Drop the open tasks of a kind that no longer need doing; answers how many there were."""
    case = get_case(actor, case_id, CasePermission.MANAGE_TASKS)
    with transaction() as current:
        _lock(case_id)
        query = select(Task).where(Task.case_id == case_id, Task.kind == kind, Task.state == TaskState.OPEN)
        if child_id is not None:
            query = query.where(Task.child_id == child_id)
        tasks = current.scalars(query).all()
        for task in tasks:
            task.state, task.done_at, task.done_by = TaskState.DROPPED, clock.now(), actor.user_id
            _note(actor, case, task, Action.CHANGED)
    return len(tasks)


def note_list_read(actor: Actor, *, case_ids: list[UUID]) -> None:
    """Keep in the audit trail that somebody saw the list of tasks, with the cases that stood in it."""
    authorise(actor, CasePermission.LIST)
    with transaction():
        audit.record(
            Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="task_list",
            facts={"cases": sorted({str(case_id) for case_id in case_ids})},
        )


def _new_task(case_id: UUID, child_id: UUID | None, kind: TaskKind, due_on: date) -> Task:
    return Task(
        id=new_id(),
        case_id=case_id,
        child_id=child_id,
        kind=kind,
        state=TaskState.OPEN,
        due_on=due_on,
        created_at=clock.now(),
    )


def _present(case_id: UUID, child_id: UUID | None, kind: TaskKind, due_on: date) -> Task | None:
    query = select(Task).where(Task.case_id == case_id, Task.kind == kind, Task.due_on == due_on)
    query = query.where(Task.child_id == child_id if child_id else Task.child_id.is_(None))
    return session().scalars(query.order_by(Task.id)).first()


def _lock(case_id: UUID) -> None:
    """Queue at the case's row before any of its tasks: two workers do not plan the same one, and `list_days`, which
    locks the case after a change of its tasks, never waits for somebody who waits for this (SQLite has one writer).
    """
    hold(case_id)


def _locked(task_id: UUID) -> Task:
    """The task as it is now, locked until the open transaction ends: of two at once the second sees the first."""
    task = session().scalar(
        select(Task).where(Task.id == task_id).with_for_update().execution_options(populate_existing=True)
    )
    if task is None:
        raise NotFound("task")
    return task


def _assignee(actor: Actor, case: Case, wanted: UUID | None) -> UUID | None:
    """Whom to give a task: somebody of the actor's house; KIM's own tasks never fall to the KI by default."""
    if wanted is None:
        return actor.user_id if actor.organisation_kind is not OrganisationKind.KI else None
    user = session().get(User, wanted)
    if user is None or not user.is_active or user.organisation_id not in (actor.organisation_id, case.organisation_id):
        raise Invalid("assigned_to", "unknown")
    return wanted


def _note(actor: Actor, case: Case, task: Task, action: Action) -> None:
    note(
        actor,
        case,
        action,
        "task",
        subject_id=task.id,
        digest=records.digest(TaskText, task.id),
        facts={"kind": task.kind.value, "state": task.state.value},
    )
