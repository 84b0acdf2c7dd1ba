"""Two days a case row carries for the list: since when a child of it waits, and by when something is due.

Both can be counted from the rows of children and tasks. They are kept beside the case because a list of 100,000
cases is sorted by them, and they are kept by the flush itself, so that no act can forget them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, event, func, select, update
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history

from app.data.database import db
from cases.child_states import WITHOUT_SEAT
from cases.models import Case, Child, Task
from cases.states import TaskState

AT_ONCE = 500


def watch() -> None:
    """Keep the days of every case whose children or tasks a session writes, from now on."""
    event.listen(db.session, "before_flush", _note_touched)
    event.listen(db.session, "after_flush", _keep_touched)


def keep_days(current: Session, case_ids: Collection[UUID]) -> None:
    """Count both days of these cases anew; to be called after rows were changed in bulk, past the session.

    The cases are locked first: of two who change tasks of a case at once, the second counts what the first left.
    """
    wanted = sorted(case_ids)
    for start in range(0, len(wanted), AT_ONCE):
        ids = wanted[start : start + AT_ONCE]
        locked = select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update(key_share=True)
        current.connection().execute(locked).all()
        # Past the session: these days are no change of the case that its version lock should notice.
        values = {"waiting_since": _waiting_since(), "next_due_on": _next_due_on()}
        current.connection().execute(update(Case).where(Case.id.in_(ids)).values(**values))


def _note_touched(current: Session, _context: UOWTransaction, _instances: object) -> None:
    touched = set(_touched(current))
    if touched:
        current.info.setdefault("list_days", set()).update(touched)


def _keep_touched(current: Session, _context: UOWTransaction) -> None:
    touched: set[UUID] = current.info.pop("list_days", set())
    if touched:
        keep_days(current, touched)


def _touched(current: Session) -> Iterator[UUID]:
    """The cases of children and tasks that the coming flush writes; one that moved to another case touches both."""
    for row in [*current.new, *current.deleted, *(row for row in current.dirty if current.is_modified(row))]:
        if isinstance(row, Child | Task):
            before, same, after = get_history(row, "case_id")
            yield from (case_id for case_id in (*before, *same, *after) if case_id)
            if isinstance(row, Child) and "case" in row.__dict__ and row.case is not None:
                yield row.case.id  # a new child learns its case's id only while it is written


def _waiting_since() -> ScalarSelect[Any]:
    """The earliest begin of waiting among the children of a case that still wait, the future included."""
    return (
        select(func.min(Child.waiting_since))
        .where(Child.case_id == Case.id, Child.state.in_(WITHOUT_SEAT), Child.seated_on.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )


def _next_due_on() -> ScalarSelect[Any]:
    """The earliest day of the tasks of a case that are open."""
    due = select(func.min(Task.due_on)).where(Task.case_id == Case.id, Task.state == TaskState.OPEN)
    return due.correlate(Case).scalar_subquery()
