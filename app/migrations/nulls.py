"""Letting a column be empty, and forbidding it again, on both databases without a new table (see `choices.py`)."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op


def allow_null(table: str, column: str) -> None:
    """Let `column` hold NULL."""
    _set(table, column, nullable=True)


def forbid_null(table: str, column: str) -> None:
    """Let `column` hold NULL no longer; rows in which it is empty must be gone before."""
    _set(table, column, nullable=False)


def _set(table: str, column: str, *, nullable: bool) -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.alter_column(table, column, nullable=nullable)
        return
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    present: str = bind.execute(query, {"table": table}).scalar_one()
    line = re.compile(rf'(^\s*"?{column}"? [A-Z]+(?:\(\d+\))?)( NOT NULL)?', re.MULTILINE)
    changed, found = line.subn(rf"\1{'' if nullable else ' NOT NULL'}", present, count=1)
    if not found:
        raise RuntimeError(f"{table} has no column {column}")
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": changed, "table": table},
    )
    bind.exec_driver_sql("PRAGMA writable_schema=RESET")
