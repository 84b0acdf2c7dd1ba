"""The doorbell: tells a worker over Redis that a row waits in the database; correctness never needs it."""

from __future__ import annotations

import logging
import re
import threading
import time
from enum import StrEnum
from typing import Any, Protocol

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.job import Job

logger = logging.getLogger(__name__)

QUEUE_NAME = "einstieg"
JOB_PATH = "workers.jobs.run"
SERIALIZER = "rq.serializers.JSONSerializer"
DESCRIPTION = "doorbell"

ANSWER_SECONDS = 0.25
PAUSE_SECONDS = 2.0
FORGET_SECONDS = 3600
JOB_SECONDS = 120
FAILURE_SECONDS = 300

_RECORD_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


class JobName(StrEnum):
    """Everything a bell may ask for; a name that is missing here is never enqueued and never run."""

    DELIVER_MESSAGE = "messages.deliver"
    ROUTE_HANDOVER = "handover.route"
    FILL_WAITING = "waiting.fill"


JOB_NAMES: frozenset[str] = frozenset(JobName)


class JobRefused(Exception):
    """What came over Redis is not one of our jobs; the text never repeats what it was."""


class JobFailed(Exception):
    """A job ended in an error; the text is the type of that error and nothing of its content."""


class Doorbell(Protocol):
    """Something that may wake a worker sooner than its next sweep would."""

    def ring(self, job_name: str, record_id: str) -> None:
        """Ask for `job_name` on the row `record_id`; best effort, never raises, at most half a second."""


class SilentDoorbell:
    """The bell of the polling transport: nothing is sent, the sweep of the database finds the row."""

    def __init__(self, allowed: frozenset[str] = JOB_NAMES) -> None:
        self.allowed = allowed

    def ring(self, job_name: str, record_id: str) -> None:
        """Check the call as the real bell would, and send nothing."""
        admissible(job_name, record_id, allowed=self.allowed)


class RedisDoorbell:
    """The bell over RQ: one function, an allowed name and an id; silent for a moment after Redis failed."""

    def __init__(self, connection: Redis, *, allowed: frozenset[str] = JOB_NAMES) -> None:
        self.allowed = allowed
        self.queue = open_queue(connection)
        self._quiet_until = 0.0
        self._lock = threading.Lock()

    def ring(self, job_name: str, record_id: str) -> None:
        """Put the id on the queue; whatever goes wrong is logged by its type alone and otherwise ignored."""
        if not admissible(job_name, record_id, allowed=self.allowed) or self._is_quiet():
            return
        try:
            self.queue.enqueue_call(
                JOB_PATH,
                args=(str(job_name), str(record_id)),
                timeout=JOB_SECONDS,
                result_ttl=0,
                ttl=FORGET_SECONDS,
                failure_ttl=FAILURE_SECONDS,
                description=DESCRIPTION,
            )
        except (RedisError, OSError, ValueError) as error:
            self._fall_quiet()
            logger.warning("doorbell not heard: %s", type(error).__name__)

    def _is_quiet(self) -> bool:
        with self._lock:
            return time.monotonic() < self._quiet_until

    def _fall_quiet(self) -> None:
        with self._lock:
            self._quiet_until = time.monotonic() + PAUSE_SECONDS


class BellJob(Job):
    """The only kind of job our workers perform: allow-listed before it runs, its errors scrubbed after."""

    allowed: frozenset[str] = JOB_NAMES

    def perform(self) -> Any:
        """Run the job; raises JobRefused for a foreign one, JobFailed without content for any error in it."""
        self.refuse_foreign()
        try:
            return super().perform()
        except Exception as error:
            raise JobFailed(f"{type(error).__module__}.{type(error).__qualname__}") from None

    @property
    def success_callback(self) -> None:
        """Nothing: our bell sets no callback, and RQ would import one by the name it finds in Redis."""

    @property
    def failure_callback(self) -> None:
        """Nothing, as for `success_callback`; RQ asks for this one even when the job was refused."""

    @property
    def stopped_callback(self) -> None:
        """Nothing, as for `success_callback`."""

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """Nothing: no address that stands in Redis is ever called."""

    def refuse_foreign(self) -> None:
        """Raise JobRefused unless function and arguments are what our own bell would have sent."""
        arguments = list(self.args or ())
        plain = len(arguments) == 2 and not self.kwargs and self.instance is None
        ours = plain and self.func_name == JOB_PATH
        if not ours or not admissible(*arguments, allowed=self.allowed):
            raise JobRefused("a job that no doorbell of this installation sent")


def admissible(job_name: object, record_id: object, *, allowed: frozenset[str] = JOB_NAMES) -> bool:
    """Whether the name is on the allow-list and the id is a UUID; logs a refusal without either of them."""
    if isinstance(job_name, str) and job_name in allowed and _RECORD_ID.fullmatch(str(record_id)) is not None:
        return True
    logger.error("doorbell refused: the job name is unknown or the record id is no UUID")
    return False


def open_queue(connection: Redis) -> Queue:
    """The one RQ queue, read and written with JSON; a worker opens the same one (and no second queue)."""
    return Queue(
        QUEUE_NAME,
        connection=connection,
        serializer=SERIALIZER,
        job_class=BellJob,
        default_timeout=JOB_SECONDS,
    )


def ringing_connection(url: str) -> Redis:
    """A lazy connection that gives up after a quarter of a second and never retries: for web processes."""
    return Redis.from_url(
        url,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        health_check_interval=0,
    )


def connect(url: str | None, *, allowed: frozenset[str] = JOB_NAMES) -> Doorbell:
    """The bell for this Redis address (`redis://`, `rediss://`, `unix://`); without one, the silent bell."""
    if url is None:
        return SilentDoorbell(allowed)
    return RedisDoorbell(ringing_connection(url), allowed=allowed)
