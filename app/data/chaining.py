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

from app.data.prepared import Prepared

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
    SET seq = seq + 1, previous = hash, hash = sha256(hash || convert_to((seq + 1)::text || $1, 'UTF8'))
    WHERE id = 1 RETURNING seq, previous, hash
)"""
_MENTION = """, mentioned AS (
    INSERT INTO audit_mention (case_id, seq) SELECT unnest($12::uuid[]), seq FROM moved
)"""
_ENTER = f"""
INSERT INTO audit_entry ({_COLUMNS})
SELECT $2::bigint, $3::uuid, $4::uuid, $5, $6::uuid, $7, $8::uuid, $9, $10, $11, seq, previous, hash
FROM (VALUES (1)) AS one LEFT JOIN moved ON true
"""  # noqa: S608
_ACT = Prepared("trail_act", _MOVE + _ENTER)
_ACT_ON_CASES = Prepared("trail_act_on_cases", _MOVE + _MENTION + _ENTER)
_IDS = (2, 3, 5, 7)
"""Which values are ids, counted from 0."""

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


def parts_of(act: Act) -> tuple[str, ...]:
    """An entry behind its number as text, column by column; "" stands for no id."""
    return (
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


def rest_of(act: Act) -> str:
    """What is hashed of an entry behind its number; `app.data.trail_rows` says the same in SQL."""
    return SEPARATOR + SEPARATOR.join(parts_of(act))


def append(connection: Connection, acts: Sequence[Act]) -> None:
    """Link these entries in their order; raises NoHead before the migrations have run."""
    work: Callable[[Connection, Sequence[Act]], None] = (
        _append_postgresql if connection.dialect.name == "postgresql" else _append_sqlite
    )
    work(connection, acts)


def _append_postgresql(connection: Connection, acts: Sequence[Act]) -> None:
    for act in acts:
        parts: list[str | None] = [rest_of(act), *parts_of(act)]
        for at in _IDS:
            parts[at] = parts[at] or None
        if act.cases:
            parts.append(f"{{{','.join([case_id.hex for case_id in act.cases])}}}")
        (_ACT_ON_CASES if act.cases else _ACT).run_with_commit(connection, parts)


def _append_sqlite(connection: Connection, acts: Sequence[Act]) -> None:
    """Through the driver itself: what SQLAlchemy adds to a statement costs more here than the statement."""
    driver: Any = connection.connection.driver_connection
    try:
        row = driver.execute("SELECT seq, hash FROM audit_head WHERE id = 1").fetchone()
        if row is None:
            raise NoHead("the audit trail has no head: run the migrations")
        seq, last = row
        for act in acts:
            parts = parts_of(act)
            seq, previous = seq + 1, last
            last = sha256(previous + f"{seq}{SEPARATOR}{SEPARATOR.join(parts)}".encode()).digest()
            at, organisation, actor, action, case, kind, subject, *rest = parts
            ids = (organisation or None, actor or None, action, case or None, kind, subject or None)
            driver.execute(_ENTER_SQLITE, (int(at), *ids, *rest, seq, previous, last))
            if act.cases:
                driver.executemany(_MENTION_SQLITE, [(case_id.hex, seq) for case_id in act.cases])
        driver.execute(_MOVE_SQLITE, (seq, previous, last))
    except sqlite3.Error as error:
        raise OperationalError("audit trail", None, error, hide_parameters=True) from None


def _hex(identity: UUID | None) -> str:
    return identity.hex if identity is not None else ""
