"""Sealed records: they open where they belong and nowhere else."""

from __future__ import annotations

import pytest
from sqlalchemy import text, update

from app.accounts.models import UserProfile
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope, SealedRecord, keyring
from app.errors import KeyMissing, Tampered, VersionConflict
from cases.sheets import CaseSummary, FamilySheet
from tests.plugins.application import World


def test_a_record_opens_again_and_its_row_shows_nothing(world: World) -> None:
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    scope = Scope(world.ki.id, case_id)
    with transaction():
        records.create(FamilySheet(family_name="Kovalenko", phone="+49211"), record_id=case_id, scope=scope)
    assert records.get(FamilySheet, case_id, reader=world.ki.id).sheet.family_name == "Kovalenko"
    row = session().execute(text("SELECT body FROM sealed_record WHERE kind = 'case.family'")).scalar_one()
    assert b"Kovalenko" not in bytes(row)


def test_another_organisation_holds_no_key(world: World) -> None:
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    with transaction():
        records.create(CaseSummary(family_name="X"), record_id=case_id, scope=Scope(world.ki.id, case_id))
    with pytest.raises(KeyMissing):
        records.get(CaseSummary, case_id, reader=world.kim.id)
    keyring().share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
    assert records.get(CaseSummary, case_id, reader=world.kim.id).sheet.family_name == "X"


def test_a_second_writer_is_told(world: World) -> None:
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    scope = Scope(world.ki.id, case_id)
    with transaction():
        records.create(CaseSummary(family_name="A"), record_id=case_id, scope=scope)
    with transaction():
        records.save(CaseSummary(family_name="B"), record_id=case_id, scope=scope, expected=1)
    with pytest.raises(VersionConflict), transaction():
        records.save(CaseSummary(family_name="C"), record_id=case_id, scope=scope, expected=1)
    assert records.get(CaseSummary, case_id, reader=world.ki.id).sheet.family_name == "B"


@pytest.mark.parametrize("column", ["record_id", "case_id", "version", "schema", "kind"])
def test_a_moved_row_does_not_open(world: World, column: str) -> None:
    first, second = new_id(), new_id()
    for case_id in (first, second):
        keyring().create_key(case_id, world.ki.id)
    with transaction():
        records.create(CaseSummary(family_name="A"), record_id=first, scope=Scope(world.ki.id, first))
    moved = {"record_id": second, "case_id": second, "version": 2, "schema": 2, "kind": "case.family"}
    with transaction():
        session().execute(update(SealedRecord).where(SealedRecord.case_id == first).values({column: moved[column]}))
    kind = FamilySheet if column == "kind" else CaseSummary
    with pytest.raises((Tampered, KeyMissing)):
        records.get(kind, second if column == "record_id" else first, reader=world.ki.id)


def test_a_new_case_key_reseals_everything(world: World) -> None:
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    scope = Scope(world.ki.id, case_id)
    with transaction():
        records.create(CaseSummary(family_name="A"), record_id=case_id, scope=scope)
    keyring().share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
    with transaction():
        generation = records.reseal_case(case_id, owner=world.ki.id)
    keyring().drop_keys(case_id, below=generation)
    assert records.get(CaseSummary, case_id, reader=world.ki.id).sheet.family_name == "A"
    with pytest.raises(KeyMissing):
        records.get(CaseSummary, case_id, reader=world.kim.id)


def test_staff_names_are_sealed_under_their_organisation(world: World) -> None:
    profile = records.get(UserProfile, world.users["advisor"], reader=world.ki.id)
    assert profile.sheet.name == "Anna Beraterin"
    with pytest.raises(KeyMissing):
        records.get(UserProfile, world.users["advisor"], reader=world.kim.id)
