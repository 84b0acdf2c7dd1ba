"""Letting a column be empty, and forbidding it again, on both databases without a new table (see `choices.py`)."""

from __future__ import annotations

import re

from alembic import op

from app.migrations.sqlite_schema import rewrite, sql_of


def allow_null(table: str, column: str) -> None:
    """Let `column` hold NULL."""
    _set(table, column, nullable=True)


def forbid_null(table: str, column: str) -> None:
    """Let `column` hold NULL no longer; rows in which it is empty must be gone before."""
    _set(table, column, nullable=False)


def _set(table: str, column: str, *, nullable: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(table, column, nullable=nullable)
        return
    line = re.compile(rf'(^\s*"?{column}"? [A-Z]+(?:\(\d+\))?)( NOT NULL)?', re.MULTILINE)
    changed, found = line.subn(rf"\1{'' if nullable else ' NOT NULL'}", sql_of(table), count=1)
    if not found:
        raise RuntimeError(f"{table} has no column {column}")
    rewrite(table, changed)
