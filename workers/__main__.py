"""The worker: `python -m workers` listens for the bell and sweeps the outbox, until SIGTERM or Ctrl-C.

Exit code 0 when told to stop, 2 with one sentence when the settings forbid a start.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from types import FrameType

from flask import Flask

from app import logs
from app.data.root_keys import RootKeyError
from app.factory import create_app
from config import Config, SettingError, read_config
from workers import jobs
from workers.bell import BellWorker, listen
from workers.doctor import WORKER_LOCK
from workers.processes import Locked, holding
from workers.sweep import SWEEP_SECONDS, Sweeper

GRACE_SECONDS = 4.0
STOPPING = (signal.SIGTERM, signal.SIGINT)


def main(environment: Mapping[str, str]) -> int:
    """Read the settings, make the application and work until told to stop."""
    logs.configure()
    try:
        config = read_config(environment)
        app = create_app(config)
    except (SettingError, RootKeyError) as error:
        sys.stderr.write(f"worker: {error}\n")
        return 2
    work(app, config)
    return 0


def work(app: Flask, config: Config, *, every: float = SWEEP_SECONDS) -> None:
    """Sweep in a thread and listen in this one, the main thread; returns within five seconds of a signal."""
    stopping = threading.Event()
    url = None if config.transport == "polling" else config.redis_url
    jobs.bind(app)
    sweeper = Sweeper(app, redis_url=url, stopping=stopping, every=every)
    thread = threading.Thread(target=sweeper.run, name="sweep", daemon=True)
    with _alive(config), contextlib.suppress(SystemExit):
        _stop_on_signals(stopping)
        thread.start()
        if url is None:
            stopping.wait()
        else:
            listen(url, stopping)
    stopping.set()
    thread.join(GRACE_SECONDS)


def _stop_on_signals(stopping: threading.Event) -> None:
    """End after what is being done, and in any case before a supervisor loses its patience.

    A message that is then on its way is shown as uncertain, as after any other crash.
    """

    def stop(_: int, __: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            last = threading.Timer(GRACE_SECONDS, os._exit, (0,))
            last.daemon = True
            last.start()
        if BellWorker.is_interruptible:
            BellWorker.is_interruptible = False
            raise SystemExit(0)

    for number in STOPPING:
        signal.signal(number, stop)


@contextlib.contextmanager
def _alive(config: Config) -> Iterator[None]:
    """Hold the lock by which the doctor sees that a worker runs; a second one works without it."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(Locked):
            stack.enter_context(holding(config.run_folder / WORKER_LOCK))
        yield


if __name__ == "__main__":
    sys.exit(main(os.environ))
