"""The extract of Art. 15 GDPR: no table and no sheet can be forgotten, and nobody else may make one."""

from __future__ import annotations

import types
from datetime import timedelta
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Uuid,
    insert,
    inspect,
    text,
)

from app import clock
from app.accounts.models import UserProfile
from app.data import records
from app.data.base import UtcDateTime, new_id
from app.data.database import Model, session, transaction
from app.data.records import Sheet
from app.errors import NotPermitted
from app.messages.models import MessagePayload
from cases.handover.models import HandoverPreview
from cases.models import Case
from cases.queries import get_case
from cases.rights.extract import as_json, gather
from cases.rights.holdings import hanging_on, sheet_classes, tables_of_cases
from cases.rights.words import intake_labels
from scheduling.models import AppointmentSheet, InterpreterProfile
from tests.plugins.application import World
from tests.plugins.families import OpenCase

OF_OTHERS: dict[type[Sheet], str] = {
    UserProfile: "staff and their addresses; sealed under their body's key",
    InterpreterProfile: "an interpreter's contact; sealed under the body's key",
    HandoverPreview: "what a body was offered: copied from the request, which the extract holds",
}
"""Sheets that never lie under a case's key."""
SECRETS = {"token", "code", "calendar"}
"""Links that open the family's pages, and files with such a link: the extract names them and does not print them."""


class _Enough(Exception):
    """Takes back what a test wrote."""


def _without_foreign_keys() -> None:
    """Let rows stand alone until this transaction is taken back."""
    is_sqlite = session().get_bind().dialect.name == "sqlite"
    session().execute(
        text("PRAGMA defer_foreign_keys=ON" if is_sqlite else "SET LOCAL session_replication_role = replica")
    )


def _key_to_case(table: type[Model]) -> str:
    return next(
        column.name
        for column in inspect(table).local_table.columns
        if any(key.target_fullname == "case_file.id" for key in column.foreign_keys)
    )


def _insert(table: type[Model], known: dict[str, UUID]) -> UUID:
    """A row with something in every column; answers its id."""
    row_id = new_id()
    values = {column.name: _plain(column, row_id) for column in inspect(table).local_table.columns}
    session().execute(insert(table.__table__), [{**values, "id": row_id, **known}])  # type: ignore[arg-type]
    return row_id


def _plain(column: Column[Any], row_id: UUID) -> Any:
    kind, is_end = column.type, column.name.startswith("ends")
    if column.nullable and not isinstance(kind, (UtcDateTime, DateTime)):
        return None
    if isinstance(kind, Enum):
        return kind.enums[0] if kind.enum_class is None else next(iter(kind.enum_class))
    if isinstance(kind, (UtcDateTime, DateTime)):
        return clock.now() + timedelta(hours=1 if is_end else 0)
    if isinstance(kind, Date):
        return clock.today()
    if isinstance(kind, (JSON, Boolean)):
        return [] if isinstance(kind, JSON) else True
    if isinstance(kind, (Integer, BigInteger)):
        return 2 if is_end else 1
    if isinstance(kind, LargeBinary):
        return row_id.bytes
    return row_id if isinstance(kind, Uuid) else row_id.hex[: getattr(kind, "length", 32) or 32]


def _filled(kind: type[Sheet]) -> tuple[Sheet, list[str]]:
    """A sheet with a word of its own in every place that holds words, and those words."""
    words: list[str] = []
    values = {name: _value(hint, f"{kind.KIND}/{name}", words) for name, hint in _hints(kind).items()}
    kept = [word for word in words if word.rpartition("/")[2] not in SECRETS]
    return kind(**values), kept


def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in kind.__struct_fields__}


def _value(hint: Any, word: str, words: list[str]) -> Any:
    origin = get_origin(hint)
    if origin in (list, tuple, set, frozenset):
        return origin([_value(get_args(hint)[0], word, words)])
    if origin is dict:
        return {word: _value(get_args(hint)[1], word, words)}
    if origin in (Union, types.UnionType):
        return _value(get_args(hint)[0], word, words)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint(**{name: _value(each, f"{word}/{name}", words) for name, each in _hints(hint).items()})
    if hint is str:
        words.append(word)
        return word
    return {int: 4711, float: 47.11, bool: True, bytes: b""}.get(hint)


def test_every_sheet_of_a_case_reaches_the_extract_with_every_word_in_it(world: World, open_case: OpenCase) -> None:
    """Whatever class of sheet is made tomorrow: this test finds it and asks for all its words."""
    actor, case_id = world.actor("advisor"), open_case(advisor="advisor").id
    expected: list[str] = []
    ours = [cls for cls in sheet_classes().values() if not cls.__module__.startswith("tests")]
    classes = [cls for cls in ours if cls not in OF_OTHERS]
    with transaction():
        case = get_case(actor, case_id)
        for cls in classes:
            sheet, words = _filled(cls)
            records.create(sheet, record_id=new_id(), scope=case.scope)
            expected += words
    told = as_json(gather(actor, get_case(actor, case_id))).decode()
    assert len(classes) >= 18
    assert [word for word in expected if word not in told] == []


def test_no_link_and_no_code_reaches_the_extract_that_would_let_its_reader_act(
    world: World, open_case: OpenCase
) -> None:
    actor, case_id = world.actor("advisor"), open_case(advisor="advisor").id
    link = "https://einstieg.example/t/uk/f3PBx-_9geheim/termin"
    code, desk = "K7QX-3M9P", "0211 8922-3344"
    sheet = MessagePayload(
        address="a@example.org",
        language="uk",
        text=f"Guten Tag,\n{link}\nIhr Code: {code}. Fragen: {desk}\nBis bald",
        calendar=f"URL:{link}",
    )
    with transaction():
        scope = get_case(actor, case_id).scope
        records.create(sheet, record_id=new_id(), scope=scope)
        records.create(AppointmentSheet(language="uk", code=code), record_id=new_id(), scope=scope)
    extract = gather(actor, get_case(actor, case_id))
    printed = [said.text for part in extract.parts for one in part.entries for said in one.printed]
    kept = f"/t/uk/(weggelassen)\nIhr Code: (weggelassen). Fragen: {desk}\nBis bald"
    assert any("Guten Tag" in words and kept in words for words in printed)
    everything = as_json(extract).decode() + "".join(printed)
    assert [key for key in ("geheim", code) if key in everything] == []


def test_labels_are_words_and_no_names_of_code() -> None:
    labels = intake_labels()
    assert labels["child.core", "school_biography"] == "Schulen"
    assert [label for label in labels.values() if "<" in label or "_" in label or not label.strip()] == []


def test_every_table_that_knows_the_case_reaches_the_extract(world: World, open_case: OpenCase) -> None:
    """A row in each table with a case, and in each that hangs on one, is told of; nothing of it is kept."""
    actor, case_id = world.actor("advisor"), open_case(advisor="advisor").id
    tables = [table for table in tables_of_cases() if "id" in inspect(table).columns and table is not Case]
    assert len(tables) >= 13
    with pytest.raises(_Enough), transaction():
        _without_foreign_keys()
        expected = {}
        for table in tables:
            key = "case_id" if "case_id" in inspect(table).columns else _key_to_case(table)
            expected[table.__tablename__] = parent = _insert(table, {key: case_id})
            for other, column in hanging_on(table):
                expected[other.__tablename__] = _insert(other, {column: parent})
        told = as_json(gather(actor, get_case(actor, case_id))).decode()
        assert {name for name, row_id in expected.items() if str(row_id) not in told} == set()
        raise _Enough


def test_nobody_but_those_who_counsel_makes_an_extract(world: World, open_case: OpenCase) -> None:
    case = open_case(advisor="advisor")
    for who in ("reception", "colleague", "officer", "admin", "manager", "kim_lead"):
        with pytest.raises(NotPermitted):
            gather(world.actor(who), case)
