"""Everything that is kept of one case, found without anybody having to name it.

Tables: every one with a `case_id` or a key to a case, and every one whose rows hang on such a row. Sheets: every
sealed record of the case, whatever its class. A table or sheet made tomorrow is found tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Table, inspect, or_, select

from app.data import records
from app.data.audit import AuditEntry
from app.data.database import Model, session
from app.data.records import SealedRecord, Sheet, Stored
from app.policies import Actor, authorise
from cases.models import Case
from cases.rights.policies import RightsPermission

BY_OTHER_MEANS: tuple[type[Model], ...] = (SealedRecord, AuditEntry)
"""Sealed records are opened one by one; the trail is told in its own words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, with the rows that hang on it."""

    table: type[Model]
    id: UUID | None
    values: Mapping[str, Any]
    hanging: tuple[Row, ...] = ()


def tables_of_cases() -> list[type[Model]]:
    """Every table that says of each row which case it belongs to, the case itself first."""
    found = [table for table in _models() if _case_columns(table) and table not in (Case, *BY_OTHER_MEANS)]
    return [Case, *sorted(found, key=lambda table: table.__tablename__)]


def hanging_on(table: type[Model]) -> list[tuple[type[Model], str]]:
    """Tables without a case of their own whose rows point at rows of this one, with the pointing column."""
    ours = table.__tablename__
    known = set(tables_of_cases())
    found = []
    for other in _models():
        if other in known or other in BY_OTHER_MEANS:
            continue
        for column in _table(other).columns:
            if any(key.column.table.name == ours for key in column.foreign_keys):
                found.append((other, column.name))
    return found


def sheet_classes() -> dict[str, type[Sheet]]:
    """Every class of sheet by its kind."""
    return {found.KIND: found for found in _subclasses(Sheet) if found.KIND}


def rows_of(actor: Actor, case: Case) -> dict[type[Model], list[Row]]:
    """Every row of the case by its table, in order of making."""
    records_allowed(actor, case)
    found: dict[type[Model], list[Row]] = {}
    for table in tables_of_cases():
        columns = ["id"] if table is Case else _case_columns(table)
        condition = or_(*(_table(table).c[name] == case.id for name in columns))
        rows = list(_select(table, condition))
        if rows:
            found[table] = rows
    return found


def sheets_of(actor: Actor, case: Case) -> dict[type[Sheet], dict[UUID, Stored[Any]]]:
    """Every sealed record of the case, opened, by class and record."""
    records_allowed(actor, case)
    query = select(SealedRecord.kind).where(SealedRecord.case_id == case.id).distinct()
    classes = sheet_classes()
    kinds = sorted(session().scalars(query))
    return {classes[kind]: records.of_case(classes[kind], case.id, reader=actor.organisation_id) for kind in kinds}


def records_allowed(actor: Actor, case: Case) -> None:
    """Go on only for somebody who sees to the rights of this family; raises NotPermitted."""
    authorise(actor, RightsPermission.MANAGE, case)


def _select(table: type[Model], condition: Any) -> Iterator[Row]:
    columns = {column.name: column for column in _table(table).columns if not isinstance(column.type, LargeBinary)}
    query = select(*columns.values()).where(condition).order_by(*_table(table).primary_key.columns)
    keys = {column.name: attribute for attribute, column in _attributes(table)}
    for found in session().execute(query):
        values = {keys.get(name, name): value for name, value in zip(columns, found, strict=True)}
        row_id = values.get("id")
        hanging = tuple(
            row
            for other, column in hanging_on(table)
            for row in _select(other, _table(other).c[column] == row_id)
            if row_id is not None
        )
        yield Row(table, row_id if isinstance(row_id, UUID) else None, values, hanging)


def _attributes(table: type[Model]) -> Iterator[tuple[str, Any]]:
    for attribute in inspect(table).column_attrs:
        yield attribute.key, attribute.columns[0]


def _case_columns(table: type[Model]) -> list[str]:
    """The columns that say to which case a row belongs: `case_id`, and whatever else points at a case."""
    columns = _table(table).columns
    return [
        column.name
        for column in columns
        if column.name == "case_id" or any(key.target_fullname == "case_file.id" for key in column.foreign_keys)
    ]


def _table(table: type[Model]) -> Table:
    found = table.__table__
    if not isinstance(found, Table):
        raise TypeError("a model without a table of its own")
    return found


def _models() -> list[type[Model]]:
    return [mapper.class_ for mapper in Model.registry.mappers]


def _subclasses(kind: type[Sheet]) -> Iterator[type[Sheet]]:
    for found in kind.__subclasses__():
        yield found
        yield from _subclasses(found)
