"""The box on a case file's first page: what is to be done next, at most five tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import clock
from app.policies import Actor
from cases.models import Case
from cases.panels import Panel
from cases.policies import CasePermission
from cases.states import TaskState
from cases.tasks.queries import tasks_of_case

MOST = 5


def load(actor: Actor, case: Case) -> Mapping[str, Any]:
    """The open tasks of the case, pressing ones first."""
    lines = tasks_of_case(actor, case, today=clock.today())
    return {"lines": [line for line in lines if line.task.state is TaskState.OPEN][:MOST]}


PANEL = Panel(
    key="tasks",
    title="Aufgaben",
    template="cases/tasks/_panel.html",
    permission=CasePermission.MANAGE_TASKS,
    load=load,
    order=10,
)
