"""Children end with their supervisor, groups are stopped whole, locks end with their holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.liveness import ends, lives
from workers import processes
from workers.processes import Locked, Program, holding, spawn, stop, wait_until

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(sys.argv[1], 'w').close(); time.sleep(60)",
)
SUPERVISOR = """
import sys, time
from workers import processes
if sys.argv[2] == "guardian":
    processes._prctl = None
child = processes.spawn(processes.Program("sleeper", (sys.executable, "-c", sys.argv[1])))
print(child.pid, flush=True)
time.sleep(60)
"""
GRANDCHILD = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


@pytest.mark.parametrize("means", ["kernel", "guardian"])
def test_kill_9_of_the_supervisor_leaves_no_orphan(
    run_python: Callable[..., subprocess.Popen[bytes]], means: str
) -> None:
    supervisor = run_python(SUPERVISOR, GRANDCHILD, means)
    assert supervisor.stdout is not None
    pids = [int(supervisor.stdout.readline()) for _ in range(2)]
    assert all(lives(pid) for pid in pids)

    supervisor.kill()

    assert all(ends(pid) for pid in pids)


def test_without_the_kernels_help_a_child_still_hands_on_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "_prctl", None)

    child = spawn(Program("seven", (sys.executable, "-c", "raise SystemExit(7)"), dict(os.environ)))

    assert child.wait(5) == 7


def test_without_the_kernels_help_a_child_still_stops_on_sigterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_prctl", None)
    child = spawn(Program("sleeper", SLEEPER, dict(os.environ)))
    time.sleep(0.3)

    before = time.monotonic()
    stop([child], grace=3.0)

    assert time.monotonic() - before < 2.5


def test_a_child_leads_a_group_of_its_own() -> None:
    child = spawn(Program("sleeper", SLEEPER))
    try:
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    finally:
        stop([child])


def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    child = spawn(Program("stubborn", (*STUBBORN, str(tmp_path / "up"))))
    assert wait_until((tmp_path / "up").exists, seconds=5)

    before = time.monotonic()
    stop([child], grace=0.3)

    assert 0.3 <= time.monotonic() - before < 2
    assert child.returncode == -signal.SIGKILL


def test_what_a_child_left_in_its_group_goes_with_it(tmp_path: Path) -> None:
    text = (
        "import subprocess, sys; from pathlib import Path;"
        "pid = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid;"
        "Path(sys.argv[1]).write_text(str(pid))"
    )
    child = spawn(Program("parent", (sys.executable, "-c", text, str(tmp_path / "pid"))))
    child.wait(5)
    left = int((tmp_path / "pid").read_text())
    assert lives(left)

    stop([child])

    assert ends(left)


def test_a_lock_is_refused_while_it_is_held_and_free_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "run" / "one.lock"

    with holding(file), pytest.raises(Locked, match=r"^one$"), holding(file):
        pass

    with holding(file):
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_programs_lock_lasts_as_long_as_its_process(tmp_path: Path) -> None:
    program = Program("sleeper", SLEEPER, lock=tmp_path / "one.lock")
    child = spawn(program)
    try:
        with pytest.raises(Locked):
            spawn(program)
    finally:
        stop([child])

    stop([spawn(program)])


def test_a_program_gets_the_environment_of_its_row_and_nothing_else(tmp_path: Path) -> None:
    text = "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps(sorted(os.environ)))"
    child = spawn(Program("names", ("/usr/bin/env", "-i", *(sys.executable, "-c", text, str(tmp_path / "out")))))
    assert child.wait(5) == 0
    plain = (tmp_path / "out").read_text()

    child = spawn(Program("names", (sys.executable, "-c", text, str(tmp_path / "out"))))
    assert child.wait(5) == 0

    assert (tmp_path / "out").read_text() == plain


def test_a_row_of_the_table_does_not_show_its_environment() -> None:
    assert "geheim" not in repr(Program("web", ("true",), {"REDIS_URL": "redis://:geheim@host"}))
