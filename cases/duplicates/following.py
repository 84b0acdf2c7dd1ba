"""What follows a merge or its undoing: shards without the shell, and files sealed under the key of their case."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from flask import current_app
from msgspec.structs import replace
from sqlalchemy import delete, select

from app import clock
from app.data import moving, records
from app.data.database import session, transaction
from app.data.records import Scope, SealedRecord
from cases import list_days
from cases.duplicates.models import CaseMerge, MergeNote, MergeStep
from cases.models import Attachment, Case
from cases.shards import keeping


def merged(shell: Case) -> None:
    """Take a case that went into another out of what is searched; inside the transaction of the merge."""
    keeping.drop(shell.organisation_id, shell.id)


def rows_moved(done: CaseMerge) -> None:
    """Count anew what the list keeps beside a case: rows were changed in bulk, past the session."""
    list_days.keep_days(session(), [done.kept_id, done.merged_id])


def move_files(merge_id: UUID) -> int:
    """Seal the files of both cases under the key of the case they belong to now; may run twice, answers how many."""
    folder: Path = current_app.extensions["config"].files_folder
    done = session().get_one(CaseMerge, merge_id)
    scopes = {case_id: Scope(done.organisation_id, case_id) for case_id in (done.kept_id, done.merged_id)}
    query = select(Attachment.id, Attachment.case_id).where(Attachment.case_id.in_(scopes))
    moved = 0
    for file_id, case_id in session().execute(query).all():
        other = next(scope for key, scope in scopes.items() if key != case_id)
        moved += moving.move_file(folder, file_id, source=other, target=scopes[case_id])
    with transaction() as current:
        current.get_one(CaseMerge, merge_id).files_pending = False
    return moved


def move_files_now(merge_id: UUID) -> None:
    """The same as work after a commit."""
    move_files(merge_id)


def finish_files() -> int:
    """Finish what a crash left undone between a merge and its files; answers how many files were moved."""
    waiting = list(session().scalars(select(CaseMerge.id).where(CaseMerge.files_pending)))
    return sum(move_files(merge_id) for merge_id in waiting)


def drop_undo_data() -> int:
    """Forget how merges could be undone once their 30 days are over; answers how many were forgotten."""
    query = select(CaseMerge.id).where(
        CaseMerge.undo_until < clock.now(), CaseMerge.dropped_at.is_(None), CaseMerge.undone_at.is_(None)
    )
    ended = list(session().scalars(query))
    for merge_id in ended:
        with transaction() as current:
            done = current.get_one(CaseMerge, merge_id)
            current.execute(delete(MergeStep).where(MergeStep.merge_id == merge_id))
            kept = current.get_one(Case, done.kept_id)
            stored = records.get(MergeNote, merge_id, reader=done.organisation_id)
            content = replace(stored.sheet, changes=[])
            records.save(content, record_id=merge_id, scope=_scope_of(merge_id, kept), expected=stored.version)
            done.dropped_at = clock.now()
    return len(ended)


def _scope_of(merge_id: UUID, kept: Case) -> Scope:
    """A note goes along when the kept case is itself merged later."""
    case_id = session().scalar(
        select(SealedRecord.case_id).where(SealedRecord.kind == MergeNote.KIND, SealedRecord.record_id == merge_id)
    )
    return Scope(kept.organisation_id, case_id)
