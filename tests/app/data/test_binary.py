"""What PostgreSQL answers as bytes is what it answers as text, for every kind of column a house of ours has."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from psycopg.pq import Format
from sqlalchemy import event, select

from app.accounts.models import User
from app.data.audit import AuditEntry
from app.data.binary import BINARY
from app.data.database import db, session
from cases.models import Case
from cases.shards.models import ShardBody
from scheduling.models import Reservation
from tests.plugins.application import World
from tests.plugins.families import OpenCase


@pytest.mark.parametrize("table", [User, Case, ShardBody, AuditEntry, Reservation])
def test_both_ways_answer_the_same(world: World, open_case: OpenCase, table: Any) -> None:
    open_case(advisor="advisor")
    query = select(*table.__table__.columns).order_by(*table.__table__.primary_key)
    as_text = session().execute(query).all()
    assert session().execute(query.execution_options(**BINARY)).all() == as_text
    assert as_text or table is Reservation


@pytest.mark.postgres
def test_only_what_asks_for_it_travels_as_bytes(postgres_app: Flask) -> None:
    formats = []
    with postgres_app.app_context():
        event.listen(db.engine, "after_cursor_execute", lambda _of, cursor, *_rest: formats.append(cursor.format))
        session().execute(select(Case.id))
        session().execute(select(ShardBody.body).execution_options(**BINARY))
    assert formats == [Format.TEXT, Format.BINARY]
