"""Tasks: planned twice they exist once, and they follow whoever counsels the case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import NotFound
from app.policies import system_of
from cases.kinds import TaskKind
from cases.models import Case, Task
from cases.queries import get_case
from cases.states import TaskState
from cases.tasks import queries, services
from tests.plugins.acceptance import HandOver
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries


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


def test_of_two_who_finish_a_task_at_once_one_did_it(
    app: Flask, world: World, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = open_case(advisor="advisor")
    actors = [world.actor(who) for who in ("advisor", "lead")]
    task_id = services.add_task(actors[0], case_id=case.id, kind=TaskKind.CALL_BACK, due_on=clock.today()).id
    session().rollback()
    both_inside = Barrier(2)

    def look(*asked: Any) -> Case:
        """Gives the other writer time to come as far; under the lock only one gets here at a time."""
        with suppress(BrokenBarrierError):
            both_inside.wait(timeout=0.5)
        return get_case(*asked)

    def finish(number: int) -> None:
        with app.app_context():
            services.finish_task(actors[number], task_id=task_id)

    monkeypatch.setattr(services, "get_case", look)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(finish, range(2)))
    session().expire_all()
    noted = entries(subject=task_id, action=Action.CHANGED)
    assert [entry.actor_id for entry in noted] == [session().get_one(Task, task_id).done_by]
    services.reopen_task(actors[0], task_id=task_id)
    assert session().get_one(Task, task_id).state is TaskState.OPEN


@pytest.mark.parametrize(("who", "count"), [("advisor", 1), ("lead", 3), ("manager", 1), ("kim_lead", 2)])
def test_as_many_tasks_are_counted_overdue_as_the_list_shows(
    world: World, open_case: OpenCase, hand_over: HandOver, who: str, count: int
) -> None:
    today = clock.today()
    mine, others = open_case(advisor="advisor"), open_case(advisor="colleague")
    hand_over(mine, "manager")
    for giver, case in (("reception", mine), ("colleague", others)):
        for days in (1, 0):
            day = today - timedelta(days=days)
            services.add_task(world.actor(giver), case_id=case.id, kind=TaskKind.CALL_BACK, due_on=day)
    due = today - timedelta(days=1)
    services.add_task(world.actor("manager"), case_id=mine.id, kind=TaskKind.GENERAL, due_on=due)
    lines = queries.open_tasks(world.actor(who), team=True, today=today)
    overdue = sum(line.urgency.is_overdue for line in lines)
    assert queries.count_overdue(world.actor(who), today=today) == overdue == count
