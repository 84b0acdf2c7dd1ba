"""A private PostgreSQL cluster for one test process: own folder, unix socket only, gone with its parent."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path

import psycopg

from tests.servers.pristine import Pristine
from tests.servers.processes import OwnProcess, remove_folder, short_folder

FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
ALWAYS = ("listen_addresses=", "max_connections=80", "timezone=UTC", "unix_socket_permissions=0700")
SUPERUSER = "einstieg"


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres` of the newest installed version, or None."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for prefix in ("/opt/homebrew/opt", "/usr/local/opt"):
        candidates.extend(sorted(Path(prefix).glob("postgresql*/bin"), reverse=True))
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _version(folder: Path) -> float:
    text = folder.parent.name
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0


def _server_user() -> int | None:
    """PostgreSQL refuses to run as root: then as the first unprivileged account there is."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise RuntimeError("run as root, and neither the account postgres nor nobody exists for the server")


class PostgresCluster:
    """One running cluster; databases are made from templates, which costs tens of milliseconds each."""

    def __init__(self, binaries: Path, *, durable: bool = False) -> None:
        self.binaries = binaries
        self.folder = short_folder("einstieg-pg")
        self.user = _server_user()
        self.names = count(1)
        self.templates: set[str] = set()
        self.pristine: dict[str, Pristine] = {}
        self.idle: dict[str, list[str]] = {}
        self.lent: dict[str, tuple[str, str]] = {}
        if self.user is not None:
            os.chown(self.folder, self.user, -1)
        settings = ALWAYS if durable else ALWAYS + FAST_AND_FORGETFUL
        options = [part for setting in settings for part in ("-c", setting)]
        self.server = OwnProcess(
            [binaries / "postgres", "-D", self.data, "-k", self.folder, *options],
            log=self.folder / "server.log",
            death_signal=signal.SIGQUIT,
        )

    @property
    def data(self) -> Path:
        """The cluster's data folder, for tests that search its files."""
        return self.folder / "data"

    def start(self) -> None:
        """Make the cluster on the first call, then start it and wait until it answers."""
        if not self.data.exists():
            self._initialise()
        self.server.start(self._answers, user=self.user, env=self._environment())

    def stop(self) -> None:
        """Stop without waiting for clients to leave, and remove the folder."""
        self.server.stop(signal.SIGINT)
        remove_folder(self.folder)

    def crash_and_restart(self) -> None:
        """End all server processes at once (the kernel keeps what was written), and start again."""
        self.server.stop(signal.SIGQUIT)
        self.start()

    def url(self, database: str) -> str:
        """The address of one database as SQLAlchemy reads it."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def fresh(self, template: str | None = None) -> str:
        """Make a database with a new name, empty or from what `prepare` made, and answer its address."""
        return self.url(self._create(template or "template0"))

    def prepare(self, template: str, build: Callable[[str], None]) -> str:
        """Let `build(url)` fill a template once; it must have closed its connections when it comes back."""
        if template not in self.templates:
            with self._connect() as connection:
                connection.execute(f'CREATE DATABASE "{template}" TEMPLATE template0')
            build(self.url(template))
            self.templates.add(template)
        return template

    def lend(self, template: str) -> str:
        """The address of a database that holds what `prepare` made; a returned one is restored and lent again."""
        idle = self.idle.setdefault(template, [])
        while idle:
            name = idle.pop()
            with self._connect(name) as connection:
                restored = self.pristine[template].restore(connection)
            if restored:
                return self._lent(template, name)
            self._drop(name)
        name = self._create(template)
        if template not in self.pristine:
            with self._connect(name) as connection:
                self.pristine[template] = Pristine(connection)
        return self._lent(template, name)

    def give_back(self, url: str) -> None:
        """Take a lent database back; nobody may use it any more."""
        template, name = self.lent.pop(url)
        self.idle[template].append(name)

    def _lent(self, template: str, name: str) -> str:
        self.lent[self.url(name)] = (template, name)
        return self.url(name)

    def _create(self, template: str) -> str:
        name = f"test_{next(self.names)}"
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _drop(self, name: str) -> None:
        with self._connect() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.folder), user=SUPERUSER, dbname=database, autocommit=True)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.binaries}:/usr/bin:/bin",
            "LC_ALL": "C",
            "TZ": "UTC",
            "HOME": str(self.folder),
        }

    def _initialise(self) -> None:
        arguments = [
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
            "-U",
            SUPERUSER,
        ]
        made = subprocess.run(
            [str(self.binaries / "initdb"), "-D", str(self.data), *arguments],
            user=self.user,
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stderr[-2000:]}")
