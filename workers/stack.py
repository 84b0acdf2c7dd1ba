"""What one command starts and, when told to stop, ends: queue, mailbox, web and worker, each a process."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from urllib.parse import urlsplit

from config import Config
from workers.embedded import (
    QueueNotStarted,
    Transport,
    TransportKind,
    choose_transport,
    server_program,
    start,
)
from workers.processes import Locked, Program, holding, kill_group, spawn, stop
from workers.programs import listening_error, process_table

READY_SECONDS = 60.0
GRACE_SECONDS = 6.0
QUEUE_GRACE_SECONDS = 1.0
MOST_RESTARTS = 5
RESTART_WINDOW_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.25
LOCK_NAME = "stack.lock"
WATCH_SECONDS = 0.05
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

STOPPED, FAILED, REFUSED = 0, 1, 2


@dataclass(slots=True)
class Running:
    """One program while it runs: its process, its latest crashes, and when it may start again."""

    program: Program
    process: subprocess.Popen[bytes]
    crashes: deque[float] = field(default_factory=deque)
    again_at: float | None = None


class GivenUp(Exception):
    """A program crashed too often, or the web never answered; the text is the sentence to show."""


def run_stack(
    config: Config,
    environment: Mapping[str, str],
    *,
    on_ready: Callable[[], None] = lambda: None,
    prepare: Callable[[], None] = lambda: None,
    programs: Sequence[Program] | None = None,
) -> int:
    """Run until Ctrl-C or SIGTERM; answers 0 when told to stop, 1 after giving up, 2 when refused at once.

    `prepare` runs under the lock before any process starts (migrations); `programs` replaces the table.
    Call from the main thread: its death is what the children notice.
    """
    obstacle = listening_error(config.host, config.port)
    if obstacle:
        _say(obstacle)
        return REFUSED
    try:
        with holding(config.run_folder / LOCK_NAME), _stopping() as stops:
            config.run_folder.chmod(0o700)
            prepare()
            _run(config, environment, on_ready, programs, stops)
    except Locked:
        _say("Einstieg läuft in diesem Ordner schon. / Einstieg is already running on this EINSTIEG_HOME.")
        return REFUSED
    except GivenUp as reason:
        _say(str(reason))
        return FAILED
    return STOPPED


def _run(
    config: Config,
    environment: Mapping[str, str],
    on_ready: Callable[[], None],
    programs: Sequence[Program] | None,
    stops: list[int],
) -> None:
    running: list[Running] = []
    try:
        if programs is None:
            programs = process_table(config, environment, _start_queue(config, running))
        for program in programs:
            running.append(Running(program, spawn(program)))
        _watch_until_ready(config, running, stops)
        if not stops:
            on_ready()
        while not stops:
            _revive(running)
            time.sleep(WATCH_SECONDS)
    finally:
        stop([one.process for one in running if not one.program.stops_last], grace=GRACE_SECONDS)
        stop([one.process for one in running if one.program.stops_last], grace=QUEUE_GRACE_SECONDS)


def _start_queue(config: Config, running: list[Running]) -> Transport:
    """Start the embedded queue if one was chosen; without an answer from it, fall back to polling."""
    transport = choose_transport(config)
    try:
        process = start(transport, config)
    except QueueNotStarted:
        _say("Es geht ohne die eingebaute Warteschlange weiter. / Continuing without the embedded queue.")
        return Transport(TransportKind.POLLING)
    if process is not None:
        running.append(Running(server_program(transport), process))
    return transport


def _watch_until_ready(config: Config, running: list[Running], stops: list[int]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not stops and not is_healthy(config):
        if time.monotonic() > deadline:
            raise GivenUp(
                "Die Anwendung antwortet auch nach einer Minute nicht; alles wird beendet. / "
                "The application did not answer within a minute; stopping everything."
            )
        _revive(running)
        time.sleep(WATCH_SECONDS)


def is_healthy(config: Config) -> bool:
    """Whether `GET /healthz` answers 200 on this machine, asked under the name families use."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, config.port, timeout=1.0)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(config.base_url).netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _revive(running: list[Running]) -> None:
    """Start again what has ended, after a pause that doubles; raises GivenUp at the sixth crash a minute."""
    now = time.monotonic()
    for one in running:
        if one.process.poll() is None:
            continue
        if one.again_at is None:
            kill_group(one.process)
            one.again_at = now + _note_crash(one, now)
        elif now >= one.again_at:
            try:
                one.process, one.again_at = spawn(one.program), None
            except (Locked, OSError):
                one.again_at = now + _note_crash(one, now)


def _note_crash(one: Running, now: float) -> float:
    """Remember the crash and answer the seconds to wait before the next start (0.25, 0.5, … 4)."""
    while one.crashes and one.crashes[0] < now - RESTART_WINDOW_SECONDS:
        one.crashes.popleft()
    if len(one.crashes) >= MOST_RESTARTS:
        raise GivenUp(
            f"Der Teil „{one.program.name}“ stürzt immer wieder ab; alles wird beendet. / "
            f"The part “{one.program.name}” keeps crashing; stopping everything."
        )
    pause = FIRST_PAUSE_SECONDS * float(2 ** len(one.crashes))
    one.crashes.append(now)
    _say(f"{one.program.name}: Neustart in {pause:g} s / restarting in {pause:g} s")
    return pause


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """A list that is empty until one of the stopping signals comes; the former handlers return at the end."""
    stops: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        stops.append(number)

    former = {number: signal.signal(number, note) for number in STOPPING}
    try:
        yield stops
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
