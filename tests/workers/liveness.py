"""Which processes still live, asked of the system and not of whoever started them."""

from __future__ import annotations

import shutil
import subprocess

from workers.processes import wait_until


def lives(pid: int) -> bool:
    """Whether the process runs; one that ended and waits to be reaped by its parent does not."""
    asked = (shutil.which("ps") or "/bin/ps", "-o", "stat=", "-p", str(pid))
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and not found.stdout.startswith("Z")


def ends(pid: int, *, seconds: float = 4.0) -> bool:
    """Whether the process is gone within that time."""
    return wait_until(lambda: not lives(pid), seconds=seconds)
