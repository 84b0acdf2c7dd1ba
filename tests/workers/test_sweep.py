"""The sweep: it rings while Redis answers, delivers by itself while it does not, and one leads at a time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis

from app import clock, queue
from app.data.database import session
from app.messages.models import Message, MessageState
from tests.plugins.outbox import NOON, Outbox, use_mail_server
from tests.servers.doorbell import DoorbellServer
from tests.servers.smtp import SmtpServer
from workers.sweep import Sweeper


@pytest.fixture(autouse=True)
def mail_server_in_use(app: Flask, smtp_server: SmtpServer) -> None:
    """Every message goes to the running mail server."""
    use_mail_server(app, smtp_server.url)


def _sweeper(app: Flask, redis_url: str | None = None) -> Sweeper:
    return Sweeper(app, redis_url=redis_url, stopping=threading.Event(), every=0.1, periodic=[])


def _state(message_id: object) -> MessageState:
    session().rollback()
    return session().get_one(Message, message_id, populate_existing=True).state


def test_without_a_queue_the_sweep_sends_what_is_due_and_nothing_else(
    app: Flask, outbox: Outbox, smtp_server: SmtpServer
) -> None:
    due, later = outbox(), outbox(hours=3)
    sweeper = _sweeper(app)
    assert sweeper.once()
    assert (_state(due), _state(later)) == (MessageState.SENT, MessageState.PLANNED)
    clock.start_at(NOON + timedelta(hours=3, seconds=9))
    assert sweeper.once()
    assert _state(later) is MessageState.SENT
    assert len(smtp_server.deliveries) == 2


def test_while_redis_answers_it_rings_and_delivers_only_what_nobody_heard(
    app: Flask, outbox: Outbox, redis_url: str, smtp_server: SmtpServer
) -> None:
    message_id = outbox(hours=3)
    clock.start_at(NOON + timedelta(hours=3, seconds=1))
    sweeper = _sweeper(app, redis_url)
    with Redis.from_url(redis_url) as connection:
        for _ in range(2):
            assert sweeper.once()
            assert len(queue.open_queue(connection)) == 1
    assert smtp_server.deliveries == []
    clock.start_at(NOON + timedelta(hours=3, seconds=40))
    assert sweeper.once()
    assert _state(message_id) is MessageState.SENT


def test_with_a_dead_redis_messages_still_leave(app: Flask, outbox: Outbox, smtp_server: SmtpServer) -> None:
    server = DoorbellServer()
    server.start()
    try:
        app.extensions["doorbell"] = queue.connect(server.url)
        sweeper = _sweeper(app, server.url)
        server.kill()
        message_id = outbox()
        assert sweeper.once()
        assert _state(message_id) is MessageState.SENT
        server.start()
        outbox(hours=1)
        clock.start_at(NOON + timedelta(hours=1, seconds=9))
        assert sweeper.once()
        assert len(smtp_server.deliveries) == 1
    finally:
        server.stop()


def test_of_two_sweepers_one_leads_and_the_other_follows_when_it_ends(
    app: Flask, outbox: Outbox, smtp_server: SmtpServer
) -> None:
    clock.start_at(NOON)
    first, second = _sweeper(app), _sweeper(app)
    assert [first.once(), second.once(), first.once()] == [True, False, True]
    ended = threading.Event()
    ended.set()
    first._stopping = ended
    first.run()
    message_id = outbox()
    assert second.once()
    assert _state(message_id) is MessageState.SENT


def test_a_database_that_is_away_is_no_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeper = _sweeper(app)
    with monkeypatch.context() as patch:
        patch.setattr("workers.sweep.lead", _fail)
        assert not sweeper.once()
    assert sweeper.once()


def _fail(*_: object, **__: object) -> bool:
    raise OSError
