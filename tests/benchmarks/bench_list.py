"""The list of cases of a house that has 100,000 of them: any page, order and filter, as a browser asks for it.

A limit stands as the baseline: a ratio up to 1 keeps it. Server time is that of the whole request, with session,
audit entry and page.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import event

from app.accounts import services as accounts
from app.data import prepared
from app.data.database import db
from app.extensions import limiter
from cases.bands import Band
from cases.list_filters import Order, Whose
from cases.states import CaseState
from tests.benchmarks.crowds import LANGUAGES, Crowd, fill
from tests.benchmarks.houses import house
from tests.benchmarks.registry import Measurement, benchmark, pace
from tests.plugins.application import PASSWORD, Template

CASES = 100_000
LIMIT_MS = 200.0
MOST_QUERIES = 12
SHARE = 0.95
SAME = 40
UNCOUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request took: milliseconds by the clock, those of this process alone, queries, pace of the machine."""

    address: str
    milliseconds: float
    busy: float
    queries: int
    pace: float


@benchmark("list_100k", unit="ms", n=240)
def list_100k(n: int) -> Measurement:
    """p95 of the server time on SQLite, by 200 ms."""
    return _by_limit("sqlite", n, lambda one: one.milliseconds)


@benchmark("list_100k_busy", unit="ms", n=240)
def list_100k_busy(n: int) -> Measurement:
    """p95 of the time the processor worked for it: on SQLite all of it, and the same however busy the machine is."""
    return _by_limit("sqlite", n, lambda one: one.busy)


@benchmark("list_100k_postgresql", unit="ms", n=240)
def list_100k_postgresql(n: int) -> Measurement:
    """p95 of the server time on PostgreSQL, by 200 ms."""
    return _by_limit("postgresql", n, lambda one: one.milliseconds)


@benchmark("list_100k_queries", unit="queries", n=240)
def list_100k_queries(n: int) -> Measurement:
    """The most queries of any of these requests, both stores and the trail counted, on SQLite, by 12."""
    return Measurement(max(one.queries for one in _requests("sqlite", n)), MOST_QUERIES, n)


@benchmark("list_100k_queries_postgresql", unit="queries", n=240)
def list_100k_queries_postgresql(n: int) -> Measurement:
    """The most queries of any of these requests on PostgreSQL, by 12."""
    return Measurement(max(one.queries for one in _requests("postgresql", n)), MOST_QUERIES, n)


def _by_limit(kind: str, n: int, spent: Callable[[Taken], float]) -> Measurement:
    taken = _requests(kind, n)
    slowest = sorted(map(spent, taken))[int(len(taken) * SHARE)]
    return Measurement(slowest, LIMIT_MS, n, more={"pace": statistics.median(one.pace for one in taken)})


@cache
def _requests(kind: str, n: int) -> list[Taken]:
    """Ask for `n` pages, in turns for a plain list, one narrowed in the clear, and one narrowed by what lies sealed."""
    with house(kind) as (app, template):
        app.config.update(WTF_CSRF_ENABLED=False, TESTING=True, RATELIMIT_ENABLED=False)
        limiter.enabled = False
        crowd = fill(template.places["ki"], _advisors(template), CASES)
        browser = _signed_in(app)
        addresses = _addresses(crowd, n)
        gc.freeze()  # as wsgi.py does when a server has started
        for address in addresses[:12]:
            _ask(browser, address)
        return [_ask(browser, address) for address in addresses]


def _ask(browser: FlaskClient, address: str) -> Taken:
    for name in list(g):  # a request of its own has nothing of the one before
        g.pop(name)
    db.session.remove()
    with _counting() as statements:
        begun, busy = time.perf_counter(), time.process_time()
        answer = browser.get(address)
        taken, worked = time.perf_counter() - begun, time.process_time() - busy
    assert answer.status_code == 200, address
    return Taken(address, taken * 1000, worked * 1000, len(statements), pace())


def _addresses(crowd: Crowd, n: int) -> list[str]:
    random = Random(11)
    found = []
    for number in range(n):
        told = {"ansicht": random.choice([Whose.ALL, Whose.ALL, Whose.OWN, Whose.UNASSIGNED, Whose.CLOSED]).value}
        told["sortierung"] = random.choice(list(Order)).value
        told["seite"] = str(random.choice([1, 1, 2, random.randrange(1, 1800)]))
        if number % 3:
            told |= dict(random.sample(list(_narrowed(crowd, random).items()), random.choice([1, 1, 2, 3])))
        found.append(f"/faelle?{urlencode(told)}")
    return found


def _narrowed(crowd: Crowd, random: Random) -> dict[str, str]:
    return {
        "stand": random.choice(list(CaseState)).value,
        "kind": random.choice(["reported", "on_distribution_list", "admitted"]),
        "bereich": random.choice(list(Band)).value,
        "sprache": random.choice(LANGUAGES),
        "schule": str(random.choice(crowd.school_ids)),
        "beratung": str(random.choice(crowd.advisor_ids)),
        "laenger": random.choice(["30", "90", "180"]),
        "faellig": "ja",
    }


def _advisors(template: Template) -> list[UUID]:
    return [template.people[who] for who in ("advisor", "colleague", "lead")]


def _signed_in(app: Flask) -> FlaskClient:
    token = accounts.sign_in(email="lead@einstieg.example", password=PASSWORD)
    assert token is not None
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return browser


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Statements as each store gets them; one for many rows counts once. SQLite itself says what it was asked.

    On PostgreSQL those that go past SQLAlchemy are heard where they are made ready.
    """
    statements: list[str] = []

    def note(statement: str) -> None:
        is_same = bool(statements) and statements[-1][:SAME] == statement[:SAME] and statement.startswith("INSERT")
        if not statement.startswith(UNCOUNTED) and not is_same:
            statements.append(statement)

    def note_cursor(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        note(statement)

    def trace(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(note)

    def leave(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(None)

    ready = prepared.Prepared._ready

    def note_prepared(one: prepared.Prepared, *rest: Any) -> Any:
        note(one.statement.strip())
        return ready(one, *rest)

    with ExitStack() as stack:
        stack.enter_context(patch.object(prepared.Prepared, "_ready", note_prepared))
        for engine in {id(engine): engine for engine in db.engines.values()}.values():
            is_sqlite = engine.dialect.name == "sqlite"
            heard = {"checkout": trace, "checkin": leave} if is_sqlite else {"before_cursor_execute": note_cursor}
            for name, work in heard.items():
                event.listen(engine, name, work)
                stack.callback(event.remove, engine, name, work)
        yield statements
