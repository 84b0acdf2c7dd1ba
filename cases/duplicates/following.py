"""What follows a merge or its undoing: shards without the shell, and files sealed under the key of their case."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.data import moving
from app.data.database import session, transaction
from app.data.records import Scope
from cases import list_days
from cases.duplicates.models import CaseMerge
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
