"""Migrations: up, filled, down and up again; the models say what the migrations made; the database keeps its guards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, Enum, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import MetaData

from app import clock
from app.accounts import services as accounts
from app.data import audit, audit_verify
from app.data.audit import AuditHead
from app.data.base import Base, new_id
from app.data.database import db, session, transaction
from app.data.key_tables import key_store
from app.data.setup import migrate, migrate_down
from app.factory import create_app
from app.policies import OrganisationKind
from cases.models import Case
from cases.queries import get_case
from scheduling.kinds import BookedVia
from scheduling.models import Appointment, Reservation
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind
from tests.plugins.application import Template, World
from tests.plugins.families import OpenCase

METADATA: dict[str, MetaData] = {"data": Base.metadata, "keys": key_store}


@pytest.fixture
def own_app(template: Template, tmp_path: Path) -> Iterator[Flask]:
    """An application on empty, migrated stores of its own, whose tables a test may take away."""
    server = template.server
    settings = template.config(tmp_path / "home")
    fresh = replace(settings, database_url=server.fresh("empty_data"), keys_database_url=server.fresh("empty_keys"))
    server.give_back(settings.database_url)
    server.give_back(settings.keys_database_url)
    application = create_app(fresh)
    with application.app_context():
        yield application
        session().rollback()
        session().close()
        for engine in db.engines.values():
            engine.dispose()


def _engine(store: str) -> Engine:
    return db.engines["keys"] if store == "keys" else db.engine


def _tables(store: str) -> set[str]:
    return set(inspect(_engine(store)).get_table_names()) - {f"alembic_version_{store}"}


@pytest.mark.parametrize("store", METADATA)
def test_models_and_migrations_agree(app: Flask, store: str) -> None:
    with _engine(store).connect() as connection:
        options = {"compare_type": True, "version_table": f"alembic_version_{store}"}
        context = MigrationContext.configure(connection, opts=options)
        found = [one for one in compare_metadata(context, METADATA[store]) if not _is_kept_by_postgresql(one)]
        assert found == []


def _is_kept_by_postgresql(difference: Any) -> bool:
    """What the database alone makes and keeps: no model could write it."""
    action, *about = difference
    return action == "remove_column" and (about[1], about[2].name) == ("case_file", "list_key")


def test_every_member_of_an_enum_is_known_to_the_database(app: Flask) -> None:
    """What `compare_metadata` does not see: a member added to an enum that a constraint does not list."""
    inspector, checked, unchecked = inspect(db.engine), 0, []
    for table in Base.metadata.sorted_tables:
        constraints = " ".join(found["sqltext"] for found in inspector.get_check_constraints(table.name))
        for column in table.columns:
            if isinstance(column.type, Enum) and not column.type.create_constraint:
                unchecked.append(str(column))
            elif isinstance(column.type, Enum):
                checked += 1
                assert [value for value in column.type.enums if f"'{value}'" not in constraints] == [], column
    assert checked > 20
    assert unchecked == ["audit_entry.action"]  # written in one place alone, and bound by the chain


def test_stores_go_up_with_data_down_to_nothing_and_up_again(own_app: Flask) -> None:
    place = accounts.found_organisation(kind=OrganisationKind.KI, name="KI", short_name="KI")
    with transaction():
        audit.record(audit.Action.READ, organisation_id=place.id, actor_id=None, subject_kind="test")
    session().close()
    made = {store: _tables(store) for store in METADATA}
    assert made == {store: set(metadata.tables) for store, metadata in METADATA.items()}
    for _ in range(2):
        for store in METADATA:
            migrate_down(_engine(store), store)
            assert _tables(store) == set()
            migrate(_engine(store), store)
            assert _tables(store) == made[store]
    head = session().get_one(AuditHead, 1)
    assert (head.seq, head.hash) == (0, audit.GENESIS)
    accounts.found_organisation(kind=OrganisationKind.KI, name="KI", short_name="KI")
    assert audit_verify.verify(db.engine).holds


def test_migrating_twice_changes_nothing(app: Flask, world: World, open_case: OpenCase) -> None:
    case_id = open_case().id
    session().close()
    for store in METADATA:
        migrate(_engine(store), store)
    assert get_case(world.actor("advisor"), case_id).id == case_id


def test_a_full_store_goes_down_and_up_again(app: Flask, world: World, open_case: OpenCase) -> None:
    """Every table holds something that hangs on something else: cases, reservations, the audit trail."""
    case = open_case()
    _reserve(world, case, new_id(), 100, 200)
    session().close()
    migrate_down(db.engine, "data")
    assert _tables("data") == set()
    migrate(db.engine, "data")
    assert session().scalars(select(Case)).all() == []


def _reserve(world: World, case: Case, resource: UUID, starts: int, ends: int, *, active: bool = True) -> UUID:
    at = clock.now()
    appointment = Appointment(
        id=new_id(),
        organisation_id=world.ki.id,
        case_id=case.id,
        kind=AppointmentKind.FIRST_TALK,
        state=AppointmentState.BOOKED,
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        advisor_id=world.users["advisor"],
        calendar_uid=str(new_id()),
        booked_via=BookedVia.STAFF,
        booked_at=at,
        changed_at=at,
    )
    taken = Reservation(
        id=new_id(),
        appointment_id=appointment.id,
        resource_kind=ResourceKind.ADVISOR,
        resource_id=resource,
        starts=starts,
        ends=ends,
        is_active=active,
    )
    with transaction() as current:
        current.add(appointment)
        current.flush()
        current.add(taken)
    return taken.id


@pytest.mark.parametrize(("starts", "ends"), [(100, 200), (150, 160), (50, 101), (199, 300), (50, 300)])
def test_the_database_refuses_an_overlap_by_itself(world: World, open_case: OpenCase, starts: int, ends: int) -> None:
    case, advisor = open_case(), new_id()
    _reserve(world, case, advisor, 100, 200)
    with pytest.raises(IntegrityError):
        _reserve(world, case, advisor, starts, ends)


def test_the_database_lets_neighbours_others_and_what_was_given_up_be(world: World, open_case: OpenCase) -> None:
    case, advisor = open_case(), new_id()
    _reserve(world, case, advisor, 100, 200)
    _reserve(world, case, advisor, 200, 300)
    _reserve(world, case, advisor, 50, 100)
    _reserve(world, case, new_id(), 100, 200)
    given_up = _reserve(world, case, advisor, 120, 130, active=False)
    for change in ({"is_active": True}, {"is_active": True, "starts": 199, "ends": 201}):
        with pytest.raises(IntegrityError), transaction() as current:
            current.execute(update(Reservation).where(Reservation.id == given_up).values(**change))
    with pytest.raises(IntegrityError):
        _reserve(world, case, new_id(), 200, 200)
