"""The audit trail: it holds, and it shows where it does not."""

from __future__ import annotations

from sqlalchemy import delete, update

from app.data import audit
from app.data.audit import Action, AuditEntry
from app.data.database import session, transaction
from tests.plugins.application import World


def _enter(count: int) -> None:
    for _ in range(count):
        with transaction():
            audit.record(Action.READ, organisation_id=None, actor_id=None, subject_kind="test")


def test_the_chain_holds(world: World) -> None:
    _enter(3)
    entries, breaks = audit.verify()
    assert entries >= 3
    assert breaks == []


def test_an_edit_shows(world: World) -> None:
    _enter(3)
    with transaction():
        session().execute(update(AuditEntry).where(AuditEntry.seq == 2).values(action=Action.EXPORTED))
    assert [found.kind for found in audit.verify()[1]] == ["altered"]


def test_a_deletion_shows(world: World) -> None:
    _enter(3)
    with transaction():
        session().execute(delete(AuditEntry).where(AuditEntry.seq == 2))
    assert "missing" in [found.kind for found in audit.verify()[1]]


def test_a_cut_tail_shows(world: World) -> None:
    _enter(3)
    last = audit.verify()[0]
    with transaction():
        session().execute(delete(AuditEntry).where(AuditEntry.seq == last))
    assert "cut" in [found.kind for found in audit.verify()[1]]


def test_a_failed_act_leaves_no_entry(world: World) -> None:
    before, _ = audit.verify()
    try:
        with transaction():
            audit.record(Action.READ, organisation_id=None, actor_id=None, subject_kind="test")
            raise RuntimeError
    except RuntimeError:
        pass
    assert audit.verify() == (before, [])
