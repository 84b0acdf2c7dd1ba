"""Merging two cases of one family, and undoing it: one transaction each, files right after, history on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec
from sqlalchemy import select

from app import clock
from app.data import moving as sealed
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import after_commit, session, transaction
from app.errors import Conflict, NotFound
from app.policies import Actor, authorise, permits
from cases.duplicates import comparing, following, hooks, moving, parts
from cases.duplicates.comparing import SHEETS
from cases.duplicates.comparing import Conflict as FieldConflict
from cases.duplicates.hooks import Same
from cases.duplicates.models import CaseMerge, FieldChange, FieldLeft, MergeNote
from cases.duplicates.policies import DuplicatePermission
from cases.keeping import keep_in_step, note
from cases.models import Case, CounsellingSession
from cases.queries import get_case
from cases.sheets import HealthSheet, SessionAmendment
from cases.states import CaseState

UNDO_FOR = timedelta(days=30)


class Unmergeable(Conflict):
    """Something forbids this merge; `sentences` say what to settle."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("the cases cannot be merged")
        self.sentences = sentences


class TooLate(Conflict):
    """The days in which a merge can be undone are over, or it is undone already."""


def merge(
    actor: Actor, *, kept_id: UUID, merged_id: UUID, same: Same | None = None, chosen: Mapping[str, bool] | None = None
) -> CaseMerge:
    """Let one case go into another of the same KI; the actor may change both. Raises Unmergeable.

    `same` names people of the merged case who are people of the kept one; `chosen` says by `Conflict.key` where
    the merged case's value wins. Nothing is lost: what is not taken over stays in a sealed note.
    """
    authorise(actor, DuplicatePermission.LIST)
    same = same or {}
    with transaction() as current:
        _lock(kept_id, merged_id)
        kept = get_case(actor, kept_id, DuplicatePermission.MERGE)
        merged = get_case(actor, merged_id, DuplicatePermission.MERGE)
        sentences = hooks.obstacles(kept, merged, same)
        if sentences:
            raise Unmergeable(sentences)
        _check_same(kept, merged, same)
        done = _record(actor, kept, merged)
        content = _write_fields(kept, merged, same, chosen or {})
        moving.move_rows(done, kept, merged, same)
        taken = sealed.move_records(moving.sealed_to_move(merged, same), source=merged.scope, target=kept.scope)
        moving.note_sealed(done, taken)
        records.create(content, record_id=done.id, scope=kept.scope)
        _close(merged, kept)
        current.flush()
        current.expire_all()
        following.merged(merged)
        keep_in_step(kept)
        current.flush()
        following.rows_moved(done)
        note(actor, kept, Action.CHANGED, "merge", subject_id=done.id, facts={"merged": str(merged.id)})
        note(actor, merged, Action.CHANGED, "merge", subject_id=done.id, facts={"kept": str(kept.id)})
        after_commit(partial(following.move_files_now, done.id))
    return done


def undo(actor: Actor, *, merge_id: UUID) -> CaseMerge:
    """Take a merge back within 30 days; what came to the kept case since stays there. Raises TooLate, NotFound."""
    authorise(actor, DuplicatePermission.LIST)
    with transaction() as current:
        done = current.get(CaseMerge, merge_id)
        if done is None:
            raise NotFound("merge")
        _lock(done.kept_id, done.merged_id)
        current.refresh(done, with_for_update=True)
        kept = get_case(actor, done.kept_id, DuplicatePermission.MERGE)
        merged = current.get(Case, done.merged_id, populate_existing=True)
        if merged is None or not permits(actor, DuplicatePermission.MERGE, merged):
            raise NotFound("merge")
        if done.undone_at is not None or done.dropped_at is not None or clock.now() > done.undo_until:
            raise TooLate("cannot be undone")
        _return_rows(done, kept, merged)
        _restore_fields(done, kept)
        _reopen(done, kept, merged)
        done.undone_at, done.undone_by, done.files_pending = clock.now(), actor.user_id, True
        current.flush()
        current.expire_all()
        keep_in_step(kept)
        keep_in_step(merged)
        current.flush()
        following.rows_moved(done)
        for case in (kept, merged):
            note(actor, case, Action.CHANGED, "merge.undone", subject_id=done.id)
        after_commit(partial(following.move_files_now, done.id))
    return done


def _lock(first_id: UUID, second_id: UUID) -> None:
    """Queue at both cases, in one order for all: whoever writes into one of them waits, and then finds it as it is."""
    both = select(Case.id).where(Case.id.in_([first_id, second_id])).order_by(Case.id)
    session().execute(both.with_for_update(of=Case))


def _check_same(kept: Case, merged: Case, same: Same) -> None:
    """Raise NotFound unless each pair is two children or two guardians of these very cases, each once."""
    pairs = [({row.id for row in merged.children}, {row.id for row in kept.children})]
    pairs.append(({row.id for row in merged.guardians}, {row.id for row in kept.guardians}))
    for other_id, own_id in same.items():
        if not any(other_id in theirs and own_id in ours for theirs, ours in pairs):
            raise NotFound("person")
    if len(set(same.values())) != len(same):
        raise Unmergeable(["Zwei Personen des einen Falls können nicht dieselbe Person des anderen sein."])


def _record(actor: Actor, kept: Case, merged: Case) -> CaseMerge:
    done = CaseMerge(
        id=new_id(),
        organisation_id=kept.organisation_id,
        kept_id=kept.id,
        merged_id=merged.id,
        decided_by=actor.user_id,
        decided_at=clock.now(),
        undo_until=clock.now() + UNDO_FOR,
        files_pending=True,
        merged_state=merged.state,
        merged_closed_at=merged.closed_at,
        kept_opened_at=kept.opened_at,
    )
    session().add(done)
    session().flush()
    return done


def _write_fields(kept: Case, merged: Case, same: Same, chosen: Mapping[str, bool]) -> MergeNote:
    """Save what the merged case knows better into the kept one's sheets; answers what was written and left."""
    found = comparing.conflicts(kept, merged, same, reader=kept.organisation_id)
    wins = comparing.taken(found, chosen)
    changes = [
        FieldChange(
            kind=one.kind, record_id=str(one.record_id), field=one.name, before=_json(one.kept), after=_json(one.merged)
        )
        for one in wins
    ]
    _apply(kept, [(change, change.after) for change in changes])
    return MergeNote(changes=changes, left=[left for one in found if (left := _left(one, one in wins)) is not None])


def _left(one: FieldConflict, won: bool) -> FieldLeft | None:
    """The value that did not make it; nothing where it was no value or belongs to another field."""
    value = one.kept if won else one.merged
    if value in ("", -1, 0) or value == [] or (won and one.is_gap):
        return None
    return FieldLeft(about=one.about, label=one.label, value=one.words(value), kind=one.kind)


def _apply(kept: Case, values: list[tuple[FieldChange, str]]) -> None:
    """Write fields (as JSON) into sheets of the kept case, each sheet once."""
    kinds = {sheet.KIND: sheet for sheet in SHEETS}
    by_sheet: dict[tuple[str, str], dict[str, str]] = {}
    for change, value in values:
        by_sheet.setdefault((change.kind, change.record_id), {})[change.field] = value
    for (kind, record_id), fields in by_sheet.items():
        sheet_kind, subject = kinds[kind], UUID(record_id)
        stored = records.find(sheet_kind, subject, reader=kept.organisation_id)
        present = msgspec.to_builtins(stored.sheet if stored else sheet_kind())
        fresh = msgspec.convert(
            present | {name: msgspec.json.decode(text) for name, text in fields.items()}, sheet_kind
        )
        if isinstance(fresh, HealthSheet) and fresh == HealthSheet() and stored:
            records.remove(HealthSheet, subject)
        else:
            records.put(fresh, record_id=subject, scope=kept.scope)


def _restore_fields(done: CaseMerge, kept: Case) -> None:
    """Put fields back that still say what the merge wrote; what somebody changed since stays."""
    content = records.get(MergeNote, done.id, reader=done.organisation_id).sheet
    kinds = {sheet.KIND: sheet for sheet in SHEETS}
    unchanged = []
    for change in content.changes:
        stored = records.find(kinds[change.kind], UUID(change.record_id), reader=done.organisation_id)
        if stored is not None and _json(getattr(stored.sheet, change.field)) == change.after:
            unchanged.append((change, change.before))
    _apply(kept, unchanged)
    records.remove(MergeNote, done.id)


def _return_rows(done: CaseMerge, kept: Case, merged: Case) -> None:
    back = moving.move_back(done)
    amendments = records.of_case(SessionAmendment, kept.id, reader=kept.organisation_id)
    talks = set(session().scalars(select(CounsellingSession.id).where(CounsellingSession.id.in_(back))))
    amended = moving.amendments_of({key: stored.sheet for key, stored in amendments.items()}, talks)
    going = moving.sealed_to_return(done, back, amended)
    sealed.move_records(going, source=kept.scope, target=merged.scope)


def _close(merged: Case, kept: Case) -> None:
    kept.opened_at = min(kept.opened_at, merged.opened_at)
    merged.state, merged.closed_at, merged.merged_into_id = CaseState.CLOSED, clock.now(), kept.id


def _reopen(done: CaseMerge, kept: Case, merged: Case) -> None:
    if kept.opened_at == min(done.kept_opened_at, merged.opened_at):
        kept.opened_at = done.kept_opened_at
    merged.state, merged.closed_at, merged.merged_into_id = done.merged_state, done.merged_closed_at, None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


parts.declare()
