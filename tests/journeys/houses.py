"""Where a journey takes place: the application in this process, or everything that one command starts."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, TypeVar

from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import text

from app import clock
from app.data.database import db
from config import Config
from tests.journeys.by_browser import BrowserVisitor
from tests.journeys.by_request import RequestVisitor
from tests.journeys.visitor import Visitor
from tests.servers.smtp import SmtpServer
from tests.servers.stack import PASSWORD, Stack
from workers.sweep import Sweeper

PATIENCE_SECONDS = 60
PHONE = 390
AS_STORED = "%Y-%m-%d %H:%M:%S"
Answer = TypeVar("Answer")
Who = TypeVar("Who", RequestVisitor, BrowserVisitor)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as a family gets it."""

    to: str
    language: str
    subject: str
    text: str
    calendar: bytes


class House(Protocol):
    """A demo of its own, where people work and families come by."""

    @property
    def files_folder(self) -> Path:
        """Where uploads lie."""

    def staff(self, who: str) -> Visitor:
        """Somebody who signed in on the page for it, named by the part of the address before the @."""

    def family(self) -> Visitor:
        """Somebody without an account, on a phone without scripts."""

    def mails(self) -> list[Mail]:
        """What was sent so far, oldest first."""

    def until(self, question: Callable[[], Answer | None]) -> Answer:
        """Ask until there is an answer, as a worker has something to do first."""

    def turn_clock(self, to: datetime) -> None:
        """Let it be that time; nothing is lost."""

    def worker_has_looked(self) -> bool:
        """Whether the worker has made a round since the clock was turned, and sent what it found."""

    def flask(self, *arguments: str) -> tuple[int, str]:
        """Run a command as the operator; answers exit code and everything it said."""

    def change_behind_its_back(self, statement: str) -> None:
        """Run SQL on the data store as somebody with access to the database could."""


class RequestHouse:
    """The application under test, without a browser; the worker's round is made whenever somebody waits for it."""

    def __init__(self, app: Flask, smtp_server: SmtpServer) -> None:
        self.app = app
        self.smtp_server = smtp_server
        self.sweeper = Sweeper(app, redis_url=None, stopping=threading.Event())

    @property
    def files_folder(self) -> Path:
        """Where uploads lie."""
        config: Config = self.app.extensions["config"]
        return config.files_folder

    def staff(self, who: str) -> RequestVisitor:
        """Somebody who signed in on the page for it."""
        visitor = RequestVisitor(self.app.test_client())
        return sign_in(visitor, who)

    def family(self) -> RequestVisitor:
        """Somebody without an account."""
        return RequestVisitor(self.app.test_client())

    def mails(self) -> list[Mail]:
        """What was sent so far."""
        return [_mail(one.recipients[0], one.message) for one in self.smtp_server.deliveries]

    def until(self, question: Callable[[], Answer | None]) -> Answer:
        """Make a round of the worker, then ask."""
        self.sweeper.once()
        answer = question()
        assert answer
        return answer

    def turn_clock(self, to: datetime) -> None:
        """Let it be that time."""
        clock.start_at(to)

    def worker_has_looked(self) -> bool:
        """Make a round of the worker."""
        return self.sweeper.once()

    def flask(self, *arguments: str) -> tuple[int, str]:
        """Run a command as the operator."""
        result = self.app.test_cli_runner().invoke(args=list(arguments))
        return result.exit_code, result.output

    def change_behind_its_back(self, statement: str) -> None:
        """Run SQL on the data store."""
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text(statement))


class StackHouse:
    """The running stack and a browser; the worker does its part by itself, so one waits for it."""

    def __init__(self, stack: Stack, browser: Browser) -> None:
        self.stack = stack
        self.browser = browser
        self.visitors: list[BrowserVisitor] = []

    @property
    def files_folder(self) -> Path:
        """Where uploads lie."""
        return self.stack.home / "data" / "files"

    def staff(self, who: str) -> BrowserVisitor:
        """Somebody who signed in on the page for it, at a desk."""
        return sign_in(self._visitor(width=1280, scripts=True), who)

    def family(self) -> BrowserVisitor:
        """Somebody without an account, on a phone without scripts."""
        return self._visitor(width=PHONE, scripts=False)

    def mails(self) -> list[Mail]:
        """What lies in the demo's mail folder."""
        return [_mail(one.recipients[0], one.message) for one in self.stack.mails()]

    def until(self, question: Callable[[], Answer | None]) -> Answer:
        """Ask five times a second for a minute."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (answer := question()):
            assert time.monotonic() < end, "nothing came of it in a minute"
            time.sleep(0.2)
        return answer

    def turn_clock(self, to: datetime) -> None:
        """Stop everything and start it again at that time; the browsers stay open."""
        self.stack.stop()
        self.stack.start(to)

    def worker_has_looked(self) -> bool:
        """Whether a worker leads since the clock was turned, and nothing due is left."""
        now = datetime.fromisoformat(self.stack.environment["EINSTIEG_NOW"]).astimezone(UTC)
        with closing(self._database()) as connection:
            led = connection.execute("SELECT count(*) FROM leader WHERE until > ?", (f"{now:{AS_STORED}}",))
            waiting = connection.execute(
                "SELECT count(*) FROM message WHERE state IN ('planned', 'due', 'claimed', 'sending')"
                " AND next_try_at <= ?",
                (f"{now:{AS_STORED}}",),
            )
            return bool(led.fetchone()[0]) and not waiting.fetchone()[0]

    def flask(self, *arguments: str) -> tuple[int, str]:
        """Run a command as the operator."""
        result = self.stack.flask(*arguments)
        return result.returncode, result.stdout + result.stderr

    def change_behind_its_back(self, statement: str) -> None:
        """Run SQL on the file of the data store."""
        with closing(self._database()) as connection, connection:
            connection.execute(statement)

    def close(self) -> None:
        """Close every browser window."""
        for visitor in self.visitors:
            visitor.close()

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.stack.home / "data" / "einstieg.sqlite", timeout=30)

    def _visitor(self, *, width: int, scripts: bool) -> BrowserVisitor:
        visitor = BrowserVisitor(self.browser, self.stack.url, width=width, scripts=scripts)
        self.visitors.append(visitor)
        return visitor


def sign_in(visitor: Who, who: str) -> Who:
    """Sign in on the page for it; answers the visitor."""
    visitor.go("/anmelden")
    visitor.fill("email", f"{who}@einstieg.example")
    visitor.fill("password", PASSWORD)
    visitor.press("Anmelden")
    assert (visitor.path, visitor.status) == ("/", 200), visitor.text
    return visitor


def await_mail(house: House, to: str, *words: str) -> Mail:
    """The newest message to this address with all these words in it, once there is one."""

    def found() -> Mail | None:
        mails = [one for one in house.mails() if one.to == to]
        return next((one for one in mails[::-1] if all(word in f"{one.subject} {one.text}" for word in words)), None)

    return house.until(found)


def await_page(house: House, visitor: Visitor, path: str, words: str) -> None:
    """Look at a page again until it says so."""

    def says_so() -> bool:
        visitor.go(path)
        return words in visitor.text

    house.until(says_so)


def _mail(to: str, message: EmailMessage) -> Mail:
    plain = message.get_body(("plain",))
    calendars = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return Mail(
        to=to,
        language=str(message["Content-Language"] or ""),
        subject=str(message["Subject"]),
        text=str(plain.get_content()) if plain is not None else "",
        calendar=bytes(calendars[0].get_payload(decode=True) or b"") if calendars else b"",  # type: ignore[arg-type]
    )
