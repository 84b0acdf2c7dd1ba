"""Statements that PostgreSQL keeps prepared on each connection: planning one costs it more than running it.

psycopg has the server forget all of them with every rollback, which is how each page that only reads ends; here they
stay. The few that every request runs are sent by libpq itself, as a cursor costs more than the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from select import POLLIN, poll
from typing import Any

from psycopg import errors
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

_FINE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
_ENDS = b"\0"
_CHANGES_TABLES = ("DROP", "ALTER")
_KNOWN, _STALE, _WAITING = "einstieg_prepared", "einstieg_stale", "einstieg_waiting"
_Ready = tuple[bytes, list[bytes | None]]
"""The name of a statement, and its values in the encoding of the connection."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One statement with `$1`, `$2`, ... under a name of its own; values are text, as PostgreSQL reads it."""

    name: str
    statement: str

    def run(self, connection: Connection, values: Sequence[str | None]) -> PGresult:
        """Run it, in the open transaction if there is one; answers binary values. Raises OperationalError."""
        driver: Any = connection.connection.driver_connection
        name, sent = self._ready(connection, driver, values)
        result: PGresult = driver.pgconn.exec_prepared(name, sent, None, 1)
        if result.status not in _FINE:
            raise _as_ours(connection, errors.error_from_result(result)) from None
        return result

    def run_with_commit(self, connection: Connection, values: Sequence[str | None]) -> None:
        """Send it with the COMMIT of the open transaction, in one round trip; the commit raises what it comes to."""
        driver: Any = connection.connection.driver_connection
        driver.__dict__.setdefault(_WAITING, []).append(self._ready(connection, driver, values))

    def _ready(self, connection: Connection, driver: Any, values: Sequence[str | None]) -> _Ready:
        known: dict[str, str] = connection.info.setdefault(_KNOWN, {})
        encoding = known.get(self.name)
        if encoding is None:
            encoding = known[self.name] = self._prepare(connection, driver)
        sent = [None if value is None else value.encode(encoding) for value in values]
        if _ENDS in b"".join(filter(None, sent)):
            raise ValueError("PostgreSQL holds no NUL in a text")
        return self.name.encode(), sent

    def _prepare(self, connection: Connection, driver: Any) -> str:
        if connection.info.pop(_STALE, False):
            driver.execute("DEALLOCATE ALL")  # through psycopg, which then forgets its own as well
        encoding: str = driver.info.encoding
        result = driver.pgconn.prepare(self.name.encode(), self.statement.encode(encoding))
        if result.status not in _FINE:
            raise _as_ours(connection, errors.error_from_result(result)) from None
        return encoding


def attend(engine: Engine) -> None:
    """Commit and roll back on the connections of `engine` as this module needs it."""
    engine.dialect.do_commit = _commit  # type: ignore[method-assign,assignment]
    engine.dialect.do_rollback = _roll_back  # type: ignore[method-assign,assignment]

    @event.listens_for(engine, "rollback_savepoint")
    def _rolled_back(connection: Connection, _name: str, _context: None) -> None:
        forget(connection)

    @event.listens_for(engine, "after_cursor_execute")
    def _executed(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(_CHANGES_TABLES):
            forget(connection)


def forget(connection: Connection) -> None:
    """Take nothing for prepared any more, as after a savepoint or a change of tables: psycopg may have ended it all."""
    connection.info.pop(_KNOWN, None)
    connection.info[_STALE] = True


def _commit(connection: Any) -> None:
    """End the transaction, with the statements that wait for that."""
    waiting: list[_Ready] = getattr(connection, _WAITING, None) or []
    if not waiting:
        connection.commit()
        return
    pgconn: PGconn = connection.pgconn
    pgconn.enter_pipeline_mode()
    for name, values in waiting:
        pgconn.send_query_prepared(name, values)
    waiting.clear()
    pgconn.send_query_params(b"COMMIT", None)
    pgconn.pipeline_sync()
    while pgconn.flush():
        pass
    failed = _first_failure(pgconn)
    if pgconn.status == ConnStatus.OK:
        pgconn.exit_pipeline_mode()
    if failed is not None:
        error = errors.error_from_result(failed)
        if isinstance(error, errors.InvalidSqlStatementName):
            connection.close()  # something forgot what we prepared: the next one begins with a connection of its own
        raise error


def _first_failure(pgconn: PGconn) -> PGresult | None:
    """Read all answers of a pipeline; the server does nothing that follows a failure."""
    failed: PGresult | None = None
    readable = poll()
    readable.register(pgconn.socket, POLLIN)
    while pgconn.status == ConnStatus.OK:
        while pgconn.is_busy():
            readable.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            break
        if result.status == ExecStatus.FATAL_ERROR and failed is None:
            failed = result
    return failed


def _roll_back(connection: Any) -> None:
    """End the transaction and keep what is prepared; no transaction that is undone changes tables."""
    waiting: list[_Ready] = getattr(connection, _WAITING, None) or []
    waiting.clear()
    if connection.pgconn.transaction_status == TransactionStatus.IDLE:
        return
    if connection.pgconn.exec_(b"ROLLBACK").status != ExecStatus.COMMAND_OK:
        connection.rollback()


def _as_ours(connection: Connection, error: errors.Error) -> OperationalError:
    """What went wrong as SQLAlchemy would raise it; a connection that is lost is not used again."""
    is_lost = bool(getattr(connection.connection.driver_connection, "closed", False))
    if is_lost:
        connection.invalidate()
    return OperationalError("prepared statement", None, error, hide_parameters=True, connection_invalidated=is_lost)
