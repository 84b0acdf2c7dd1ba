"""Answers that hold many bytes, asked of PostgreSQL as bytes: as text they are twice as long, and reading that back
costs more than the query. SQLite knows no other way.
"""

from __future__ import annotations

from typing import Any

from psycopg.pq import Format
from sqlalchemy import Connection, Engine, event

_OPTION = "einstieg_binary"
BINARY = {_OPTION: True}
"""The execution options of such a statement."""


def attend(engine: Engine) -> None:
    """Heed the option on the connections of an engine of PostgreSQL."""

    @event.listens_for(engine, "before_cursor_execute")
    def _ask(_of: Connection, cursor: Any, _statement: str, _values: object, context: Any, _many: bool) -> None:
        if context is not None and context.execution_options.get(_OPTION):
            cursor.format = Format.BINARY
