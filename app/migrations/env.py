"""Alembic's entry: one script folder for both stores, each with its own line of revisions."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from app.data.base import Base, UtcDateTime
from app.data.key_tables import key_store

connection = context.config.attributes["connection"]
store = context.config.attributes["store"]


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column type as the plain one it is stored as."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=connection,
    target_metadata=Base.metadata if store == "data" else key_store,
    render_as_batch=connection.dialect.name == "sqlite",
    version_table=f"alembic_version_{store}",
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
