"""Ends a child when its supervisor dies, where the kernel has no death signal for that (macOS, BSD).

Run as a script: `guardian.py SUPERVISOR_PID SIGNAL command…`. It imports nothing of ours: it starts fast.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

WATCH_SECONDS = 0.2
GRACE_SECONDS = 5.0


def guard(supervisor: int, death_signal: signal.Signals, command: list[str]) -> int:
    """Run `command` until it ends or the supervisor is gone; answers its exit code."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)

    def forward(number: int, _: FrameType | None) -> None:
        if child.poll() is None:
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    while child.poll() is None and os.getppid() == supervisor:
        time.sleep(WATCH_SECONDS)
    if child.poll() is None:
        end(child, death_signal)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def end(child: subprocess.Popen[bytes], death_signal: signal.Signals) -> None:
    """Send the death signal, and SIGKILL to what still lives five seconds later."""
    child.send_signal(death_signal)
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


if __name__ == "__main__":
    sys.exit(guard(int(sys.argv[1]), signal.Signals(int(sys.argv[2])), sys.argv[3:]))
