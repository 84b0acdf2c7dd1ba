"""The worker as a process: it sends over RQ or without, lives through a dead Redis, and ends when told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from signal import SIGTERM

import pytest
from flask import Flask

from app import clock, queue
from app.data.database import session
from app.messages.models import Message, MessageState
from config import Config
from tests.plugins.outbox import NOON, Outbox
from tests.servers.doorbell import DoorbellServer
from tests.servers.smtp import SmtpServer
from tests.servers.worker import WorkerProcess
from workers.doctor import examine
from workers.processes import wait_until

Start = Callable[[str | None], WorkerProcess]
pytestmark = pytest.mark.slow


@pytest.fixture
def start(app: Flask, config: Config, smtp_server: SmtpServer) -> Iterator[Start]:
    """A function that starts a worker on the stores under test."""
    running: list[WorkerProcess] = []

    def begin(redis_url: str | None) -> WorkerProcess:
        running.append(WorkerProcess(config, smtp_url=smtp_server.url, redis_url=redis_url))
        return running[-1]

    yield begin
    for worker in running:
        worker.close()


@pytest.fixture
def mortal_redis() -> Iterator[DoorbellServer]:
    """A Redis that this test may kill."""
    server = DoorbellServer()
    server.start()
    yield server
    server.stop()


def _finding(config: Config, name: str) -> str:
    return next(str(finding) for finding in examine(config) if finding.name == name)


def _arrives(server: SmtpServer, number: int, worker: WorkerProcess, *, seconds: float) -> bool:
    def is_decided() -> bool:
        return len(server.deliveries) >= number or worker.process.poll() is not None

    return wait_until(is_decided, seconds=seconds) and len(server.deliveries) >= number


def test_a_ring_is_answered_at_once_and_the_worker_outlives_its_redis(
    app: Flask, outbox: Outbox, smtp_server: SmtpServer, start: Start, mortal_redis: DoorbellServer
) -> None:
    app.extensions["doorbell"] = queue.connect(mortal_redis.url)
    outbox()
    worker = start(mortal_redis.url)
    assert _arrives(smtp_server, 1, worker, seconds=20), worker.said()
    outbox()
    assert _arrives(smtp_server, 2, worker, seconds=2), worker.said()
    mortal_redis.kill()
    outbox()
    assert _arrives(smtp_server, 3, worker, seconds=8), worker.said()
    assert worker.end(SIGTERM, seconds=5) == 0
    session().rollback()
    assert [state for (state,) in session().query(Message.state)] == [MessageState.SENT] * 3
    assert "olena" not in worker.said()


def test_without_a_queue_it_sends_and_ends_when_told(
    config: Config, outbox: Outbox, smtp_server: SmtpServer, start: Start
) -> None:
    outbox()
    worker = start(None)
    assert _arrives(smtp_server, 1, worker, seconds=20), worker.said()
    assert _finding(config, "worker") == "OK worker: läuft."
    assert worker.end(SIGTERM, seconds=5) == 0
    assert worker.said().count("Traceback") == 0
    assert _finding(config, "worker").startswith("WARN")


def test_the_doctor_sees_what_waits(config: Config, outbox: Outbox) -> None:
    outbox()
    assert _finding(config, "outbox") == "OK outbox: nichts steht."
    clock.start_at(NOON + timedelta(minutes=3))
    assert _finding(config, "outbox").startswith("WARN outbox: 1 fällige")
