"""Tasks: planned twice they exist once, and they follow whoever counsels the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.data.database import session, transaction
from app.errors import NotFound
from app.policies import system_of
from cases.kinds import TaskKind
from cases.models import Task
from cases.states import TaskState
from cases.tasks import queries, services
from tests.plugins.application import World
from tests.plugins.families import OpenCase


def test_a_planned_task_exists_once_however_often_it_is_asked_for(world: World, open_case: OpenCase) -> None:
    case = open_case()
    system = system_of(world.ki.id, world.ki.kind)
    due = clock.today() + timedelta(days=3)
    first = services.add_task(system, case_id=case.id, kind=TaskKind.AWAIT_AUTHORITY, due_on=due)
    again = services.add_task(system, case_id=case.id, kind=TaskKind.AWAIT_AUTHORITY, due_on=due)
    child = services.add_task(
        system, case_id=case.id, kind=TaskKind.AWAIT_AUTHORITY, due_on=due, child_id=case.children[0].id
    )
    assert first.id == again.id != child.id
    assert services.drop_tasks(system, case_id=case.id, kind=TaskKind.AWAIT_AUTHORITY) == 2
    revived = services.add_task(system, case_id=case.id, kind=TaskKind.AWAIT_AUTHORITY, due_on=due)
    assert (revived.id, revived.state) == (first.id, TaskState.OPEN)


def test_people_may_write_two_tasks_for_one_day(world: World, open_case: OpenCase) -> None:
    case = open_case(advisor="advisor")
    actor = world.actor("advisor")
    for text in ("Zeugnis nachfragen", "Schule anrufen"):
        services.add_task(actor, case_id=case.id, kind=TaskKind.GENERAL, due_on=clock.today(), text=text)
    titles = [line.title for line in queries.open_tasks(actor, team=False, today=clock.today())]
    assert titles == ["Zeugnis nachfragen", "Schule anrufen"]


def test_a_task_of_nobody_follows_the_advisor_and_a_finished_one_leaves_the_list(
    world: World, open_case: OpenCase
) -> None:
    case = open_case(advisor="advisor")
    today = clock.today()
    reception, advisor, colleague = (world.actor(who) for who in ("reception", "advisor", "colleague"))
    task = services.add_task(reception, case_id=case.id, kind=TaskKind.CALL_BACK, due_on=today - timedelta(days=2))
    assert [line.urgency.label for line in queries.open_tasks(advisor, team=False, today=today)] == [
        "seit 2 Tagen überfällig"
    ]
    with transaction():
        case.advisor_id = colleague.user_id
    assert queries.open_tasks(advisor, team=False, today=today) == []
    assert [line.task.id for line in queries.open_tasks(colleague, team=False, today=today)] == [task.id]
    services.finish_task(colleague, task_id=task.id)
    assert queries.open_tasks(colleague, team=False, today=today) == []
    assert session().get(Task, task.id).done_by == colleague.user_id  # type: ignore[union-attr]


def test_strangers_find_no_task(world: World, open_case: OpenCase) -> None:
    case = open_case(advisor="advisor")
    task = services.add_task(
        world.actor("advisor"), case_id=case.id, kind=TaskKind.GENERAL, due_on=clock.today(), text="x"
    )
    for who in ("colleague", "manager", "kim_lead", "admin", "officer"):
        with pytest.raises(NotFound):
            services.finish_task(world.actor(who), task_id=task.id)
        with pytest.raises(NotFound):
            services.add_task(world.actor(who), case_id=case.id, kind=TaskKind.GENERAL, due_on=clock.today())
    assert queries.open_tasks(world.actor("lead"), team=True, today=clock.today())[0].assignee == "Anna Beraterin"
