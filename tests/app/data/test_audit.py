"""The audit trail: every act and every sealed write is in it, chained, and two writers never fork it."""

from __future__ import annotations

import threading
from hashlib import sha256

import pytest
from flask import Flask
from sqlalchemy import select

from app.data import audit, records
from app.data.audit import Action, AuditEntry, AuditMention
from app.data.audit_verify import verify
from app.data.base import new_id
from app.data.database import db, retrying, session, transaction
from app.data.records import SealedRecord
from app.errors import VersionConflict
from cases.sheets import FamilySheet
from tests.plugins.application import World
from tests.plugins.families import OpenCase


def _entries() -> list[AuditEntry]:
    return list(session().scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def _enter(count: int = 1) -> None:
    for _ in range(count):
        with transaction():
            audit.record(Action.READ, organisation_id=None, actor_id=None, subject_kind="test")


def test_the_chain_holds_and_every_sealed_record_is_in_it(world: World, open_case: OpenCase) -> None:
    open_case()
    _enter(3)
    found = verify(db.engine)
    assert found.breaks == []
    assert found.entries == len(_entries())
    assert found.records == len(session().scalars(select(SealedRecord.id)).all()) > 10


def test_a_write_is_entered_with_its_version_and_the_digest_of_its_ciphertext(
    world: World, open_case: OpenCase
) -> None:
    case = open_case()
    with transaction():
        stored = records.get(FamilySheet, case.id, reader=world.ki.id)
        records.save(stored.sheet, record_id=case.id, scope=case.scope, expected=stored.version)
        audit.record(Action.CHANGED, organisation_id=world.ki.id, actor_id=None, subject_kind="family")
    body = (
        session()
        .scalars(
            select(SealedRecord.body).where(SealedRecord.kind == FamilySheet.KIND, SealedRecord.record_id == case.id)
        )
        .one()
    )
    assert _entries()[-1].written == f"{FamilySheet.KIND} {case.id.hex} {stored.version + 1} {sha256(body).hexdigest()}"


def test_writes_without_an_act_are_entered_on_their_own_and_many_share_few_entries(world: World) -> None:
    scope = records.Scope(world.ki.id)
    before = len(_entries())
    with transaction():
        records.create_all([(FamilySheet(family_name="X"), new_id(), scope) for _ in range(audit.WRITES_AN_ENTRY + 1)])
    fresh = _entries()[before:]
    assert [entry.action for entry in fresh] == [Action.WRITTEN, Action.WRITTEN]
    assert [entry.written.count(";") + 1 for entry in fresh] == [audit.WRITES_AN_ENTRY, 1]
    record_id = new_id()
    with transaction():
        records.create(FamilySheet(family_name="X"), record_id=record_id, scope=scope)
    with transaction():
        records.remove(FamilySheet, record_id)
    assert _entries()[-1].written == f"{FamilySheet.KIND} {record_id.hex} 0 "
    assert verify(db.engine).holds


def test_what_is_not_kept_leaves_no_entry(world: World, open_case: OpenCase) -> None:
    case = open_case()
    before = len(_entries())
    with pytest.raises(RuntimeError), transaction():
        audit.record(Action.READ, organisation_id=None, actor_id=None, subject_kind="test")
        raise RuntimeError
    with transaction(), pytest.raises(VersionConflict):
        records.save(FamilySheet(family_name="X"), record_id=case.id, scope=case.scope, expected=99)
    assert len(_entries()) == before
    assert verify(db.engine).holds


def test_a_case_that_stood_on_a_list_finds_the_entry_again(world: World) -> None:
    case_id = new_id()
    with transaction():
        facts: audit.Facts = {"cases": [str(case_id), str(new_id())]}
        audit.record(Action.SEARCHED, organisation_id=None, actor_id=None, subject_kind="search", facts=facts)
    assert (
        session().scalars(select(AuditMention.seq).where(AuditMention.case_id == case_id)).one() == _entries()[-1].seq
    )


def test_an_entry_that_could_shift_its_parts_is_refused(world: World) -> None:
    with transaction(), pytest.raises(ValueError, match="separator"):
        audit.record(Action.READ, organisation_id=None, actor_id=None, subject_kind=f"a{audit.SEPARATOR}b")


def test_eight_writers_at_once_never_fork_the_chain(app: Flask, world: World) -> None:
    before = len(_entries())
    session().close()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            with app.app_context():
                for _ in range(15):
                    retrying(_enter)
                session().close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = verify(db.engine)
    assert (found.breaks, found.entries) == ([], before + 8 * 15)
