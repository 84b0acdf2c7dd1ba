"""Whoever deletes sealed rows, one by one or many at once, the audit trail hears of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Delete, Table, event, select
from sqlalchemy.orm import ORMExecuteState

from app.data import audit
from app.data.database import db


def enter_deletions(model: Any) -> None:
    """Enter every deletion of rows of `model` (which have `kind` and `record_id`) in the trail of its transaction."""
    table: Table = model.__table__

    @event.listens_for(db.session, "do_orm_execute")
    def _many(state: ORMExecuteState) -> None:
        statement = state.statement
        if not isinstance(statement, Delete) or getattr(statement.table, "name", "") != table.name:
            return
        query = select(table.c.kind, table.c.record_id)
        if statement.whereclause is not None:
            query = query.where(statement.whereclause)
        for kind, record_id in state.session.execute(query).all():
            audit.wrote(kind, record_id, audit.REMOVED, "")

    @event.listens_for(model, "after_delete")
    def _one(_mapper: object, _connection: object, row: Any) -> None:
        audit.wrote(row.kind, row.record_id, audit.REMOVED, "")
