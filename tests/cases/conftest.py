"""What every test of case files watches besides its own matter: the days of the case list stay in step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.data.database import session
from cases.child_states import WITHOUT_SEAT
from cases.models import Case, Child, Task
from cases.states import TaskState


@pytest.fixture(autouse=True)
def list_days_are_what_one_would_count(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever act a test walked through, each case carries the earliest days of its own children and tasks."""
    if "app" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("app")
    yield
    session().rollback()
    children = session().execute(select(Child.case_id, Child.waiting_since, Child.state, Child.seated_on)).all()
    tasks = session().execute(select(Task.case_id, Task.due_on, Task.state)).all()
    for case_id, *kept in session().execute(select(Case.id, Case.waiting_since, Case.next_due_on)):
        waiting = [
            row.waiting_since
            for row in children
            if row.case_id == case_id and row.state in WITHOUT_SEAT and row.seated_on is None and row.waiting_since
        ]
        due = [row.due_on for row in tasks if row.case_id == case_id and row.state is TaskState.OPEN]
        assert kept == [min(waiting, default=None), min(due, default=None)]
