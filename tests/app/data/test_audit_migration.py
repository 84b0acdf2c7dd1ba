"""The trail through the migration that changes its form: nothing is lost, it holds before and after."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import Uuid, func, select, text

from app.data import audit
from app.data.audit import Action, AuditEntry
from app.data.audit_verify import BreakKind, verify
from app.data.base import new_id
from app.data.chaining import SEPARATOR
from app.data.database import db, session, transaction
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


def test_what_an_entry_says_survives_the_way_into_five_columns_and_back(
    app: Flask, world: World, open_case: OpenCase
) -> None:
    open_case()
    with transaction():
        facts: audit.Facts = {"odd": ['ä"\\ \n', "%s", "عربى"]}
        audit.record(
            Action.EXPORTED, organisation_id=None, actor_id=None, subject_kind="test", subject_id=new_id(),
            digest="f" * 64, facts=facts,
        )  # fmt: skip
    before = _trail()
    said = [(one.seq, one.hash, one.subject_kind, one.subject_id, one.digest, one.facts, one.written) for one in before]
    session().close()
    migrate_down(db.engine, "data", "0020")
    parts = text("SELECT seq, hash, subject_kind, subject_id, digest, facts, written FROM audit_entry ORDER BY seq")
    with db.engine.connect() as connection:
        assert connection.execute(parts.columns(subject_id=Uuid())).all() == said
    migrate(db.engine, "data")
    assert [(one.seq, one.hash, one.details) for one in _trail()] == [
        (one.seq, one.hash, one.details) for one in before
    ]
    assert verify(db.engine).breaks == []
    assert any(one.written for one in before) and not all(one.written for one in before)


def test_what_somebody_added_to_an_entry_is_not_lost_on_the_way(app: Flask, world: World) -> None:
    with transaction():
        audit.record(Action.READ, organisation_id=world.ki.id, actor_id=None, subject_kind="test")
    last = _trail()[-1].seq
    session().close()
    for changed in ("details || :separator || 'more'", "'x'"):
        with db.engine.begin() as connection:
            values = {"separator": SEPARATOR, "last": last} if "more" in changed else {"last": last}
            connection.execute(text(f"UPDATE audit_entry SET details = {changed} WHERE seq = :last"), values)  # noqa: S608
        migrate_down(db.engine, "data", "0020")
        migrate(db.engine, "data")
        assert [(one.seq, one.kind) for one in verify(db.engine).breaks] == [(last, BreakKind.ALTERED)]


def _trail() -> list[AuditEntry]:
    return list(session().scalars(select(AuditEntry).order_by(AuditEntry.seq)))
