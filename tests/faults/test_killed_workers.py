"""Workers killed in the midst of sending: nothing is sent twice, nothing is lost without a trace."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from signal import SIGKILL
from uuid import UUID

import pytest
from aiosmtpd.smtp import Envelope, Session
from flask import Flask

from app import clock, queue
from app.data.database import session
from app.messages.delivery import deliver
from app.messages.models import Message, MessageState
from app.messages.sweeping import due_now, sweep
from config import Config
from tests.plugins.outbox import Outbox, use_mail_server
from tests.servers.smtp import DsnTolerantSmtp, Mailbox, SmtpServer
from tests.servers.worker import WorkerNursery
from workers.processes import wait_until

MESSAGES = 40
KILLS = 5
AT_ONCE = 2  # the bell and the sweep of one worker

pytestmark = pytest.mark.slow


class SlowMailbox(Mailbox):
    """Keeps each message, and answers a moment later: the moment in which a worker dies."""

    async def handle_DATA(self, server: DsnTolerantSmtp, session: Session, envelope: Envelope) -> str:
        """Keep, then wait."""
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.1)
        return answer


@pytest.fixture
def slow_server() -> Iterator[SmtpServer]:
    """A mail server that takes its time."""
    server = SmtpServer()
    server.mailbox = server.handler = SlowMailbox()
    server.start()
    yield server
    server.stop()


def test_killing_workers_sends_nothing_twice_and_loses_nothing(
    app: Flask, config: Config, outbox: Outbox, slow_server: SmtpServer, redis_url: str
) -> None:
    app.extensions["doorbell"] = queue.connect(redis_url)
    use_mail_server(app, slow_server.url)
    ids = {outbox() for _ in range(MESSAGES)}
    nursery = WorkerNursery(config, smtp_url=slow_server.url, redis_url=redis_url)
    try:
        for number in range(1, KILLS + 1):
            enough = min(len(slow_server.deliveries) + 1 + number, MESSAGES)
            worker = nursery.begin()
            assert wait_until(lambda enough=enough: len(slow_server.deliveries) >= enough, seconds=20)
            os.kill(worker, SIGKILL)
    finally:
        nursery.close()
    _finish()
    session().rollback()
    states = {message.id: message.state for message in session().query(Message).populate_existing()}
    ledger = Counter(UUID(one.message["Message-ID"].strip("<>").partition("@")[0]) for one in slow_server.deliveries)
    uncertain = {key for key, state in states.items() if state is MessageState.UNCERTAIN}
    assert set(states) == ids
    assert max(ledger.values()) == 1
    assert {key for key, state in states.items() if state is MessageState.SENT} == set(ledger) - uncertain
    assert ids - set(ledger) <= uncertain
    assert len(uncertain) <= KILLS * AT_ONCE


def _finish() -> None:
    """What the next worker would do once the leases of the killed ones are over."""
    session().rollback()
    clock.start_at(clock.now() + timedelta(minutes=2))
    sweep()
    while waiting := due_now():
        for message_id in waiting:
            deliver(message_id)
