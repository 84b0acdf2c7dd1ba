"""Jobs: an allowed name, an id, a handler for each name; and periodic work that stands on its own feet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.data.base import new_id
from app.data.database import session
from app.messages.models import Message, MessageState
from app.queue import JobRefused
from tests.plugins.outbox import NOON, Outbox, use_mail_server
from tests.servers.smtp import SmtpServer
from workers import jobs
from workers.periodic import Periodic, Rounds


@pytest.fixture(autouse=True)
def bound(app: Flask) -> Iterator[None]:
    """The jobs of this process run in the application under test."""
    jobs.bind(app)
    yield
    jobs._process.app = None


def test_a_job_delivers_the_message_it_names_and_may_run_twice(
    app: Flask, outbox: Outbox, smtp_server: SmtpServer
) -> None:
    use_mail_server(app, smtp_server.url)
    message_id = outbox()
    for _ in range(2):
        jobs.run("messages.deliver", str(message_id))
    assert len(smtp_server.deliveries) == 1
    session().rollback()
    assert session().get_one(Message, message_id, populate_existing=True).state is MessageState.SENT


def test_a_job_for_a_row_that_is_gone_does_nothing() -> None:
    jobs.run("messages.deliver", str(new_id()))


def test_a_name_without_a_handler_is_refused() -> None:
    with pytest.raises(JobRefused):
        jobs.run("os.system", str(UUID(int=1)))


def test_periodic_work_is_done_when_due_and_one_error_stops_no_other(app: Flask) -> None:
    done: list[str] = []

    def stumble() -> None:
        raise ZeroDivisionError

    rounds = Rounds(
        [
            Periodic("stumbling", timedelta(minutes=1), stumble),
            Periodic("holds", timedelta(hours=1), lambda: done.append("holds")),
        ]
    )
    clock.start_at(NOON)
    assert [rounds.do_due(), rounds.do_due()] == [2, 0]
    clock.start_at(NOON + timedelta(minutes=2))
    assert rounds.do_due() == 1
    clock.start_at(NOON - timedelta(days=1))
    assert rounds.do_due() == 2
    assert done == ["holds", "holds"]
