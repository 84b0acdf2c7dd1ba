"""`column IN (many ids)` with one bound value: the statement stays the same whatever the number of ids.

An expanding IN spends more on building the statement than the database spends on answering it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Boolean, ColumnElement, Dialect, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import UserDefinedType


class _Ids(UserDefinedType[Collection[UUID]]):
    """Ids as one text: an array literal for PostgreSQL, a JSON list for SQLite."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Collection[UUID] | None], str]:
        """How this database takes the ids."""
        if dialect.name == "postgresql":
            return lambda ids: f"{{{','.join([each.hex for each in ids or ()])}}}"
        return lambda ids: json.dumps([each.hex for each in ids or ()])


class _Among(ColumnElement[bool]):
    """The condition; use `among`."""

    inherit_cache = True
    _is_implicitly_boolean = True  # else SQLite is asked for `(... IN ...) = 1`, which no index answers
    type = Boolean()
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement), ("ids", InternalTraversal.dp_clauseelement)]

    def __init__(self, column: ColumnElement[UUID], ids: BindParameter[Collection[UUID]]) -> None:
        self.column = column
        self.ids = ids


@compiles(_Among)
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = compiler.process(element.column, **options), compiler.process(element.ids, **options)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 (both parts are compiled clauses)


@compiles(_Among, "postgresql")
def _any(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = compiler.process(element.column, **options), compiler.process(element.ids, **options)
    return f"{column} = ANY({ids}::uuid[])"


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column of ids holds one of those that come with the execution as the parameter `name`."""
    return _Among(column, bindparam(name, type_=_Ids()))
