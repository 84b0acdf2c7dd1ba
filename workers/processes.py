"""Child processes that cannot outlive their supervisor, and locks that cannot outlive their holder."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
PROJECT = Path(__file__).resolve().parent.parent
GUARDIAN = Path(__file__).with_name("guardian.py")
TICK_SECONDS = 0.02


class Locked(Exception):
    """Somebody else holds the lock; the text names the file's role, never a path."""


@dataclass(frozen=True, slots=True)
class Program:
    """One row of the process table: what to run, and how it is to end."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    death_signal: signal.Signals = signal.SIGTERM
    lock: Path | None = None
    stops_last: bool = False


def _find_prctl() -> Callable[..., int] | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        found: Callable[..., int] = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return None
    return found


_prctl = _find_prctl()


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start the program in a group of its own; call from the main thread, whose death is what it notices.

    Its lock file stays locked for as long as the process lives; raises Locked if another one holds it.
    """
    supervisor = os.getpid()
    command = program.command
    if _prctl is None:
        told = (str(supervisor), str(int(program.death_signal)))
        command = (sys.executable, "-P", str(GUARDIAN), *told, *command)
    with contextlib.ExitStack() as stack:
        inherited = [stack.enter_context(holding(program.lock))] if program.lock else []
        return subprocess.Popen(
            command,
            env=dict(program.environment),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            process_group=0,
            pass_fds=inherited,
            preexec_fn=_die_with(supervisor, program.death_signal) if _prctl else None,
        )


def _die_with(supervisor: int, death_signal: signal.Signals) -> Callable[[], None]:
    """What runs between fork and exec: ask for the signal, and leave if the supervisor is gone already."""

    def bind() -> None:
        if _prctl is not None:
            _prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != supervisor:
            os._exit(1)

    return bind


@contextlib.contextmanager
def holding(file: Path) -> Iterator[int]:
    """Hold an exclusive lock on `file` and answer its descriptor; raises Locked at once when it is taken."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Locked(file.stem) from None
        yield descriptor
    finally:
        os.close(descriptor)


def stop(children: Sequence[subprocess.Popen[bytes]], *, grace: float = 6.0) -> None:
    """End these children and all of their groups: SIGTERM, and SIGKILL after `grace` seconds."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + grace
    while any(child.poll() is None for child in children) and time.monotonic() < deadline:
        time.sleep(TICK_SECONDS)
    for child in children:
        kill_group(child)
        child.wait()


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """SIGKILL whatever is left in the child's process group; nothing left is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def wait_until(question: Callable[[], bool], *, seconds: float, every: float = TICK_SECONDS) -> bool:
    """Ask until the answer is yes (True) or the time is over (False)."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)
    return True
