"""The text of a table in SQLite's schema, which has no ALTER for a CHECK or a NOT NULL: the text itself is changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def sql_of(table: str) -> str:
    """The statement that makes this table."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    sql: str = op.get_bind().execute(query, {"table": table}).scalar_one()
    return sql


def rewrite(table: str, sql: str) -> None:
    """Put another statement in its place."""
    bind = op.get_bind()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": sql, "table": table},
    )
    bind.exec_driver_sql("PRAGMA writable_schema=RESET")
