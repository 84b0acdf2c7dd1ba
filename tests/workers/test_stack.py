"""One command starts everything and, however it is told to end, leaves nothing running."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config import Config, Mode
from tests.workers.liveness import ends, lives
from workers.embedded import Transport, TransportKind
from workers.processes import wait_until
from workers.programs import free_port, listening_error, process_table, web_command

FAKE_WEB = Path(__file__).with_name("fake_web.py")

RUN = """
import os, sys
from pathlib import Path
from config import read_config
from workers.processes import Program
from workers.stack import run_stack

settings = read_config(os.environ)
notes = settings.home / "notes"
def row(name, text):
    body = "import os, sys; open(sys.argv[1], 'a').write(str(os.getpid()) + '\\\\n'); " + text
    return Program(name, (sys.executable, "-c", body, str(notes / name)), dict(os.environ))
def prepare():
    notes.mkdir(parents=True)
web = Program("web", (sys.executable, sys.argv[1], str(settings.port)), dict(os.environ))
programs = [web] if "no-web" not in sys.argv else []
if len(sys.argv) > 2:
    programs.append(row("worker", sys.argv[2]))
sys.exit(run_stack(settings, os.environ, prepare=prepare, programs=programs,
                   on_ready=lambda: print("ready", flush=True)))
"""
SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

Run = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def stack(run_python: Run, environment: dict[str, str]) -> Callable[..., subprocess.Popen[bytes]]:
    """A stack whose web is a stand-in and whose worker does what the text says."""

    def run(worker: str = SLEEP) -> subprocess.Popen[bytes]:
        return run_python(RUN, str(FAKE_WEB), worker, environment=environment)

    return run


def ready(process: subprocess.Popen[bytes]) -> bool:
    """Whether the stack said that it is ready (waits for its first line)."""
    assert process.stdout is not None
    return process.stdout.readline() == b"ready\n"


def pids(installation: Config) -> list[int]:
    """Every process id the worker ever had."""
    with contextlib.suppress(FileNotFoundError):
        return [int(line) for line in (installation.home / "notes" / "worker").read_text().split()]
    return []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_ends_every_process_and_answers_0(
    stack: Run, installation: Config, number: signal.Signals
) -> None:
    process = stack()
    assert ready(process)
    assert wait_until(lambda: bool(pids(installation)), seconds=3)

    before = time.monotonic()
    process.send_signal(number)

    assert process.wait(9) == 0
    assert time.monotonic() - before < 3
    assert ends(pids(installation)[0])
    assert listening_error("127.0.0.1", installation.port) is None


def test_a_worker_that_will_not_stop_is_killed_within_ten_seconds(stack: Run, installation: Config) -> None:
    process = stack(STUBBORN)
    assert ready(process)
    assert wait_until(lambda: bool(pids(installation)), seconds=3)

    process.terminate()

    assert process.wait(10) == 0
    assert not lives(pids(installation)[0])


def test_kill_9_of_the_stack_leaves_no_orphan(stack: Run, installation: Config) -> None:
    process = stack()
    assert ready(process)
    assert wait_until(lambda: bool(pids(installation)), seconds=3)

    process.kill()

    assert ends(pids(installation)[0])
    assert wait_until(lambda: listening_error("127.0.0.1", installation.port) is None, seconds=3)


def test_a_crashed_worker_is_started_again(stack: Run, installation: Config) -> None:
    process = stack()
    assert ready(process)
    assert wait_until(lambda: len(pids(installation)) == 1, seconds=3)

    os.kill(pids(installation)[0], signal.SIGKILL)

    assert wait_until(lambda: len(pids(installation)) == 2, seconds=4)
    assert lives(pids(installation)[1])


def test_a_worker_that_keeps_crashing_ends_the_stack_with_a_sentence(
    run_python: Run, environment: dict[str, str], installation: Config
) -> None:
    quick = RUN.replace(
        "settings = read", "import workers.stack; workers.stack.FIRST_PAUSE_SECONDS = 0.01\nsettings = read"
    )
    process = run_python(quick, str(FAKE_WEB), "sys.exit(3)", environment=environment)

    _, errors = process.communicate(timeout=9)

    assert process.returncode == 1
    assert "Der Teil „worker“ stürzt immer wieder ab" in errors.decode()
    assert len(pids(installation)) == 6
    assert listening_error("127.0.0.1", installation.port) is None


def test_a_web_that_never_answers_ends_the_stack_with_a_sentence(
    run_python: Run, environment: dict[str, str], installation: Config
) -> None:
    hasty = RUN.replace("settings = read", "import workers.stack; workers.stack.READY_SECONDS = 0.5\nsettings = read")
    process = run_python(hasty, "no-web", SLEEP, environment=environment)

    output, errors = process.communicate(timeout=9)

    assert (process.returncode, output) == (1, b"")
    assert "antwortet auch nach einer Minute nicht" in errors.decode()
    assert all(not lives(pid) for pid in pids(installation))


def test_a_port_in_use_is_one_sentence_and_nothing_is_started(
    stack: Run, run_python: Run, installation: Config
) -> None:
    web = run_python(FAKE_WEB.read_text(), str(installation.port))
    assert wait_until(lambda: listening_error("127.0.0.1", installation.port) is not None, seconds=3)

    refused = stack()
    _, errors = refused.communicate(timeout=5)

    assert refused.returncode == 2
    assert f"Port {installation.port} ist schon belegt" in errors.decode()
    assert errors.decode().count("\n") == 1
    assert not installation.home.exists()
    assert web.poll() is None


def test_a_second_stack_on_the_same_home_is_refused_politely(
    stack: Run, run_python: Run, environment: dict[str, str], installation: Config
) -> None:
    first = stack()
    assert ready(first)
    elsewhere = {**environment, "PORT": str(free_port("127.0.0.1"))}

    second = run_python(RUN, str(FAKE_WEB), SLEEP, environment=elsewhere)
    _, errors = second.communicate(timeout=5)

    assert second.returncode == 2
    assert "läuft in diesem Ordner schon" in errors.decode()
    assert first.poll() is None


def test_no_secret_stands_on_a_command_line(environment: dict[str, str], installation: Config) -> None:
    secrets = {"SECRET_KEY": "geheim-eins", "DATABASE_URL": "postgresql://u:geheim-zwei@h/d"}
    transport = Transport(TransportKind.EXTERNAL, url="redis://:geheim-drei@127.0.0.1:6379")

    table = process_table(installation, {**environment, **secrets}, transport)

    assert "geheim" not in " ".join(word for program in table for word in program.command)
    assert "geheim" not in repr(table)
    assert all(program.environment["REDIS_URL"] == transport.url for program in table)


def test_polling_takes_the_redis_address_away_from_the_children(
    environment: dict[str, str], installation: Config
) -> None:
    table = process_table(
        installation, {**environment, "REDIS_URL": "redis://127.0.0.1"}, Transport(TransportKind.POLLING)
    )

    assert all("REDIS_URL" not in program.environment for program in table)


def test_a_mail_port_in_use_moves_the_mailbox_and_tells_everybody(
    environment: dict[str, str], installation: Config, run_python: Run
) -> None:
    port = int(installation.smtp_url.rpartition(":")[2])
    run_python(FAKE_WEB.read_text(), str(port))
    assert wait_until(lambda: listening_error("127.0.0.1", port) is not None, seconds=3)

    table = process_table(installation, environment, Transport(TransportKind.POLLING))

    assert [program.name for program in table] == ["mailbox", "web", "worker"]
    addresses = {program.environment["SMTP_URL"] for program in table}
    assert len(addresses) == 1 and addresses != {installation.smtp_url}


def test_only_the_demo_has_a_mailbox(environment: dict[str, str], installation: Config) -> None:
    real = replace(installation, mode=Mode.PRODUCTION)

    table = process_table(real, environment, Transport(TransportKind.POLLING))

    assert [program.name for program in table] == ["web", "worker"]


def test_the_web_listens_where_the_settings_say_and_writes_no_access_log(installation: Config) -> None:
    command = web_command(replace(installation, host="::1", port=8080))

    assert command[:3] == (sys.executable, "-m", "gunicorn")
    assert command[command.index("--bind") + 1] == "[::1]:8080"
    assert "--access-logfile" not in command and "--no-control-socket" in command
