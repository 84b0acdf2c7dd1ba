"""Taking a case, a child or a file out of every table, inside the open transaction of a decision.

Tables are found by what they are: each row that carries the id of the case or of the child, and each row that hangs
on one of those. A package that adds a table is erased with the rest without saying so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, func, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import InstrumentedAttribute

from app.data.database import db, session
from app.data.records import SealedRecord
from app.messages.models import Message
from cases.duplicates.models import MergeNote
from cases.keeping import keep_in_step
from cases.models import Attachment, Case, Child, Document
from cases.retention import hooks
from cases.shards import keeping as shards

STAYS = frozenset({"audit_entry", "audit_mention", "erasure_receipt"})
"""What outlives a case: the trail and the receipt, which hold ids and counts alone."""


@dataclass(slots=True)
class Erased:
    """What an erasure took: rows per table, a digest over the sealed bodies, ids of the files to remove."""

    counts: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    files: list[UUID] = field(default_factory=list)

    def count(self, table: str, rows: int) -> None:
        """Add rows of a table."""
        if rows:
            self.counts[table] = self.counts.get(table, 0) + rows


def erase_case_rows(organisation_id: UUID, case_id: UUID, *, from_shards: bool = True) -> Erased:
    """Delete every row of a case; twice is as good as once. Without `from_shards` the caller rebuilds them after."""
    erased = Erased()
    erased.files = list(session().scalars(select(Attachment.id).where(Attachment.case_id == case_id)))
    erased.digest = _digest(SealedRecord.case_id == case_id)
    hooks.erased(case_id)
    if from_shards:
        shards.drop(organisation_id, case_id)
    for table in _from_the_leaves():
        condition = _belongs(table, case_id)
        if condition is not None:
            erased.count(table.name, _delete(table, condition))
    erased.count("attachment_file", len(erased.files))
    return erased


def erase_child_rows(case: Case, child_id: UUID) -> Erased:
    """Delete every row of one child and write the summary of the rest anew."""
    erased = Erased()
    papers = select(Document.id).where(Document.case_id == case.id, Document.child_id == child_id)
    erased.files = list(session().scalars(select(Attachment.id).where(Attachment.document_id.in_(papers))))
    subjects = {child_id, *erased.files, *_subjects_of_child(child_id)}
    # A merge notes what it did not take over, which may be the child's: with the merged case gone it goes as well.
    of_it = or_(_in(SealedRecord.record_id, subjects), SealedRecord.kind == MergeNote.KIND)
    sealed = of_it & (SealedRecord.case_id == case.id)
    messages = set(session().scalars(select(Message.id).where(_in(Message.subject_id, subjects))))
    erased.digest = _digest(sealed)
    hooks.child_erased(case.id, child_id)
    for condition in (sealed, _in(SealedRecord.record_id, messages)):
        erased.count("sealed_record", _delete(_table(SealedRecord), condition))
    erased.count("message", _delete(_table(Message), _in(Message.id, messages)))
    for table in _from_the_leaves():
        if "child_id" in table.c:
            erased.count(table.name, _delete(table, table.c.child_id == child_id))
    erased.count("child", _delete(_table(Child), Child.id == child_id))
    erased.count("attachment_file", len(erased.files))
    session().expire(case)
    keep_in_step(case)
    return erased


def digest_of_file(attachment_id: UUID) -> str:
    """SHA-256 over the sealed name of a file, before it goes."""
    return _digest(SealedRecord.record_id == attachment_id)


def left_of(case_id: UUID) -> dict[str, int]:
    """Rows of a case that are still there, by table: nothing after an erasure, all of it in a restored backup."""
    found = {}
    for table in _from_the_leaves():
        condition = _belongs(table, case_id)
        if condition is not None:
            rows = session().scalar(select(func.count()).select_from(table).where(condition)) or 0
            if rows:
                found[table.name] = rows
    return found


def _from_the_leaves() -> list[Table]:
    return [table for table in reversed(db.metadata.sorted_tables) if table.name not in STAYS]


def _belongs(table: Table, case_id: UUID) -> ColumnElement[bool] | None:
    """The condition under which a row is the case's: it names it, or hangs on a row that does."""
    if table.name == Case.__tablename__:
        return table.c.id == case_id
    keys = sorted(table.foreign_keys, key=lambda key: key.parent.name)
    named = [key.parent == case_id for key in keys if key.column.table.name == Case.__tablename__]
    if "case_id" in table.c:
        named.append(table.c.case_id == case_id)
    if named:
        return or_(*named)
    hanging = []
    for key in keys:
        parent = key.column.table
        condition = _belongs(parent, case_id) if parent is not table else None
        if condition is not None:
            hanging.append(key.parent.in_(select(key.column).where(condition)))
    return or_(*hanging) if hanging else None


def _subjects_of_child(child_id: UUID) -> set[UUID]:
    """The ids of all rows that name the child: under them lie its sealed texts."""
    found: set[UUID] = set()
    for table in _from_the_leaves():
        if "child_id" in table.c and "id" in table.c:
            found |= set(session().scalars(select(table.c.id).where(table.c.child_id == child_id)))
    return found


def _digest(condition: ColumnElement[bool]) -> str:
    """One hash over the hashes of these sealed bodies, in the order of their ids; "" when there are none."""
    whole, found = sha256(), False
    query = select(SealedRecord.body).where(condition).order_by(SealedRecord.id)
    for body in session().scalars(query.execution_options(yield_per=100)):
        whole.update(sha256(body).digest())
        found = True
    return whole.hexdigest() if found else ""


def _delete(table: Table, condition: ColumnElement[bool]) -> int:
    result = session().execute(delete(table).where(condition).execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _in(column: InstrumentedAttribute[Any], values: Iterable[UUID]) -> ColumnElement[bool]:
    return column.in_(list(values))


def _table(model: type) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
