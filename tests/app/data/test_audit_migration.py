"""The trail through the migration that changes its form: nothing is lost, it holds before and after."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select, text

from app.data.audit import AuditEntry
from app.data.audit_verify import verify
from app.data.database import db, session
from app.data.setup import migrate, migrate_down
from cases.search.services import search
from tests.plugins.application import World
from tests.plugins.families import OpenCase


def test_the_trail_is_chained_anew_in_both_directions_with_every_entry(
    app: Flask, world: World, open_case: OpenCase
) -> None:
    open_case()
    search(world.actor("advisor"), text="Kovalenko")
    before = session().scalar(select(func.count()).select_from(AuditEntry))
    session().close()
    migrate_down(db.engine, "data", "0006")
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit_entry ORDER BY seq")).mappings().all()
        head = connection.execute(text("SELECT seq, hash FROM audit_head")).one()
    assert (len(rows), head) == (before, (rows[-1]["seq"], rows[-1]["hash"]))
    assert [row["previous"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    assert (rows[0]["previous"], rows[0]["seq"]) == ("0" * 64, 1)
    assert len(rows[-1]["hash"]) == 64
    migrate(db.engine, "data")
    found = verify(db.engine)
    assert found.breaks == []
    assert found.entries > before  # what was sealed already is entered once
    assert found.records > 10
    mentions = "SELECT count(*) FROM audit_mention"
    with db.engine.connect() as connection:
        assert connection.execute(text(mentions)).scalar_one() == 1
