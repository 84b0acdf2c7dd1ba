"""Statements that stay prepared: through rollbacks and savepoints, and with the commit they travel with."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.data import audit
from app.data.audit import Action, AuditEntry
from app.data.database import before_commit, db, session, transaction
from app.data.prepared import Prepared
from app.errors import Unavailable

pytestmark = pytest.mark.postgres
TWICE = Prepared("test_twice", "SELECT $1::int * 2")


def _enter(subject_kind: str = "test") -> None:
    audit.record(Action.READ, organisation_id=None, actor_id=None, subject_kind=subject_kind)


def _entered() -> list[str]:
    session().rollback()
    return [entry.subject_kind for entry in session().query(AuditEntry).order_by(AuditEntry.seq)]


def _twice(number: int) -> int:
    answer = TWICE.run(session().connection(), [str(number)])
    return int.from_bytes(answer.get_value(0, 0) or b"", "big")


def _prepared() -> set[str]:
    return set(session().scalars(text("SELECT name FROM pg_prepared_statements")))


def test_what_is_prepared_stays_so_when_a_page_that_only_read_ends(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        for number in range(8):
            assert _twice(number) == 2 * number
            session().execute(text("SELECT 1 AS number"))
            session().rollback()
        names = _prepared()
        assert "test_twice" in names
        assert len(names) > 1  # psycopg's own stay as well


def test_it_is_prepared_anew_after_going_back_to_a_savepoint(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        for _ in range(8):
            assert _twice(4) == 8
            with pytest.raises(ZeroDivisionError), session().begin_nested():
                session().execute(text("SELECT 1 AS number"))
                raise ZeroDivisionError
        assert _twice(5) == 10


def test_an_entry_that_cannot_be_made_keeps_the_transaction_from_being_kept(postgres_app: Flask) -> None:
    """It is sent with the COMMIT: the server must not run the one without the other."""
    with postgres_app.app_context():
        with transaction():
            _enter("before")
        with transaction() as current:
            current.execute(text("CREATE TABLE head_apart AS SELECT * FROM audit_head"))
            current.execute(text("DELETE FROM audit_head"))
        with pytest.raises(IntegrityError), transaction() as current:
            current.execute(text("UPDATE organisation SET name = 'changed'"))
            _enter("lost")
        session().rollback()
        assert "changed" not in set(session().scalars(text("SELECT name FROM organisation")))
        with transaction() as current:
            current.execute(text("INSERT INTO audit_head SELECT * FROM head_apart"))
        with transaction():
            _enter("after")
            _enter("and after")
        assert _entered()[-3:] == ["before", "after", "and after"]


class _Broken:
    """A last step that fails."""

    def __call__(self, _: object) -> None:
        raise ZeroDivisionError


def test_an_entry_of_a_transaction_that_was_undone_does_not_travel_with_the_next(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        with transaction():
            _enter("first")
        with pytest.raises(ZeroDivisionError), transaction():
            _enter("undone")
            before_commit(_Broken)
        with transaction() as current:
            current.execute(text("SELECT 1"))
        assert _entered()[-1] == "first"


def test_a_server_that_goes_away_before_the_commit_is_unavailable_and_comes_back(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with transaction():
            _enter("kept")
        with pytest.raises(Unavailable), transaction() as current:
            _enter("lost")
            pid = current.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(address, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        with transaction():
            _enter("again")
        assert _entered()[-2:] == ["kept", "again"]


def test_a_text_that_would_end_early_is_refused(postgres_app: Flask) -> None:
    with postgres_app.app_context(), pytest.raises(ValueError, match="NUL"):
        TWICE.run(session().connection(), ["1\x002"])
