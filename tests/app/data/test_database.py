"""The one committer: all or nothing, work after commit, and what a database reports as our own errors."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app.accounts.models import Organisation
from app.data import records
from app.data.base import new_id
from app.data.database import after_commit, before_commit, db, prepare_engine, retrying, session, transaction
from app.data.records import Scope, SealedRecord, keyring
from app.errors import Conflict, StorageFull, Unavailable
from cases.models import Case
from cases.sheets import CaseSummary
from tests.plugins.application import World
from tests.plugins.families import OpenCase


def _name(place_id: UUID) -> str:
    session().rollback()
    return session().scalars(select(Organisation.name).where(Organisation.id == place_id)).one()


def _rename(place_id: UUID, name: str) -> None:
    session().get_one(Organisation, place_id).name = name


def test_an_inner_transaction_joins_the_outer(world: World) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        with transaction():
            _rename(world.ki.id, "inner")
        raise ZeroDivisionError
    assert _name(world.ki.id) == "Kommunales Integrationszentrum"
    with transaction() as outer:
        with transaction() as inner:
            assert inner is outer
            _rename(world.ki.id, "inner")
        assert session().info["open"]
    assert _name(world.ki.id) == "inner"


def test_work_after_commit_runs_once_and_only_if_it_was_kept(world: World) -> None:
    seen: list[str] = []
    with transaction():
        with transaction():
            after_commit(lambda: seen.append(_name(world.ki.id)))
            _rename(world.ki.id, "kept")
        assert seen == []
    assert seen == ["kept"]
    with pytest.raises(ZeroDivisionError), transaction():
        after_commit(lambda: seen.append("never"))
        raise ZeroDivisionError
    with transaction():
        pass
    assert seen == ["kept"]


def test_work_after_commit_may_open_a_transaction_and_its_failure_harms_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ValueError("Olena Kovalenko")

    def further() -> None:
        with transaction():
            _rename(world.ki.id, "further")

    with transaction():
        _rename(world.ki.id, "first")
        after_commit(broken)
        after_commit(further)
    assert _name(world.ki.id) == "further"
    assert "ValueError" in caplog.text
    assert "Kovalenko" not in caplog.text


class _Step:
    """A last step that counts how often it is taken, and with what."""

    taken: ClassVar[list[_Step]] = []

    def __call__(self, connection: Connection) -> None:
        assert connection.in_transaction()
        self.taken.append(self)


def test_a_last_step_is_made_once_and_taken_once_in_each_transaction(world: World) -> None:
    _Step.taken.clear()
    for _ in range(2):
        with transaction():
            assert before_commit(_Step) is before_commit(_Step)
    with pytest.raises(ZeroDivisionError), transaction():
        before_commit(_Step)
        raise ZeroDivisionError
    assert len(_Step.taken) == len(set(_Step.taken)) == 2


def test_hooks_need_an_open_transaction(app: Flask) -> None:
    for hook in (lambda: after_commit(lambda: None), lambda: before_commit(_Step)):
        with pytest.raises(RuntimeError):
            hook()


def test_what_is_changed_outside_a_transaction_is_refused(world: World) -> None:
    session().get_one(Organisation, world.ki.id).name = "outside"
    with pytest.raises(RuntimeError, match="outside"), transaction():
        pass
    assert _name(world.ki.id) == "Kommunales Integrationszentrum"


def test_what_is_changed_outside_is_refused_by_the_next_query_as_well(world: World) -> None:
    """A query flushes: without the guard the change would vanish at the next transaction."""
    session().get_one(Organisation, world.ki.id).name = "outside"
    with pytest.raises(RuntimeError, match="outside"):
        session().scalars(select(Organisation)).all()
    session().rollback()


def test_a_second_transaction_reads_again_what_the_first_one_left(world: World) -> None:
    """After a commit none is open, and going back to nothing would leave the objects of the first as they were."""
    with transaction():
        place = session().get_one(Organisation, world.ki.id)
        place.name = "by the first"
    engine = create_engine(db.engine.url)
    with engine.begin() as other:
        other.execute(update(Organisation).where(Organisation.id == world.ki.id).values(name="by another"))
    engine.dispose()
    with transaction():
        assert session().get_one(Organisation, world.ki.id).name == "by another"


def test_what_was_read_before_is_read_again_inside(world: World) -> None:
    place = session().get_one(Organisation, world.ki.id)
    engine = create_engine(db.engine.url)
    with engine.begin() as other:
        other.execute(update(Organisation).where(Organisation.id == world.ki.id).values(name="by another"))
    engine.dispose()
    with transaction():
        assert place.name == "by another"


def test_a_row_that_changed_meanwhile_is_a_conflict(world: World, open_case: OpenCase) -> None:
    case = open_case()
    with pytest.raises(Conflict), transaction():
        loaded = session().get_one(Case, case.id)
        table = Case.__table__
        session().execute(update(table).where(table.c.id == case.id).values(version=loaded.version + 5))
        loaded.advisor_id = None
        loaded.reference = "KI-0000-1"
        session().flush()


def test_a_broken_constraint_leaves_nothing(world: World) -> None:
    with pytest.raises(IntegrityError), transaction():
        _rename(world.ki.id, "half")
        session().execute(update(Organisation).values(id=world.ki.id))
    assert _name(world.ki.id) == "Kommunales Integrationszentrum"


def test_the_text_of_a_database_error_quotes_no_value(world: World) -> None:
    with pytest.raises(IntegrityError) as caught, transaction():
        session().execute(insert(Organisation), {"name": "Olena Kovalenko", "short_name": None, "kind": "ki"})
    assert "Kovalenko" not in str(caught.value).replace(str(caught.value.orig), "")


def _fill(world: World, case_id: UUID, count: int) -> None:
    with transaction():
        for number in range(count):
            sheet = CaseSummary(family_name=f"{number}" * 400)
            records.create(sheet, record_id=new_id(), scope=Scope(world.ki.id, case_id))


def _count(case_id: UUID) -> int:
    session().rollback()
    query = select(func.count()).select_from(SealedRecord).where(SealedRecord.case_id == case_id)
    return session().scalars(query).one()


FULL_DISK = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON sealed_record FOR EACH ROW
WHEN (length(NEW.body) > 300) EXECUTE FUNCTION full_disk()
"""


def _leave_no_room() -> None:
    """Let the data file grow by four more pages; PostgreSQL is made to answer what it answers on a full disk."""
    if db.engine.dialect.name == "sqlite":
        pages = session().execute(text("PRAGMA page_count")).scalar_one()
        event.listen(db.engine, "checkout", lambda raw, *_: raw.execute(f"PRAGMA max_page_count = {pages + 4}"))
    else:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(FULL_DISK)
    session().rollback()


def _make_room() -> None:
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION full_disk() CASCADE")


def test_on_a_full_disk_nothing_of_the_act_is_kept_and_everything_before_it_is(world: World) -> None:
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    _fill(world, case_id, 2)
    _leave_no_room()
    with pytest.raises(StorageFull):
        _fill(world, case_id, 200)
    assert _count(case_id) == 2
    with pytest.raises(StorageFull):
        _fill(world, case_id, 200)
    assert not session().info["open"]
    session().rollback()
    _make_room()


@pytest.mark.postgres
def test_a_deadlock_is_tried_again(postgres_app: Flask) -> None:
    """Two writers lock two rows in opposite order: the database ends one, which then finds its way."""
    with postgres_app.app_context():
        places = [place.id for place in session().scalars(select(Organisation).order_by(Organisation.id).limit(2))]
        session().rollback()
    met, attempts = threading.Barrier(2), []

    def change(order: list[UUID], mark: str) -> None:
        def work() -> None:
            attempts.append(mark)
            with transaction() as current:
                for place_id in order:
                    short = func.substr(Organisation.short_name + mark, 1, 30)
                    current.execute(update(Organisation).where(Organisation.id == place_id).values(short_name=short))
                    if len(attempts) <= 2 and place_id == order[0]:
                        met.wait(10)

        with postgres_app.app_context():
            retrying(work)

    writers = [
        threading.Thread(target=change, args=(places, "a")),
        threading.Thread(target=change, args=(places[::-1], "b")),
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert len(attempts) == 3
    with postgres_app.app_context():
        names = session().scalars(select(Organisation.short_name).where(Organisation.id.in_(places))).all()
        assert {name[-2:] for name in names} <= {"ab", "ba"}


@pytest.mark.postgres
def test_a_server_that_goes_away_is_unavailable_and_comes_back(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        with pytest.raises(Unavailable), transaction() as current:
            pid = current.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(_plain_address(), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (pid,))
            current.execute(text("SELECT 1"))
        with transaction():
            session().scalars(select(Organisation)).first()


def test_what_is_no_race_is_not_tried_again(app: Flask) -> None:
    attempts: list[int] = []

    def work() -> None:
        attempts.append(1)
        with transaction() as current:
            current.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises((OperationalError, ProgrammingError)):
        retrying(work)
    assert len(attempts) == 1


def test_a_writer_on_sqlite_waits_for_the_other_and_loses_nothing(app: Flask, world: World) -> None:
    """Read, then write, from six threads at once: each transaction() holds the write lock from its start."""

    def count_up() -> None:
        with app.app_context():
            for _ in range(10):
                with transaction() as current:
                    query = select(Organisation).where(Organisation.id == world.ki.id).with_for_update()
                    place = current.scalars(query.execution_options(populate_existing=True)).one()
                    place.short_name = str(int(place.short_name) + 1)

    with transaction():
        session().get_one(Organisation, world.ki.id).short_name = "0"
    writers = [threading.Thread(target=count_up) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    session().rollback()
    assert session().get_one(Organisation, world.ki.id, populate_existing=True).short_name == "60"


def test_sqlite_is_set_up_for_many_processes_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    prepare_engine(engine)
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10000, "secure_delete": 1, "synchronous": 1}
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    engine.dispose()
    assert found == wanted


def _plain_address() -> str:
    return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
