"""The doorbell: an id over Redis, allow-listed on both ends, and never in the way of the act that rang it."""

from __future__ import annotations

import json
import logging
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue, SimpleWorker

from app.queue import (
    DESCRIPTION,
    JOB_PATH,
    BellJob,
    JobName,
    RedisDoorbell,
    SilentDoorbell,
    admissible,
    connect,
    open_queue,
)
from config import read_config
from tests.servers.processes import remove_folder, short_folder
from workers import embedded
from workers.processes import stop

RECORD = "0198c0de-0000-7000-8000-000000000001"
STRANGER = "Amina Beispiel +49 211 000000"


@pytest.fixture
def server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A real server of this test's own: its address and its process."""
    home = short_folder("eg")
    settings = read_config({"EINSTIEG_MODE": "test", "EINSTIEG_HOME": str(home), "SECRET_KEY": "k" * 40})
    transport = embedded.choose_transport(settings)
    process = embedded.start(transport, settings)
    assert process is not None and transport.url is not None
    yield transport.url, process
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
    stop([process], grace=1.0)
    remove_folder(home)


def work_off(url: str) -> SimpleWorker:
    """Let a real RQ worker with our job class take what waits, then stop."""
    connection = Redis.from_url(url)
    worker = SimpleWorker([open_queue(connection)], connection=connection, job_class=BellJob, serializer="json")
    worker.work(burst=True, logging_level="CRITICAL")
    return worker


def everything_in(url: str) -> bytes:
    """All that the server holds, as bytes."""
    with Redis.from_url(url) as client:
        return b"\n".join(client.dump(key) or b"" for key in client.keys("*"))


def test_a_ring_leaves_one_job_that_carries_a_name_and_an_id(server: tuple[str, object]) -> None:
    bell = connect(server[0])

    bell.ring(JobName.DELIVER_MESSAGE, RECORD)

    with Redis.from_url(server[0]) as client:
        (job,) = open_queue(client).jobs
        assert job.func_name == JOB_PATH
        assert job.args == [JobName.DELIVER_MESSAGE, RECORD]
        assert job.description == DESCRIPTION
        assert (job.result_ttl, job.retries_left) == (0, None)
        assert job.failure_ttl is not None and job.failure_ttl <= 600
        data = client.hget(job.key, "data")
        assert isinstance(data, bytes)


def test_a_ring_is_never_forgotten_in_redis_for_longer_than_an_hour(server: tuple[str, object]) -> None:
    connect(server[0]).ring(JobName.DELIVER_MESSAGE, RECORD)

    with Redis.from_url(server[0]) as client:
        (job,) = open_queue(client).jobs
        assert 0 < int(client.ttl(job.key)) <= 3600


@pytest.mark.parametrize("name", ["os.system", "", "messages.deliver ", "MESSAGES.DELIVER", STRANGER])
def test_a_name_off_the_allow_list_is_not_enqueued(
    server: tuple[str, object], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    connect(server[0]).ring(name, RECORD)

    with Redis.from_url(server[0]) as client:
        assert len(open_queue(client)) == 0
    assert "refused" in caplog.text
    assert STRANGER not in caplog.text


@pytest.mark.parametrize("record", ["", "1", STRANGER, f"{RECORD}\n", f"{RECORD} {STRANGER}"])
def test_what_is_no_id_is_not_enqueued(
    server: tuple[str, object], record: str, caplog: pytest.LogCaptureFixture
) -> None:
    connect(server[0]).ring(JobName.DELIVER_MESSAGE, record)

    with Redis.from_url(server[0]) as client:
        assert len(open_queue(client)) == 0
    assert STRANGER not in caplog.text


@pytest.mark.parametrize("url", ["unix:///nowhere/queue.sock", "redis://127.0.0.1:1/0"])
def test_a_dead_redis_costs_no_time_and_no_error(url: str, caplog: pytest.LogCaptureFixture) -> None:
    bell = connect(url)
    before = time.monotonic()

    for _ in range(50):
        bell.ring(JobName.DELIVER_MESSAGE, RECORD)

    assert time.monotonic() - before < 0.5
    assert caplog.messages == ["doorbell not heard: ConnectionError"]


def test_a_frozen_redis_costs_half_a_second_at_most(server: tuple[str, subprocess.Popen[bytes]]) -> None:
    url, process = server
    bell = connect(url)
    bell.ring(JobName.DELIVER_MESSAGE, RECORD)
    process.send_signal(signal.SIGSTOP)
    before = time.monotonic()

    for _ in range(50):
        bell.ring(JobName.DELIVER_MESSAGE, RECORD)

    assert time.monotonic() - before < 0.6


def test_a_server_that_accepts_and_says_nothing_costs_half_a_second_at_most() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        bell = connect(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        before = time.monotonic()
        bell.ring(JobName.DELIVER_MESSAGE, RECORD)
        assert time.monotonic() - before < 0.6


def test_the_bell_is_heard_again_once_redis_is_back(
    server: tuple[str, subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, process = server
    monkeypatch.setattr("app.queue.PAUSE_SECONDS", 0.1)
    bell = connect(url)
    process.send_signal(signal.SIGSTOP)
    bell.ring(JobName.DELIVER_MESSAGE, RECORD)
    process.send_signal(signal.SIGCONT)
    time.sleep(0.15)

    bell.ring(JobName.DELIVER_MESSAGE, RECORD)

    with Redis.from_url(url) as client:
        assert len(open_queue(client)) >= 1


def test_without_an_address_the_bell_is_silent_and_still_checks(caplog: pytest.LogCaptureFixture) -> None:
    bell = connect(None)
    assert isinstance(bell, SilentDoorbell)

    bell.ring(JobName.DELIVER_MESSAGE, RECORD)
    assert caplog.messages == []
    bell.ring("os.system", RECORD)
    assert len(caplog.messages) == 1


def test_the_password_of_redis_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bell = connect("redis://:geheim123@127.0.0.1:1/0")

    bell.ring(JobName.DELIVER_MESSAGE, RECORD)

    assert "geheim123" not in caplog.text + repr(bell)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("os.system", ["true"]),
        ("builtins.eval", ["1", "2"]),
        (JOB_PATH, ["os.system", RECORD]),
        (JOB_PATH, [["messages.deliver"], RECORD]),
        (JOB_PATH, [JobName.DELIVER_MESSAGE, STRANGER]),
        (JOB_PATH, [JobName.DELIVER_MESSAGE]),
    ],
)
def test_a_worker_refuses_what_no_bell_of_ours_sent(
    server: tuple[str, object], function: str, arguments: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    monkeypatch.setattr("os.system", ran.append)
    with Redis.from_url(server[0]) as client:
        job = Queue("einstieg", connection=client, serializer="json").enqueue_call(function, args=arguments)
        work_off(server[0])
        found = BellJob.fetch(job.id, connection=client, serializer="json")
        assert found.is_failed
        assert "JobRefused" in str(found.latest_result().exc_string)
    assert ran == []


def test_a_failure_callback_planted_in_redis_is_never_called(
    server: tuple[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    monkeypatch.setattr("os.system", lambda *given: ran.append(given))
    with Redis.from_url(server[0]) as client:
        job = Queue("einstieg", connection=client, serializer="json").enqueue_call("os.getcwd")
        client.hset(job.key, "failure_callback_name", "os.system")
        client.hset(job.key, "success_callback_name", "os.system")
        work_off(server[0])
    assert ran == []


def test_an_error_inside_a_job_reaches_redis_as_its_type_alone(
    server: tuple[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(name: str, record: str) -> None:
        raise LookupError(f"no such family: {STRANGER}")

    monkeypatch.setattr(BellJob, "func", property(lambda _: run))
    connect(server[0]).ring(JobName.DELIVER_MESSAGE, RECORD)
    with Redis.from_url(server[0]) as client:
        (job,) = open_queue(client).jobs
        work_off(server[0])
        text = str(BellJob.fetch(job.id, connection=client, serializer="json").latest_result().exc_string)
    assert "JobFailed: builtins.LookupError" in text
    assert STRANGER not in text
    assert STRANGER.encode() not in everything_in(server[0])


def test_a_job_that_ended_well_leaves_nothing_behind(
    server: tuple[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, str]] = []
    monkeypatch.setattr(BellJob, "func", property(lambda _: lambda name, record: ran.append((name, record))))
    connect(server[0]).ring(JobName.DELIVER_MESSAGE, RECORD)

    work_off(server[0])

    with Redis.from_url(server[0]) as client:
        assert client.keys("rq:job:*") == []
    assert ran == [(JobName.DELIVER_MESSAGE, RECORD)]


def test_an_installation_may_bring_its_own_allow_list(server: tuple[str, object]) -> None:
    with Redis.from_url(server[0]) as client:
        RedisDoorbell(client, allowed=frozenset({"only.this"})).ring("only.this", RECORD)
        (job,) = open_queue(client).jobs
        assert json.loads(json.dumps(job.args)) == ["only.this", RECORD]
    assert not admissible("only.this", RECORD)
