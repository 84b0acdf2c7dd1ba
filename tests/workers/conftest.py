"""An installation in a temporary folder, its real servers, and a look at which processes still live."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from config import Config, read_config
from tests.servers.processes import remove_folder, short_folder
from workers import embedded
from workers.processes import stop
from workers.programs import free_port


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name, wherever the tests' own folders lie."""
    folder = short_folder("eg")
    yield folder
    remove_folder(folder)


@pytest.fixture
def environment(short_home: Path) -> dict[str, str]:
    """The environment of a fresh demo installation on free loopback ports."""
    return {
        "PATH": os.environ["PATH"],
        "EINSTIEG_MODE": "demo",
        "EINSTIEG_HOME": str(short_home / "home"),
        "SECRET_KEY": "k" * 40,
        "PORT": str(free_port("127.0.0.1")),
        "SMTP_URL": f"smtp://127.0.0.1:{free_port('127.0.0.1')}",
    }


@pytest.fixture
def installation(environment: dict[str, str]) -> Config:
    """The settings read from that environment."""
    return read_config(environment)


@pytest.fixture
def queue_server(installation: Config) -> Iterator[embedded.Transport]:
    """The embedded server of the installation, running."""
    transport = embedded.choose_transport(installation)
    process = embedded.start(transport, installation)
    assert process is not None
    yield transport
    stop([process], grace=1.0)


@pytest.fixture
def queue_client(queue_server: embedded.Transport) -> Iterator[Redis]:
    """A client of that server."""
    assert queue_server.url is not None
    with Redis.from_url(queue_server.url) as client:
        yield client


@pytest.fixture
def run_python() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Run a Python text in a process of its own, which ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def run(text: str, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", text, *arguments],
            env={**os.environ, **(environment or {})},
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
