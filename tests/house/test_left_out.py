"""A run says what it left out, and a run that must be complete fails for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT

PROBE = """
import pytest

@pytest.mark.browser
def test_needs_a_browser():
    raise AssertionError("must not run")

def test_needs_nothing():
    pass
"""


def _run(folder: Path, *arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    probe = folder / "test_probe.py"
    probe.write_text(PROBE)
    options = ["-q", "-p", "tests.plugins.left_out", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            str(ROOT / "pyproject.toml"),
            *options,
            *arguments,
            str(probe),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "CI": ci, "CHROMIUM": str(folder / "none"), "PYTHONPATH": str(ROOT)},
    )


def test_the_last_line_names_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    run = _run(tmp_path, ci="")
    assert run.returncode == 0
    assert run.stdout.splitlines()[-1] == (
        "LEFT OUT: 1 test, as Chromium is not here. To run them: apt install chromium, or set CHROMIUM to its path"
    )


def test_parallel_runs_say_the_same(tmp_path: Path) -> None:
    run = _run(tmp_path, "-n", "2", ci="")
    assert run.returncode == 0
    assert "LEFT OUT: 1 test, as Chromium is not here." in run.stdout.splitlines()[-1]


def test_leaving_tests_out_under_ci_is_a_failure(tmp_path: Path) -> None:
    run = _run(tmp_path, ci="true")
    assert run.returncode == 1
    assert run.stdout.splitlines()[-1] == "CI is set: leaving tests out counts as a failure."
