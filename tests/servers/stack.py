"""The whole of Einstieg as one command starts it: web, worker, queue and mail server, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from signal import SIGINT, SIGTERM
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers.processes import OwnProcess, remove_folder, short_folder
from workers.mailbox import StoredMail, messages
from workers.programs import free_port

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Fuenf-Kraniche-ziehen"
LOCALHOST = "127.0.0.1"
GENEROUS_SECONDS = 180


class Stack:
    """A demo on free ports; it can be stopped and started again at another time without losing anything."""

    def __init__(self, now: datetime) -> None:
        self.folder = short_folder("eg")
        self.home = self.folder / "home"
        self.port = free_port(LOCALHOST)
        self.url = f"http://{LOCALHOST}:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "EINSTIEG_MODE": "demo",
            "EINSTIEG_HOME": str(self.home),
            "HOST": LOCALHOST,
            "PORT": str(self.port),
            "SMTP_URL": f"smtp://{LOCALHOST}:{free_port(LOCALHOST)}",
            "EINSTIEG_DEMO_PASSWORD": PASSWORD,
            "EINSTIEG_NOW": now.isoformat(),
        }
        self.seconds_to_start: list[float] = []
        self.process = self._process()

    def start(self, now: datetime | None = None) -> float:
        """Start, at this instant if one is given; answers the seconds until it is healthy."""
        if now is not None:
            self.environment["EINSTIEG_NOW"] = now.isoformat()
        self.process = self._process()
        began = time.monotonic()
        self.process.start(self.is_healthy, env=self.environment, seconds=GENEROUS_SECONDS)
        self.seconds_to_start.append(time.monotonic() - began)
        return self.seconds_to_start[-1]

    def stop(self) -> None:
        """End it as Ctrl+C does; everything stays in its folder."""
        self.process.stop(SIGINT, seconds=30)

    def remove(self) -> None:
        """End it and throw its folder away."""
        self.process.stop(SIGTERM, seconds=30)
        remove_folder(self.folder)

    def is_healthy(self) -> bool:
        """Whether the web answers."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=1) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def mails(self) -> list[StoredMail]:
        """What families were sent, oldest first."""
        return messages(self.home / "mail")[::-1]

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `flask …` as the operator of this installation."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=GENEROUS_SECONDS,
        )

    def _process(self) -> OwnProcess:
        return OwnProcess([sys.executable, "-m", "workers.up"], log=self.folder / "stack.log", death_signal=SIGTERM)
