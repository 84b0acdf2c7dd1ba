"""The two days of the case list: kept past the session too, counted by the migration, no change to a case's lock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.data.database import db, session, transaction
from app.data.setup import migrate, migrate_down
from cases.kinds import TaskKind
from cases.list_days import keep_days
from cases.models import Case, Task
from cases.tasks.services import add_task, finish_task
from tests.plugins.application import World
from tests.plugins.families import OpenCase

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def days(case_id: UUID) -> tuple[date | None, date | None]:
    session().rollback()
    row = session().execute(select(Case.waiting_since, Case.next_due_on).where(Case.id == case_id)).one()
    return row[0], row[1]


def test_the_nearest_open_task_is_the_cases_next_day_and_leaves_its_version_alone(
    world: World, open_case: OpenCase
) -> None:
    clock.start_at(MONDAY)
    case, lead, today = open_case("lead"), world.actor("lead"), clock.today()
    version = case.version
    dues = [today + timedelta(days=ahead) for ahead in (2, 9)]
    soon, late = (add_task(lead, case_id=case.id, kind=TaskKind.CALL_BACK, due_on=due_on) for due_on in dues)
    assert days(case.id) == (date(2026, 10, 1), soon.due_on)
    finish_task(lead, task_id=soon.id)
    assert days(case.id)[1] == late.due_on
    assert session().get_one(Case, case.id, populate_existing=True).version == version
    with transaction() as current:
        current.execute(update(Task).where(Task.id == late.id).values(due_on=today))
        keep_days(current, [case.id])
    assert days(case.id)[1] == today


def test_the_migration_counts_the_days_of_cases_that_are_there_already(
    app: Flask, world: World, open_case: OpenCase
) -> None:
    clock.start_at(MONDAY)
    cases = [open_case("lead").id for _ in range(2)]
    add_task(world.actor("lead"), case_id=cases[0], kind=TaskKind.CALL_BACK, due_on=clock.today())
    before = [days(case_id) for case_id in cases]
    session().close()
    migrate_down(db.engine, "data", "0003")
    migrate(db.engine, "data")
    assert (
        [days(case_id) for case_id in cases]
        == before
        == [(date(2026, 10, 1), clock.today()), (date(2026, 10, 1), None)]
    )
