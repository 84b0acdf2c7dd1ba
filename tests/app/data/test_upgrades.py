"""Older sheets are lifted step by step when they are opened; newer ones are left alone and said to be newer."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from uuid import UUID

import pytest
from sqlalchemy import select, text

import app
import cases
import scheduling
from app.data import records, upgrades
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope, SealedRecord, Sheet, keyring
from app.data.sheets import Part, SheetClass
from app.data.upgrades import Document
from app.errors import NewerSchema, Tampered, UpgradeMissing
from tests.plugins.application import World

KIND = "test.contact"


class ContactOf2024(Sheet):
    """The first schema: one name, one number as text."""

    KIND = KIND
    CLASS = SheetClass.CORE

    name: str
    phone: str = ""


class Number(Part, kw_only=True):
    """A telephone number and whose it is."""

    number: str
    of: str = ""


class ContactOf2026(Sheet):
    """The third schema: the name in two parts, numbers as a list of parts."""

    KIND = KIND
    CLASS = SheetClass.CORE
    SCHEMA = 3

    given_name: str
    family_name: str
    phones: list[Number] = []


@pytest.fixture
def steps() -> Iterator[None]:
    """Both steps that lie between the two."""

    @upgrades.upgrade(KIND, schema=1)
    def _two_names(document: Document) -> Document:
        given, _, family = document.pop("name").rpartition(" ")
        return {**document, "given_name": given, "family_name": family}

    @upgrades.upgrade(KIND, schema=2)
    def _many_phones(document: Document) -> Document:
        phone = document.pop("phone", "")
        return {**document, "phones": [{"number": phone}] if phone else []}

    yield
    upgrades.forget(KIND)


@pytest.fixture
def scope(world: World) -> Scope:
    """A case of the KI with a key."""
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    return Scope(world.ki.id, case_id)


def _seal_old(scope: Scope) -> UUID:
    record_id = new_id()
    with transaction():
        old = ContactOf2024(name="Olena Kovalenko", phone="+49211")
        records.create(old, record_id=record_id, scope=scope)
    return record_id


def _row(record_id: UUID) -> tuple[int, int, bytes]:
    query = select(SealedRecord.schema, SealedRecord.version, SealedRecord.body)
    schema, version, body = session().execute(query.where(SealedRecord.record_id == record_id)).one()
    return schema, version, body


@pytest.mark.usefixtures("steps")
def test_a_sheet_of_the_first_schema_opens_in_the_third_and_is_kept_as_such_when_it_is_saved(scope: Scope) -> None:
    record_id = _seal_old(scope)
    before = _row(record_id)
    stored = records.get(ContactOf2026, record_id, reader=scope.organisation_id)
    assert (stored.sheet.given_name, stored.sheet.family_name) == ("Olena", "Kovalenko")
    assert [phone.number for phone in stored.sheet.phones] == ["+49211"]
    session().rollback()
    assert _row(record_id) == before, "reading rewrote the row"
    with transaction():
        records.save(stored.sheet, record_id=record_id, scope=scope, expected=stored.version)
    assert _row(record_id)[:2] == (3, 2)
    again = records.get(ContactOf2026, record_id, reader=scope.organisation_id)
    assert again.sheet == stored.sheet


@pytest.mark.usefixtures("steps")
def test_an_older_program_neither_reads_nor_overwrites_what_a_newer_one_wrote(scope: Scope) -> None:
    record_id = new_id()
    sheet = ContactOf2026(given_name="Olena", family_name="Kovalenko", phones=[Number(number="+49211")])
    with transaction():
        records.create(sheet, record_id=record_id, scope=scope)
    before = _row(record_id)
    with pytest.raises(NewerSchema):
        records.get(ContactOf2024, record_id, reader=scope.organisation_id)
    with pytest.raises(NewerSchema), transaction():
        records.put(ContactOf2024(name="Olena"), record_id=record_id, scope=scope)
    session().rollback()
    assert _row(record_id) == before
    assert records.get(ContactOf2026, record_id, reader=scope.organisation_id).sheet == sheet


def test_a_gap_in_the_steps_is_said_and_nothing_is_guessed(scope: Scope) -> None:
    record_id = _seal_old(scope)
    with pytest.raises(UpgradeMissing, match=r"test\.contact: no step from schema 1"):
        records.get(ContactOf2026, record_id, reader=scope.organisation_id)


@pytest.mark.usefixtures("steps")
def test_the_schema_of_a_row_is_sealed_with_it(scope: Scope) -> None:
    record_id = _seal_old(scope)
    with transaction():
        session().execute(text("UPDATE sealed_record SET schema = 3 WHERE kind = :kind"), {"kind": KIND})
    with pytest.raises(Tampered):
        records.get(ContactOf2026, record_id, reader=scope.organisation_id)


@pytest.mark.usefixtures("steps")
def test_two_steps_from_one_schema_are_refused() -> None:
    with pytest.raises(ValueError, match="two steps"):
        upgrades.upgrade(KIND, schema=1)(lambda document: document)


def test_bytes_that_are_no_such_sheet_say_nothing_of_themselves() -> None:
    for raw in (b'{"name": 7}', b"Kanarienvogel", b'["Kanarienvogel"]', b'{"phone": "Kanarienvogel"}'):
        with pytest.raises(Tampered) as caught:
            ContactOf2024.from_bytes(raw)
        assert "Kanarien" not in f"{caught.value!r} {caught.value.__cause__!r}"


def _modules(package: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name:
            importlib.import_module(found.name)


def _kinds(base: type[Sheet]) -> Iterator[type[Sheet]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_every_sheet_has_a_kind_a_class_and_a_step_from_each_older_schema() -> None:
    for package in (app, cases, scheduling):
        _modules(package)
    ours = [kind for kind in _kinds(Sheet) if not kind.__module__.startswith("tests.")]
    assert len(ours) >= 20
    assert [kind.__name__ for kind in ours if "KIND" not in vars(kind) or len(kind.KIND) > 40] == []
    assert [kind.__name__ for kind in ours if not isinstance(vars(kind).get("CLASS"), SheetClass)] == []
    assert len({kind.KIND for kind in ours}) == len(ours)
    assert {kind.CLASS for kind in ours} == set(SheetClass)
    assert {kind.__name__: gaps for kind in ours if (gaps := upgrades.missing(kind.KIND, kind.SCHEMA))} == {}
