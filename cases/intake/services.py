"""Changing what a case holds: a block at a time, against the version it was read in, with all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.data import files, records
from app.data.audit import Action
from app.data.database import after_commit, session, transaction
from app.data.records import Sheet, SheetType, Stored
from app.errors import Conflict, NotFound, VersionConflict
from app.policies import Actor
from cases.child_states import ChildState
from cases.consents.queries import may_read_health
from cases.intake import hooks
from cases.keeping import hold, keep_in_step, note, seal_child, seal_guardian
from cases.models import Attachment, Case, Document, Guardian, Task
from cases.plausibility import check_child, check_family
from cases.policies import CasePermission
from cases.queries import get_case, get_child
from cases.sheets import AttachmentName, ChildSheet, FamilySheet, GuardianSheet, HealthSheet, TaskText


def change_family(actor: Actor, *, case_id: UUID, expected: int, changes: Mapping[str, Any]) -> int:
    """Write fields of the family's sheet; answers the new version. Raises VersionConflict and Invalid."""
    case = get_case(actor, case_id, CasePermission.CHANGE)
    with transaction():
        present = records.get(FamilySheet, case.id, reader=case.organisation_id)
        check_family(replace(present.sheet, **changes))
        return _save(actor, case, present, expected, changes, kind="family")


def change_child(actor: Actor, *, case_id: UUID, child_id: UUID, expected: int, changes: Mapping[str, Any]) -> int:
    """Write fields of a child's sheet; answers the new version. Raises VersionConflict and Invalid."""
    case = get_case(actor, case_id, CasePermission.CHANGE)
    with transaction():
        child = get_child(actor, case, child_id)
        present = records.get(ChildSheet, child.id, reader=case.organisation_id)
        check_child(replace(present.sheet, **changes))
        return _save(actor, case, present, expected, changes, kind="child")


def change_health(actor: Actor, *, case_id: UUID, child_id: UUID, expected: int, changes: Mapping[str, Any]) -> int:
    """Write fields of a child's health sheet (`expected` 0: there is none yet); answers the new version."""
    case = get_case(actor, case_id, CasePermission.CHANGE_HEALTH)
    if not may_read_health(case_id):
        raise NotFound("health")
    with transaction():
        hold(case_id)
        child = get_child(actor, case, child_id)
        present = records.find(HealthSheet, child.id, reader=case.organisation_id)
        if expected:
            if present is None:
                raise VersionConflict("the sheet is gone")
            return _save(actor, case, present, expected, changes, kind="health")
        version = records.create(replace(HealthSheet(), **changes), record_id=child.id, scope=case.scope)
        _note_change(actor, case, HealthSheet, child.id, changes, kind="health")
        return version


def change_guardian(
    actor: Actor, *, case_id: UUID, guardian_id: UUID, expected: int, changes: Mapping[str, Any]
) -> int:
    """Write fields of a guardian's sheet; answers the new version. Raises VersionConflict."""
    case = get_case(actor, case_id, CasePermission.CHANGE)
    with transaction():
        guardian = _guardian(case, guardian_id)
        present = records.get(GuardianSheet, guardian.id, reader=case.organisation_id)
        return _save(actor, case, present, expected, changes, kind="guardian")


def add_child(actor: Actor, *, case_id: UUID, child: ChildSheet) -> UUID:
    """Take another child of the family into the case; answers its id. Raises Invalid."""
    case = get_case(actor, case_id, CasePermission.CHANGE)
    check_child(child)
    with transaction() as current:
        added = seal_child(case, child)
        _finish(actor, case, current, Action.CREATED, "child", added.id)
    return added.id


def remove_child(actor: Actor, *, case_id: UUID, child_id: UUID) -> None:
    """Take out a child that was entered by mistake; raises Conflict once its way to a seat has begun."""
    case = get_case(actor, case_id, CasePermission.CHANGE)
    with transaction() as current:
        child = get_child(actor, case, child_id)
        if child.state is not ChildState.REPORTED or len(case.children) == 1:
            raise Conflict("the child is on its way, or the only one")
        _forget_papers(child_id)
        case.children.remove(child)
        records.remove(ChildSheet, child_id)
        records.remove(HealthSheet, child_id)
        _finish(actor, case, current, Action.DELETED, "child", child_id)


def add_guardian(actor: Actor, *, case_id: UUID, guardian: GuardianSheet) -> UUID:
    """Add somebody with custody; answers the id."""
    case = get_case(actor, case_id, CasePermission.CHANGE)
    with transaction() as current:
        added = seal_guardian(case, guardian)
        _finish(actor, case, current, Action.CREATED, "guardian", added.id)
    return added.id


def remove_guardian(actor: Actor, *, case_id: UUID, guardian_id: UUID) -> None:
    """Take out somebody whose custody ended, or who was entered by mistake."""
    case = get_case(actor, case_id, CasePermission.CHANGE)
    with transaction() as current:
        case.guardians.remove(_guardian(case, guardian_id))
        records.remove(GuardianSheet, guardian_id)
        _finish(actor, case, current, Action.DELETED, "guardian", guardian_id)


def _save(
    actor: Actor, case: Case, present: Stored[SheetType], expected: int, changes: Mapping[str, Any], *, kind: str
) -> int:
    """Seal the next version and note which fields really differ; where none does, nothing happens."""
    changed = {name: value for name, value in changes.items() if getattr(present.sheet, name) != value}
    if not changed:
        return present.version
    sheet = replace(present.sheet, **changed)
    version = records.save(sheet, record_id=present.record_id, scope=case.scope, expected=expected)
    keep_in_step(case)
    hooks.changed(actor, case, present.record_id, present.sheet, changed)
    _note_change(actor, case, type(sheet), present.record_id, changed, kind=kind)
    return version


def _note_change(
    actor: Actor, case: Case, sheet: type[Sheet], record_id: UUID, changes: Mapping[str, Any], *, kind: str
) -> None:
    digest = records.digest(sheet, record_id)
    note(actor, case, Action.CHANGED, kind, subject_id=record_id, digest=digest, facts={"fields": sorted(changes)})


def _finish(actor: Actor, case: Case, current: Session, action: Action, kind: str, subject_id: UUID) -> None:
    current.flush()
    keep_in_step(case)
    note(actor, case, action, kind, subject_id=subject_id)


def _forget_papers(child_id: UUID) -> None:
    """Drop what lies sealed outside the rows that go with a child: its papers' files and names, its tasks' texts."""
    query = select(Attachment.id).join(Document, Document.id == Attachment.document_id)
    file_ids = session().scalars(query.where(Document.child_id == child_id)).all()
    for file_id in file_ids:
        records.remove(AttachmentName, file_id)
    for task_id in session().scalars(select(Task.id).where(Task.child_id == child_id)):
        records.remove(TaskText, task_id)
    folder: Path = current_app.extensions["config"].files_folder
    for file_id in file_ids:
        after_commit(partial(files.remove, folder, file_id))


def _guardian(case: Case, guardian_id: UUID) -> Guardian:
    for guardian in case.guardians:
        if guardian.id == guardian_id:
            return guardian
    raise NotFound("guardian")
