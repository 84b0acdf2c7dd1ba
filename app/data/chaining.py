"""Linking entries behind the head of the chain, in as few statements as each database allows.

Either database moves the head itself, and its row is what writers queue at: PostgreSQL hashes, moves and inserts in one
statement, SQLite in two, with the hash made here. Both hash the same bytes: the hash before, the number, and `rest_of`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from app.data.prepared import Prepared

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SEPARATOR = "\x1f"
"""Between the parts of what is hashed: none holds it, so no letter can move from one to the next."""

_COLUMNS = "at, organisation_id, actor_id, action, case_id, details, seq, previous, hash"
_MOVE = """
WITH moved AS (
    UPDATE audit_head
    SET seq = seq + 1, previous = hash, hash = sha256(hash || convert_to((seq + 1)::text || $1, 'UTF8'))
    WHERE id = 1 RETURNING seq, previous, hash
)"""
_MENTION = """, mentioned AS (
    INSERT INTO audit_mention (case_id, seq) SELECT unnest($8::uuid[]), seq FROM moved
)"""
_ENTER = f"""
INSERT INTO audit_entry ({_COLUMNS})
SELECT $2::bigint, $3::uuid, $4::uuid, $5, $6::uuid, $7, seq, previous, hash
FROM moved RIGHT JOIN (SELECT 1) AS one ON true
"""  # noqa: S608
_ACT = Prepared("trail_act", _MOVE + _ENTER)
_ACT_ON_CASES = Prepared("trail_act_on_cases", _MOVE + _MENTION + _ENTER)

_MOVE_SQLITE = """
UPDATE audit_head SET seq = seq + 1, previous = hash, hash = audit_link(hash, seq + 1, ?) WHERE id = 1
"""
_ENTER_SQLITE = f"""
INSERT INTO audit_entry ({_COLUMNS})
SELECT ?, ?, ?, ?, ?, ?, seq, previous, hash FROM audit_head WHERE id = 1
"""  # noqa: S608
_MENTION_SQLITE = "INSERT INTO audit_mention (case_id, seq) SELECT ?, seq FROM audit_head WHERE id = 1"


class NoHead(RuntimeError):
    """The trail has no head row: migrations have not run."""


@dataclass(slots=True)
class Act:
    """One entry to be, in the order in which it is hashed; `cases` can be asked for it later."""

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


class Parts(NamedTuple):
    """What the column `details` holds; "" stands for no id."""

    subject_kind: str = ""
    subject_id: str = ""
    digest: str = ""
    facts: str = ""
    written: str = ""


def details_of(act: Act) -> str:
    """What stands in the column `details`."""
    subject_id = act.subject_id.hex if act.subject_id else ""
    return SEPARATOR.join((act.subject_kind, subject_id, act.digest, act.facts, act.written))


def parts_of(details: str) -> Parts:
    """The same taken apart again; what somebody changed into fewer parts lacks the last ones."""
    return Parts(*details.split(SEPARATOR, len(Parts._fields) - 1))


def rest_of(act: Act) -> str:
    """What is hashed of an entry behind its number; `app.data.trail_rows` says the same in SQL."""
    return _joined(_values_of(act))


def attend(engine: Engine) -> None:
    """Let the connections of a SQLite `engine` hash what is linked."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.create_function("audit_link", 3, _link, deterministic=True)


def append(connection: Connection, acts: Sequence[Act]) -> None:
    """Link these entries in their order; raises NoHead before the migrations have run."""
    work: Callable[[Connection, Sequence[Act]], None] = (
        _append_postgresql if connection.dialect.name == "postgresql" else _append_sqlite
    )
    work(connection, acts)


def _append_postgresql(connection: Connection, acts: Sequence[Act]) -> None:
    for act in acts:
        values = _values_of(act)
        if act.cases:
            named = f"{{{','.join([case_id.hex for case_id in act.cases])}}}"
            _ACT_ON_CASES.run_with_commit(connection, (_joined(values), *values, named))
        else:
            _ACT.run_with_commit(connection, (_joined(values), *values))


def _append_sqlite(connection: Connection, acts: Sequence[Act]) -> None:
    """Through the driver itself: what SQLAlchemy adds to a statement costs more here than the statement."""
    driver: Any = connection.connection.driver_connection
    try:
        for act in acts:
            values = _values_of(act)
            if not driver.execute(_MOVE_SQLITE, (_joined(values),)).rowcount:
                raise NoHead("the audit trail has no head: run the migrations")
            driver.execute(_ENTER_SQLITE, values)
            if act.cases:
                driver.executemany(_MENTION_SQLITE, [(case_id.hex,) for case_id in act.cases])
    except sqlite3.Error as error:
        raise OperationalError("audit trail", None, error, hide_parameters=True) from None


def _link(previous: bytes, seq: int, rest: str) -> bytes:
    """The hash of an entry, as SQLite calls for it."""
    return sha256(previous + f"{seq}{rest}".encode()).digest()


def _values_of(act: Act) -> tuple[str | None, ...]:
    """The columns of an entry behind its number; a number as text is one to either database."""
    return (
        str((act.at - EPOCH) // MICROSECOND),
        act.organisation_id.hex if act.organisation_id else None,
        act.actor_id.hex if act.actor_id else None,
        act.action,
        act.case_id.hex if act.case_id else None,
        details_of(act),
    )


def _joined(values: tuple[str | None, ...]) -> str:
    return SEPARATOR + SEPARATOR.join([value or "" for value in values])
