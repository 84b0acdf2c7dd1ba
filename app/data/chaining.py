"""Linking entries behind the head of the chain, in as few statements as each database allows.

PostgreSQL moves the head, hashes and inserts in one statement: its row lock is what writers queue at. SQLite has one
writer at a time, who hashes here. Both hash the same bytes: the hash before, the number, and `rest_of`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SEPARATOR = "\x1f"
"""Between the parts of what is hashed: JSON never holds it, so no letter can move from one part to the next."""

_COLUMNS = (
    "at, organisation_id, actor_id, action, case_id, subject_kind, subject_id, digest, facts, written, "
    "seq, previous, hash"
)
_MOVE = """
WITH moved AS (
    UPDATE audit_head
    SET seq = seq + 1, previous = hash, hash = sha256(hash || convert_to((seq + 1)::text || %s::text, 'UTF8'))
    WHERE id = 1 RETURNING seq, previous, hash
)"""
_ENTER = f"""
INSERT INTO audit_entry ({_COLUMNS})
SELECT %s::bigint, %s::uuid, %s::uuid, %s, %s::uuid, %s, %s::uuid, %s, %s, %s, seq, previous, hash FROM moved
"""  # noqa: S608
_MENTION = """, mentioned AS (
    INSERT INTO audit_mention (case_id, seq) SELECT unnest(%s::uuid[]), seq FROM moved
)"""


_ENTER_SQLITE = f"INSERT INTO audit_entry ({_COLUMNS}) VALUES ({', '.join('?' * 13)})"  # noqa: S608
_MENTION_SQLITE = "INSERT INTO audit_mention (case_id, seq) VALUES (?, ?)"
_MOVE_SQLITE = "UPDATE audit_head SET seq = ?, previous = ?, hash = ? WHERE id = 1"


class NoHead(RuntimeError):
    """The trail has no head row: migrations have not run."""


@dataclass(slots=True)
class Act:
    """One entry to be, in the order of its columns; `cases` can be asked for it later."""

    at: datetime
    organisation_id: UUID | None
    actor_id: UUID | None
    action: str
    case_id: UUID | None
    subject_kind: str
    subject_id: UUID | None
    digest: str = ""
    facts: str = ""
    written: str = ""
    cases: Sequence[UUID] = ()


def rest_of(act: Act) -> str:
    """What is hashed of an entry behind its number; `app.data.trail_rows` says the same in SQL."""
    parts = (
        "",
        str((act.at - EPOCH) // MICROSECOND),
        _hex(act.organisation_id),
        _hex(act.actor_id),
        act.action,
        _hex(act.case_id),
        act.subject_kind,
        _hex(act.subject_id),
        act.digest,
        act.facts,
        act.written,
    )
    return SEPARATOR.join(parts)


def append(connection: Connection, acts: Sequence[Act]) -> None:
    """Link these entries in their order; raises NoHead before the migrations have run."""
    work: Callable[[Connection, Sequence[Act]], None] = (
        _append_postgresql if connection.dialect.name == "postgresql" else _append_sqlite
    )
    work(connection, acts)


def _append_postgresql(connection: Connection, acts: Sequence[Act]) -> None:
    for act in acts:
        values = (
            (act.at - EPOCH) // MICROSECOND, act.organisation_id, act.actor_id, act.action, act.case_id,
            act.subject_kind, act.subject_id, act.digest, act.facts, act.written,
        )  # fmt: skip
        if act.cases:
            result = connection.exec_driver_sql(_MOVE + _MENTION + _ENTER, (rest_of(act), list(act.cases), *values))
        else:
            result = connection.exec_driver_sql(_MOVE + _ENTER, (rest_of(act), *values))
        if result.rowcount != 1:
            raise NoHead("the audit trail has no head: run the migrations")


def _append_sqlite(connection: Connection, acts: Sequence[Act]) -> None:
    """Through the driver itself: what SQLAlchemy adds to a statement costs more here than the statement."""
    driver: Any = connection.connection.driver_connection
    try:
        row = driver.execute("SELECT seq, hash FROM audit_head WHERE id = 1").fetchone()
        if row is None:
            raise NoHead("the audit trail has no head: run the migrations")
        seq, last = row
        for act in acts:
            seq, previous = seq + 1, last
            last = sha256(previous + f"{seq}{rest_of(act)}".encode()).digest()
            driver.execute(_ENTER_SQLITE, (
                (act.at - EPOCH) // MICROSECOND, _key(act.organisation_id), _key(act.actor_id), act.action,
                _key(act.case_id), act.subject_kind, _key(act.subject_id), act.digest, act.facts, act.written,
                seq, previous, last,
            ))  # fmt: skip
            if act.cases:
                driver.executemany(_MENTION_SQLITE, [(case_id.hex, seq) for case_id in act.cases])
        driver.execute(_MOVE_SQLITE, (seq, previous, last))
    except sqlite3.Error as error:
        raise OperationalError("audit trail", None, error, hide_parameters=True) from None


def _hex(identity: UUID | None) -> str:
    return identity.hex if identity is not None else ""


def _key(identity: UUID | None) -> str | None:
    """How SQLite holds an id."""
    return identity.hex if identity is not None else None
