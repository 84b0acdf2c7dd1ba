"""Listening for the bell: an RQ worker that runs in this process and outlives its Redis."""

from __future__ import annotations

import logging
import threading
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker

from app.queue import BellJob, open_queue

log = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0
LISTEN_SECONDS = 60


class BellWorker(SimpleWorker):
    """RQ's loop with our own signals, and without the commands that anybody with Redis could send."""

    max_connection_wait_time = LONGEST_PAUSE
    is_interruptible = False

    def _install_signal_handlers(self) -> None:
        """Ours stay: they know of the sweep as well."""

    def subscribe(self) -> None:
        """Take no commands over Redis."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""

    def execute_job(self, job: Any, queue: Any) -> None:
        """Run one job, during which a signal waits."""
        BellWorker.is_interruptible = False
        try:
            super().execute_job(job, queue)
        finally:
            BellWorker.is_interruptible = True


def listen(url: str, stopping: threading.Event) -> None:
    """Run jobs as they come until told to stop; a Redis that is away is looked for again and again."""
    pause = 0.5
    while not stopping.is_set():
        # Longer than the worker's blocking wait: redis-py gives up after five seconds by itself.
        connection = Redis.from_url(url, socket_connect_timeout=2.0, socket_timeout=LISTEN_SECONDS + 5)
        try:
            connection.ping()
            pause = 0.5
            _work(connection)
        except (RedisError, OSError, ValueError) as error:
            log.warning("no bell to listen to: %s", type(error).__name__)
        finally:
            BellWorker.is_interruptible = False
            connection.close()
        stopping.wait(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _work(connection: Redis) -> None:
    worker = BellWorker(
        [open_queue(connection)],
        connection=connection,
        job_class=BellJob,
        serializer="json",
        worker_ttl=LISTEN_SECONDS,
    )
    worker.log_job_description = False
    BellWorker.is_interruptible = True
    worker.work(logging_level="WARNING")
