"""The sweep: finds what no bell was heard for, so that a dead Redis costs seconds and never a message."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from uuid import UUID

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EinstiegError
from app.messages.delivery import deliver
from app.messages.sweeping import due_now, lead, step_down, sweep, unheard
from app.queue import Doorbell, JobName, connect, ringing_connection
from workers.periodic import PERIODIC, Periodic, Rounds

log = logging.getLogger(__name__)

NAME = "sweep"
SWEEP_SECONDS = 5.0
LEASE_SECONDS = 15.0
ROUND_SECONDS = 10.0


class Sweeper:
    """Sweeps every few seconds while it leads; without a Redis that answers it delivers by itself."""

    def __init__(
        self,
        app: Flask,
        *,
        redis_url: str | None,
        stopping: threading.Event,
        every: float = SWEEP_SECONDS,
        periodic: Sequence[Periodic] | None = None,
    ) -> None:
        self.app = app
        self.every = every
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{id(self):x}"
        self.bell: Doorbell = connect(redis_url)
        self.rounds = Rounds(PERIODIC if periodic is None else periodic)
        self._stopping = stopping
        self._redis: Redis | None = ringing_connection(redis_url) if redis_url else None
        self._trouble = ""

    def run(self) -> None:
        """Sweep until told to stop, then let the next one lead."""
        while not self._stopping.is_set():
            self.once()
            self._stopping.wait(self.every)
        with contextlib.suppress(SQLAlchemyError, EinstiegError), self.app.app_context():
            self.rounds.finish()
            step_down(NAME, self.owner)

    def once(self) -> bool:
        """One round; answers whether this one leads. A database that is away is tried again next time."""
        try:
            with self.app.app_context():
                if not lead(NAME, self.owner, seconds=max(LEASE_SECONDS, 3 * self.every)):
                    return False
                self._sweep()
                self.rounds.do_due()
        except (SQLAlchemyError, EinstiegError, OSError) as error:
            self._say(type(error).__name__)
            return False
        self._say("")
        return True

    def _sweep(self) -> None:
        if not self._bell_is_heard():
            sweep()
            self._deliver(due_now())
            return
        self._deliver(unheard())
        for message_id in sweep():
            self.bell.ring(JobName.DELIVER_MESSAGE, str(message_id))

    def _deliver(self, message_ids: Sequence[UUID]) -> None:
        """Deliver for at most ten seconds, so that a slow mail server does not keep the sweep waiting."""
        until = time.monotonic() + ROUND_SECONDS
        for message_id in message_ids:
            if self._stopping.is_set() or time.monotonic() > until:
                return
            deliver(message_id)

    def _bell_is_heard(self) -> bool:
        if self._redis is None:
            return False
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False

    def _say(self, trouble: str) -> None:
        """Log a change of fortune once, not every round."""
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble:
                log.warning("sweep interrupted: %s", trouble)
            else:
                log.info("sweep goes on")
