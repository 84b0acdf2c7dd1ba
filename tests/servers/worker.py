"""The worker as a process of its own, on the stores of the application under test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL, Signals

from app import clock
from config import Config
from tests.servers.processes import die_with_parent

AHEAD = timedelta(seconds=15)
ROOT = Path(__file__).resolve().parents[2]


def worker_environment(config: Config, *, smtp_url: str, redis_url: str | None) -> dict[str, str]:
    """What a worker on the stores under test is told; its clock goes a little ahead, however slowly it starts."""
    return {
        "PATH": os.environ["PATH"],
        "EINSTIEG_MODE": "test",
        "EINSTIEG_HOME": str(config.home),
        "EINSTIEG_KEY_FILE": str(config.key_file),
        "DATABASE_URL": config.database_url,
        "KEYS_DATABASE_URL": config.keys_database_url,
        "SECRET_KEY": config.secret_key,
        "SMTP_URL": smtp_url,
        "EINSTIEG_NOW": (clock.now() + AHEAD).isoformat(),
        "REDIS_URL": redis_url or "",
        "EINSTIEG_TRANSPORT": "auto" if redis_url else "polling",
    }


class WorkerProcess:
    """`python -m workers` on the stores under test."""

    def __init__(self, config: Config, *, smtp_url: str, redis_url: str | None) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115
        told = worker_environment(config, smtp_url=smtp_url, redis_url=redis_url)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers"],
            env=told,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            preexec_fn=die_with_parent(SIGKILL),
        )

    def end(self, number: Signals, *, seconds: float = 10) -> int:
        """Send the signal and answer the exit code; raises TimeoutExpired when it does not go."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def said(self) -> str:
        """Everything it wrote so far."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def close(self) -> None:
        """Kill it if it still runs, and forget what it wrote."""
        if self.process.poll() is None:
            self.end(SIGKILL)
        self.log.close()


NURSERY = """
import json, os, signal, sys
from tests.servers.processes import die_with_parent
from workers.__main__ import main

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    bind = die_with_parent(signal.SIGKILL)
    child = os.fork()
    if child == 0:
        bind and bind()
        sys.stdin.close()
        os._exit(main(json.loads(line)))
    print(child, flush=True)
"""


class WorkerNursery:
    """Forks workers from one process that has imported everything, so that many can be killed in little time."""

    def __init__(self, config: Config, *, smtp_url: str, redis_url: str | None) -> None:
        self.config, self.smtp_url, self.redis_url = config, smtp_url, redis_url
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=die_with_parent(SIGKILL),
        )

    def begin(self) -> int:
        """Start a worker and answer its process id."""
        assert self.process.stdin is not None and self.process.stdout is not None
        told = worker_environment(self.config, smtp_url=self.smtp_url, redis_url=self.redis_url)
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        """End the nursery, and with it the workers it still has."""
        self.process.kill()
        self.process.communicate()
