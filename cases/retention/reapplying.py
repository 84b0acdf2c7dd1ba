"""After a restored backup: what was erased since it was made is erased again, by the notes beside the keys.

The case of a tombstone opens no more, as its key is gone; this takes its shell out as well, and its receipt back in.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.accounts.models import Organisation
from app.data import audit, files, records, tombstones
from app.data.audit import Action
from app.data.database import session, transaction
from app.data.records import SealedRecord
from app.data.tombstones import Tombstone
from cases.models import Attachment, Case, Child
from cases.retention import aftermath, erasing
from cases.retention.aftermath import Note
from cases.retention.kinds import ErasedKind
from cases.retention.models import ErasureReceipt
from cases.retention.queries import settings
from cases.shards import keeping as shards


@dataclass(slots=True)
class Reapplied:
    """How many notes there were, how many subjects had come back, and how many receipts were missing."""

    notes: int = 0
    erased: int = 0
    receipts: int = 0
    keys: int = 0


def reapply() -> Reapplied:
    """Bring restored data into line with what was erased, and the search with both; may run at any time and twice."""
    done = Reapplied()
    stones = [(stone, msgspec.json.decode(stone.receipt, type=Note)) for stone in tombstones.everything()]
    done.notes = len(stones)
    for stone, note in stones:
        if note.kind is ErasedKind.CASE:
            _reapply(stone, note, done)
    # The shards of the backup lie under keys that are gone, and are made anew from cases that all open now.
    for organisation_id in session().scalars(select(Organisation.id)).all():
        shards.rebuild(organisation_id)
    for stone, note in stones:
        if note.kind is not ErasedKind.CASE:
            _reapply(stone, note, done)
    done.keys = _drop_returned_keys()
    aftermath.finish_all()
    return done


def _reapply(stone: Tombstone, note: Note, done: Reapplied) -> None:
    with transaction() as current:
        if current.get(Organisation, stone.organisation_id) is None:
            return
        if _erase_again(stone, note):
            done.erased += 1
            audit.record(
                Action.DELETED,
                organisation_id=stone.organisation_id,
                actor_id=None,
                subject_kind=f"erasure.{note.kind.value}",
                subject_id=stone.subject_id,
                case_id=note.case_id,
                facts={"reapplied": 1},
            )
        known = select(ErasureReceipt.id).where(ErasureReceipt.subject_id == stone.subject_id)
        if current.scalar(known) is None:
            done.receipts += 1
            values = {name: getattr(note, name) for name in note.__struct_fields__}
            current.add(
                ErasureReceipt(organisation_id=stone.organisation_id, subject_id=stone.subject_id, files=[], **values)
            )


def _erase_again(stone: Tombstone, note: Note) -> bool:
    """Delete what came back of one subject; answers whether anything had."""
    if note.kind is ErasedKind.CASE:
        if not erasing.left_of(note.case_id):
            return False
        erased = erasing.erase_case_rows(stone.organisation_id, note.case_id, from_shards=False)
    elif note.kind is ErasedKind.CHILD:
        child = session().get(Child, stone.subject_id)
        if child is None:
            return False
        # Where it lies in the backup: a merge, or its undoing, may have come between that and the erasure.
        erased = erasing.erase_child_rows(session().get_one(Case, child.case_id), child.id)
    else:
        erased = _erase_file_again(stone.subject_id)
    for file_id in erased.files:
        files.remove(settings().files_folder, file_id)
    return bool(erased.counts)


def _erase_file_again(attachment_id: UUID) -> erasing.Erased:
    attachment = session().get(Attachment, attachment_id)
    if attachment is None:
        return erasing.Erased()
    session().delete(attachment)
    for row in session().scalars(select(SealedRecord).where(SealedRecord.record_id == attachment_id)):
        session().delete(row)
    session().flush()
    return erasing.Erased({"attachment": 1}, files=[attachment_id])


def _drop_returned_keys() -> int:
    """Where an older key store came back: keys of cases whose receipts say they are gone are dropped again."""
    query = select(ErasureReceipt).where(ErasureReceipt.kind == ErasedKind.CASE)
    ring, found = records.keyring(), 0
    for receipt_id, case_id in [(one.id, one.case_id) for one in session().scalars(query)]:
        if ring.holders(case_id):
            found += 1
            with transaction() as current:
                receipt = current.get_one(ErasureReceipt, receipt_id)
                receipt.keys_dropped_at = receipt.settled_at = None
    return found
