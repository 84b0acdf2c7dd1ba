"""What is left of a case: the ids of all its rows, and the tables of a store in which one of them still stands."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine, select, text

from app.data.base import Base
from app.data.database import session

STAYS = {"audit_entry", "audit_mention", "erasure_receipt", "erasure"}
"""What outlives a case and may name it: the trail, the receipt, and the receipt beside the keys."""


def ids_of(case_id: UUID) -> set[UUID]:
    """The case's id and those of all rows that name it or hang on one that does."""
    found, sources = {case_id}, []
    for table in Base.metadata.sorted_tables:
        if "case_id" in table.c and "id" in table.c and table.name not in STAYS:
            sources.append((table, table.c.case_id == case_id))
    for table, condition in sources:
        found |= set(session().scalars(select(table.c.id).where(condition)))
    return found


def rows_that_name(engine: Engine, tables: list[str], wanted: set[UUID]) -> list[str]:
    """Tables of a store with a row in which one of these ids stands, in whatever column and spelling."""
    spellings = {spelling for one in wanted for spelling in (str(one), one.hex)}
    found = []
    with engine.connect() as connection:
        for name in tables:
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):  # noqa: S608
                said = " ".join(str(value) for value in row if value is not None)
                if any(spelling in said for spelling in spellings):
                    found.append(name)
                    break
    return found
