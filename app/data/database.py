"""The database: one committer, work after commit, SQLite made safe for many processes."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.data import binary, chaining, prepared
from app.data.base import Base
from app.errors import Conflict, StorageFull, Unavailable

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

log = logging.getLogger(__name__)
Result = TypeVar("Result")
LastStep = TypeVar("LastStep", bound=Callable[[Connection], None])

WRITE, TAKEN = "einstieg_write", "einstieg_taken"
WORK_MEM = "32MB"
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})
DISK_FULL_SQLSTATES = frozenset({"53100", "53000"})
UNREACHABLE_SQLSTATES = frozenset({"57P01", "57P02", "57P03", "08000", "08001", "08003", "08006"})


def init_app(app: Flask) -> None:
    """Bind the database to `app` and prepare each of its engines."""
    db.init_app(app)
    with app.app_context():
        for engine in {id(e): e for e in db.engines.values()}.values():
            prepare_engine(engine)


def prepare_engine(engine: Engine) -> None:
    """Make SQLite behave: WAL, foreign keys, real transactions, patience, deleted bytes overwritten.

    On PostgreSQL what is prepared stays so, many bytes travel as they are, and what is asked of 100,000 cases is
    grouped in memory: with the 4 MB of its own default it is sorted on disk, which takes twice the time.
    """
    if engine.dialect.name != "sqlite":
        prepared.attend(engine)
        binary.attend(engine)

        @event.listens_for(engine, "connect")
        def _connect_to_server(connection: Any, _record: Any) -> None:
            connection.execute(f"SET work_mem = '{WORK_MEM}'")
            connection.commit()

        return
    chaining.attend(engine)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def session() -> Session:
    """The session of this application context."""
    return db.session()


@event.listens_for(db.session, "before_flush")
def _refuse_change_outside(current: Session, *_: object) -> None:
    """A query flushes what was changed before it: outside a transaction() that would be lost without a word."""
    if not current.info.get("open"):
        raise RuntimeError("something was changed outside a transaction()")


@contextmanager
def transaction() -> Iterator[Session]:
    """Do all inside or nothing of it: the one place that commits.

    Whatever was read before is read again inside, under the write lock of SQLite. A transaction inside a
    transaction joins the outer one. Raises Conflict, StorageFull or Unavailable for what the database reports.
    """
    current = session()
    if current.info.get("open"):
        yield current
        return
    if current.new or current.dirty or current.deleted:
        raise RuntimeError("something was changed outside a transaction()")
    if current.in_transaction():
        current.rollback()
    else:
        current.expire_all()  # a rollback of nothing forgets nothing of what an earlier transaction left
    current.info.update(open=True, before={}, after=[])
    try:
        connection = current.connection(execution_options={WRITE: True})
        yield current
        current.flush()
        for step in list(current.info["before"].values()):
            step(connection)
        current.commit()
        current.info[TAKEN] = current.info.get(TAKEN, frozenset()).union(current.info["before"])
    except BaseException as error:
        current.rollback()
        current.info["after"] = []
        _raise_ours(error)
        raise
    finally:
        later = current.info.pop("after", [])
        current.info.pop("before", None)
        current.info["open"] = False
    for work in later:
        _run_late(work)


def before_commit(make: Callable[[], LastStep]) -> LastStep:
    """The last step of the open transaction that `make` makes, once in each; called with its connection."""
    steps = session().info.get("before")
    if steps is None:
        raise RuntimeError("before_commit() needs an open transaction()")
    step: LastStep | None = steps.get(make)
    if step is None:
        step = steps[make] = make()
    return step


def has_taken(make: Callable[[], LastStep]) -> bool:
    """Whether any transaction of this session that was kept since `forget_taken` ended with the step of `make`."""
    return make in session().info.get(TAKEN, ())


def forget_taken() -> None:
    """Begin anew with `has_taken`, as a request does: a session that could not be closed may come to a later one."""
    session().info.pop(TAKEN, None)


def after_commit(work: Callable[[], None]) -> None:
    """Run `work` once this transaction is kept; its errors are logged and harm nothing."""
    current = session()
    if not current.info.get("open"):
        raise RuntimeError("after_commit() needs an open transaction()")
    current.info["after"].append(work)


def retrying(work: Callable[[], Result], *, attempts: int = 6) -> Result:
    """Run `work` (which opens its own transaction) again after a deadlock or a lost serialisation race.

    Inside an open transaction it runs once: the database has given that up, so only its owner can begin anew.
    """
    if session().info.get("open"):
        return work()
    for attempt in range(1, attempts + 1):
        try:
            return work()
        except OperationalError as error:
            if attempt == attempts or not _is_retryable(error):
                raise
            time.sleep(0.02 * 2**attempt)
    raise AssertionError("unreachable")


def _run_late(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as error:
        log.warning("work after commit failed: %s", type(error).__name__)


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _is_retryable(error: DBAPIError) -> bool:
    return _sqlstate(error) in RETRYABLE_SQLSTATES or "database is locked" in str(error.orig)


def _is_disk_full(error: BaseException | None) -> bool:
    """Whether a full disk is at the root of it: SQLite then ends the transaction itself, savepoints included."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, DBAPIError) and (
            _sqlstate(error) in DISK_FULL_SQLSTATES or "disk is full" in str(error.orig)
        ):
            return True
        error = error.__context__
    return False


def _raise_ours(error: BaseException) -> None:
    """Turn what the database reports into our own errors, without its text (which may quote values)."""
    if isinstance(error, StaleDataError):
        raise Conflict("changed by somebody else") from None
    if _is_disk_full(error):
        raise StorageFull("disk full") from None
    if not isinstance(error, DBAPIError):
        return
    if error.connection_invalidated or _sqlstate(error) in UNREACHABLE_SQLSTATES:
        raise Unavailable("database") from None
