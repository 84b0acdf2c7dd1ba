"""Which rows a merge moves and how they find their way back: references alone, written down as ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select, update
from sqlalchemy.engine import CursorResult

from app.data.base import new_id
from app.data.database import session
from app.data.records import SealedRecord
from cases.duplicates import hooks
from cases.duplicates.hooks import Move, Same
from cases.duplicates.models import CaseMerge, MergeStep
from cases.models import Case, Task
from cases.sheets import CaseSummary, FamilySheet, SessionAmendment
from cases.states import TaskState

SEALED = SealedRecord.__tablename__


def move_rows(merge: CaseMerge, kept: Case, merged: Case, same: Same) -> None:
    """Move every row that goes with its case, and hang what is about the same child on the kept one."""
    steps: list[dict[str, Any]] = []
    for move in hooks.all_moves():
        table = _table(move)
        staying = set(same) | (move.stays(kept, merged, same) if move.stays else set())
        rows = session().execute(select(*_columns(table, move)).where(table.c.case_id == merged.id)).all()
        for row in rows:
            if row.id in staying:
                continue
            steps.append(_step(merge, move.table, row.id, "case_id", merged.id, kept.id))
            child_id: UUID | None = row.child_id if move.names_child else None
            if child_id is not None and child_id in same:
                steps.append(_step(merge, move.table, row.id, "child_id", child_id, same[child_id]))
    steps += _reassigned(merge, kept, merged)
    for step in steps:
        _write(step["table_name"], step["row_id"], {step["column_name"]: step["after"]})
    if steps:
        session().execute(insert(MergeStep), steps)


def sealed_to_move(merged: Case, same: Same) -> list[UUID]:
    """The sealed records that go with a merge: all but the family's, the summary and those of the same people."""
    query = select(SealedRecord.id, SealedRecord.kind, SealedRecord.record_id).where(SealedRecord.case_id == merged.id)
    stay = {FamilySheet.KIND, CaseSummary.KIND}
    return [row.id for row in session().execute(query) if row.kind not in stay and row.record_id not in same]


def note_sealed(merge: CaseMerge, row_ids: Iterable[UUID]) -> None:
    """Write down which sealed records a merge took along."""
    steps = [_step(merge, SEALED, row_id, "case_id", merge.merged_id, merge.kept_id) for row_id in row_ids]
    if steps:
        session().execute(insert(MergeStep), steps)


def move_back(merge: CaseMerge) -> set[UUID]:
    """Put back what still lies where the merge put it, and what came since to things that go back; answers the ids."""
    steps = list(session().scalars(select(MergeStep).where(MergeStep.merge_id == merge.id)))
    back: dict[str, set[UUID]] = {}
    for step in steps:
        if step.table_name == SEALED:
            continue
        was = _write(step.table_name, step.row_id, {step.column_name: step.before}, {step.column_name: step.after})
        if was and step.column_name == "case_id":
            back.setdefault(step.table_name, set()).add(step.row_id)
    for move in hooks.all_moves():
        table = _table(move)
        for column, parent in move.follows.items():
            parents = back.get(str(parent.__tablename__), set())
            query = select(table.c.id).where(table.c.case_id == merge.kept_id, table.c[column].in_(parents))
            for row_id in session().scalars(query).all():
                _write(move.table, row_id, {"case_id": merge.merged_id})
                back.setdefault(move.table, set()).add(row_id)
    return set().union(*back.values())


def sealed_to_return(merge: CaseMerge, row_ids: set[UUID], amended: Iterable[UUID]) -> list[UUID]:
    """The sealed records that go back: those the merge took, and those written since about what goes back."""
    taken = select(MergeStep.row_id).where(MergeStep.merge_id == merge.id, MergeStep.table_name == SEALED)
    found = set(session().scalars(taken))
    subjects = row_ids | set(amended)
    query = select(SealedRecord.id, SealedRecord.record_id).where(SealedRecord.case_id == merge.kept_id)
    return [row.id for row in session().execute(query) if row.id in found or row.record_id in subjects]


def amendments_of(sheets: dict[UUID, SessionAmendment], sessions: set[UUID]) -> list[UUID]:
    """The amendments that belong to these talks."""
    return [key for key, sheet in sheets.items() if sheet.session_id in {str(one) for one in sessions}]


def _reassigned(merge: CaseMerge, kept: Case, merged: Case) -> list[dict[str, Any]]:
    """Open tasks of the advisor who has the merged case go to the advisor of the kept one."""
    if kept.advisor_id is None or merged.advisor_id in (None, kept.advisor_id):
        return []
    query = select(Task.id).where(
        Task.case_id == merged.id, Task.state == TaskState.OPEN, Task.assigned_to == merged.advisor_id
    )
    table = str(Task.__tablename__)
    return [
        _step(merge, table, task_id, "assigned_to", merged.advisor_id, kept.advisor_id)
        for task_id in session().scalars(query)
    ]


def _step(
    merge: CaseMerge, table: str, row_id: UUID, column: str, before: UUID | None, after: UUID | None
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "merge_id": merge.id,
        "table_name": table,
        "row_id": row_id,
        "column_name": column,
        "before": before,
        "after": after,
    }


def _write(name: str, row_id: UUID, values: dict[str, Any], expected: dict[str, Any] | None = None) -> bool:
    """Set columns of a row, if it still says `expected`; answers whether it was written."""
    table = next(_table(move) for move in hooks.all_moves() if move.table == name)
    query = update(table).where(table.c.id == row_id).values(**values)
    for column, value in (expected or {}).items():
        query = query.where(table.c[column] == value)
    result = session().execute(query)
    return isinstance(result, CursorResult) and result.rowcount == 1


def _table(move: Move) -> Table:
    return cast(Table, move.model.__table__)


def _columns(table: Table, move: Move) -> list[Any]:
    return [table.c.id, table.c.child_id] if move.names_child else [table.c.id]
