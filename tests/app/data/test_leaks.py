"""No log at DEBUG, no error and no object says what is sealed, nor with which key."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import insert, text, update

from app.data import cipher, files, records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.key_file import KeyFile
from app.data.records import Scope, SealedRecord, Sheet, keyring
from app.data.sheets import Part, Stored
from app.data.spool import SealedSpool
from cases.shards.facts import CaseFacts, PersonFacts
from cases.sheets import CaseSummary, FamilySheet
from config import Config
from tests.plugins.application import World

CANARY = "Kanarienmundart"


def _spelled(word: str) -> list[str]:
    raw = word.encode()
    return [word, raw.hex(), base64.b64encode(raw).decode().rstrip("="), repr(raw)[2:-1]]


def _tells(said: object) -> bool:
    printed = f"{said!r} {said!s} {said}"
    return any(each in printed for each in _spelled(CANARY))


def _all_of_us(base: type[Part]) -> Iterator[type[Part]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _all_of_us(kind)


def _filled(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """One with the canary wherever a text may stand."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        if field.type in (str, "str"):
            values[field.name] = CANARY
        elif field.type in (list[str], "list[str]"):
            values[field.name] = [CANARY]
        elif field.required:
            values[field.name] = new_id() if field.type in (UUID, "UUID") else []
    return kind(**values)


def test_no_sheet_and_no_part_of_one_prints_what_it_holds() -> None:
    kinds: list[type[msgspec.Struct]] = [*_all_of_us(Part), PersonFacts, CaseFacts]
    kinds = [kind for kind in kinds if msgspec.structs.fields(kind)]
    assert len(kinds) >= 25
    filled = [_filled(kind) for kind in kinds]
    holding = [each for each in filled if CANARY in str(msgspec.structs.asdict(each))]
    assert len(holding) >= 20
    assert [type(each).__name__ for each in holding if _tells(each)] == []
    stored = [Stored(new_id(), 1, None, each) for each in holding if isinstance(each, Sheet)]  # type: ignore[arg-type]
    assert [each for each in stored if _tells(each) or _tells([each]) or _tells({"x": each})] == []


@pytest.fixture
def scope(world: World) -> Scope:
    """A case of the KI with a key."""
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    return Scope(world.ki.id, case_id)


def test_nothing_that_holds_a_key_prints_it(config: Config, scope: Scope, tmp_path: Path) -> None:
    key = keyring().open_key(scope.key_id, scope.organisation_id)
    kek = keyring().keks.open(scope.organisation_id, 1)
    secrets = [key.secret, kek, cipher.derive(key.secret, "doc")]
    spool = SealedSpool(tmp_path)
    spool.write(CANARY.encode())
    holders = [key, keyring(), keyring().keks, KeyFile(config.key_file), cipher.Opener(key.secret), config, spool]
    for holder in holders:
        printed = f"{holder!r} {holder!s}"
        assert CANARY not in printed
        for secret in secrets:
            for spelled in (secret.hex(), base64.b64encode(secret).decode(), repr(secret)[2:-1]):
                assert spelled not in printed, type(holder).__name__
    assert config.secret_key not in repr(config)


def test_no_error_on_the_way_of_a_sheet_says_what_it_holds(scope: Scope, tmp_path: Path) -> None:
    case_id = scope.key_id
    with transaction():
        records.create(FamilySheet(family_name=CANARY), record_id=case_id, scope=scope)
    row = {"kind": CANARY * 9, "record_id": case_id, "case_id": case_id, "version": None, "schema": 1, "body": CANARY}

    def twice() -> None:
        with transaction():
            records.create(FamilySheet(family_name=CANARY), record_id=case_id, scope=scope)

    def stale() -> None:
        with transaction():
            records.save(FamilySheet(family_name=CANARY), record_id=case_id, scope=scope, expected=7)

    def of_another_shape() -> None:
        CaseSummary.from_bytes(f'{{"family_name": ["{CANARY}"]}}'.encode())

    def into_the_table() -> None:
        with transaction() as current:
            current.execute(insert(SealedRecord), [row])

    def in_a_statement() -> None:
        with transaction() as current:
            current.execute(text("SELECT :one FROM nowhere"), {"one": CANARY})

    def tampered() -> None:
        with transaction() as current:
            current.execute(update(SealedRecord).values(version=9))
        records.get(FamilySheet, case_id, reader=scope.organisation_id)

    def a_cut_file() -> None:
        files.write(tmp_path, case_id, BytesIO(CANARY.encode()), scope=scope)
        (tmp_path / case_id.hex).write_bytes((tmp_path / case_id.hex).read_bytes()[:-1])
        list(files.read(tmp_path, case_id, scope=scope, reader=scope.organisation_id))

    acts: list[Callable[[], None]] = [
        twice, stale, of_another_shape, into_the_table, in_a_statement, tampered, a_cut_file
    ]  # fmt: skip
    for act in acts:
        try:
            act()
        except Exception as error:
            chain = "".join(traceback.format_exception(error)).replace(CANARY * 9, "")
            chain = "\n".join(line for line in chain.splitlines() if not line.startswith("    "))
            assert not _tells(error), act.__name__
            assert not any(each in chain for each in _spelled(CANARY)), act.__name__
        else:
            raise AssertionError(f"{act.__name__} raised nothing")
        session().rollback()


def test_no_log_at_debug_says_what_is_sealed(scope: Scope, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    loggers = [logging.getLogger(name) for name in ("sqlalchemy.engine", "sqlalchemy.pool", "sqlalchemy.orm")]
    before = [logger.level for logger in loggers]
    caplog.set_level(logging.DEBUG)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        with transaction():
            records.create(FamilySheet(family_name=CANARY, phone=CANARY), record_id=scope.key_id, scope=scope)
        stored = records.get(FamilySheet, scope.key_id, reader=scope.organisation_id)
        with transaction():
            records.save(stored.sheet, record_id=scope.key_id, scope=scope, expected=1)
            records.reseal_case(scope.key_id, owner=scope.organisation_id)
        file_id = new_id()
        files.write(tmp_path, file_id, BytesIO(CANARY.encode()), scope=scope)
        list(files.read(tmp_path, file_id, scope=scope, reader=scope.organisation_id))
        logging.getLogger("control").debug("read %s", stored)
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
    heard = "\n".join(f"{record.getMessage()} {record.args!r}" for record in caplog.records)
    assert "UPDATE sealed_record" in heard
    assert "record_key" in heard
    assert not any(each in heard for each in _spelled(CANARY))
