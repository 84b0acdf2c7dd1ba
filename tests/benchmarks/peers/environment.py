"""The Python that peers run in: an environment of its own under build/, made once from pinned requirements."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from tests.house.source import ROOT

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def peer_python() -> Path:
    """The interpreter with the peers installed; the application's own environment is not touched."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    folder = ROOT / "build" / "peers"
    stamp, python = folder / "installed", folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print("Installing what the benchmark compares with (once) ...", file=sys.stderr)
    venv.create(folder, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--requirement", str(REQUIREMENTS)], check=True, stdout=subprocess.DEVNULL)
    stamp.write_text(wanted)
    return python
