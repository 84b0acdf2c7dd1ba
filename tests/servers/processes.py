"""Server processes that the tests own: stopped by their id, never left behind by a killed run."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, Signals

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(death_signal: Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel signals it when we go; None where unsupported."""
    if LIBC is None:
        return None
    libc, parent = LIBC, os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), SIGKILL)

    return ask_kernel


def short_folder(prefix: str) -> Path:
    """A fresh private folder with a path short enough for a unix socket (about 100 bytes)."""
    return Path(tempfile.mkdtemp(prefix=f"{prefix}-"))


def remove_folder(folder: Path) -> None:
    """Remove a folder of ours; what a dying server still writes there is no error."""
    shutil.rmtree(folder, ignore_errors=True)


class OwnProcess:
    """One server process, its output kept in a file for the error text."""

    def __init__(self, arguments: Sequence[str | Path], *, log: Path, death_signal: Signals) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self.log = log
        self.death_signal = death_signal
        self.process: subprocess.Popen[bytes] | None = None

    def start(
        self,
        ready: Callable[[], bool],
        *,
        user: int | None = None,
        env: Mapping[str, str] | None = None,
        seconds: float = 30,
    ) -> None:
        """Start and wait until `ready()`; raises RuntimeError with the end of the log otherwise."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=user,
                env=dict(env) if env is not None else None,
                start_new_session=True,
                preexec_fn=die_with_parent(self.death_signal),
            )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if ready():
                return
            time.sleep(0.02)
        self.stop(SIGKILL)
        raise RuntimeError(
            f"{Path(self.arguments[0]).name} did not start:\n{self.log.read_text(errors='replace')[-2000:]}"
        )

    @property
    def pid(self) -> int | None:
        """The id of the running process, or None when it does not run."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def signal(self, number: Signals) -> None:
        """Send `number` to this process alone, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self, number: Signals, *, seconds: float = 15) -> None:
        """Send `number`, wait, and kill what has not gone after `seconds`."""
        if self.process is None:
            return
        self.signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process = None
