"""What was erased, noted in the key store: it outlives the data, so that an older backup of them is brought into line.

A note holds ids, days and counts, never anything about people.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, delete, insert, select

from app.data.database import WRITE, db
from app.data.key_tables import erasures


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One erased subject and its receipt as JSON."""

    subject_id: UUID
    organisation_id: UUID
    receipt: str


def put(stone: Tombstone) -> None:
    """Note an erasure; again replaces what was noted before."""
    with _engine().execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(delete(erasures).where(erasures.c.subject_id == stone.subject_id))
        connection.execute(
            insert(erasures).values(
                subject_id=stone.subject_id, organisation_id=stone.organisation_id, receipt=stone.receipt
            )
        )


def remove(subject_id: UUID) -> None:
    """Forget an erasure whose receipt has run out: no backup that holds the subject exists any more."""
    with _engine().execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(delete(erasures).where(erasures.c.subject_id == subject_id))


def everything() -> list[Tombstone]:
    """All that was noted."""
    with _engine().connect() as connection:
        rows = connection.execute(select(erasures).order_by(erasures.c.subject_id))
        return [Tombstone(row.subject_id, row.organisation_id, row.receipt) for row in rows]


def _engine() -> Engine:
    return db.engines["keys"]
