"""The worker as a process of its own, on the stores of the application under test."""

from __future__ import annotations

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


class WorkerProcess:
    """`python -m workers` with these settings; its clock goes a little ahead, however slowly it starts."""

    def __init__(self, config: Config, *, smtp_url: str, redis_url: str | None) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115
        told = {
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
