"""Keys that follow access: the database says who may read a case, and the key ring is brought into line with it.

A key is given before the access is kept, and taken once the loss of access is kept: whatever breaks off in between,
running this again ends at the same place, and both generations of keys stay until nothing needs the older one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select

from app import clock
from app.data import cipher, files, records
from app.data.database import session, transaction
from app.data.records import SealedRecord
from cases.kinds import AccessKind
from cases.models import Attachment, Case, CaseAccess

GRACE = timedelta(minutes=10)
"""How long an older generation outlives a change of keys: a save that began before it may still end after it."""


def give_key(case: Case, recipient: UUID) -> None:
    """Wrap the case's key for a body, inside the transaction that keeps its access; twice is as good as once."""
    records.keyring().share(case.id, owner=case.organisation_id, recipient=recipient, expires_at=None)


def change_keys(case: Case, *, recipients: Collection[UUID] = ()) -> None:
    """Seal all records of a case under a new key for its owner and `recipients` alone; the files follow in `follow`."""
    ring = records.keyring()
    for recipient in recipients:
        ring.ensure_organisation(recipient)
    records.reseal_case(case.id, owner=case.organisation_id, recipients=recipients)


def follow(case_id: UUID) -> None:
    """Bring wraps and files of a case into line with who has access now; may run at any time and twice."""
    ring = records.keyring()
    with transaction() as current:
        case = current.scalar(select(Case).where(Case.id == case_id).with_for_update(of=Case))
        if case is None:
            return
        owner, allowed = case.organisation_id, _bodies_with_access(case_id)
        for holder in ring.holders(case_id).keys() - allowed - {owner}:
            ring.drop_keys(case_id, organisation_id=holder)
        for body in allowed:
            ring.share(case_id, owner=owner, recipient=body, expires_at=None)
        generations = ring.holders(case_id).get(owner, {})
        if len(generations) > 1:
            _finish_change(case, newest=max(generations), is_settled=_is_settled(case_id, owner), allowed=allowed)


def unfinished(owner: UUID) -> list[UUID]:
    """Cases of an organisation whose wraps are more or other than its present access needs: for a sweep."""
    ring = records.keyring()
    pending = []
    for case_id in ring.scopes_with_several_wraps():
        if session().scalar(select(Case.organisation_id).where(Case.id == case_id)) != owner:
            continue
        holders = ring.holders(case_id)
        expected = _bodies_with_access(case_id) | {owner}
        if holders.keys() != expected or any(len(generations) > 1 for generations in holders.values()):
            pending.append(case_id)
    return pending


def _finish_change(case: Case, *, newest: int, is_settled: bool, allowed: set[UUID]) -> None:
    """Seal files anew, and drop the older key once no save can be under way that still uses it."""
    folder = current_app.extensions["config"].files_folder
    if _needs_older(case.id, newest):
        if is_settled:
            change_keys(case, recipients=allowed)
        return
    for file_id in session().scalars(select(Attachment.id).where(Attachment.case_id == case.id)):
        if files.generation(folder, file_id) not in (None, newest):
            files.reseal(folder, file_id, scope=case.scope)
    # Looked at once more: while files were sealed anew, a save that took the older key long ago may have ended.
    if is_settled and not _needs_older(case.id, newest):
        records.keyring().drop_keys(case.id, below=newest)


def _needs_older(case_id: UUID, newest: int) -> bool:
    """Whether a record of the case still lies sealed under a generation before `newest`."""
    headers = select(func.substr(SealedRecord.body, 1, cipher.HEADER)).where(SealedRecord.case_id == case_id)
    return any(cipher.generation_of(header) < newest for header in session().scalars(headers))


def _is_settled(case_id: UUID, owner: UUID) -> bool:
    made = records.keyring().holders(case_id)[owner]
    return made[max(made)] <= clock.now() - GRACE


def _bodies_with_access(case_id: UUID) -> set[UUID]:
    query = select(CaseAccess.organisation_id).where(
        CaseAccess.case_id == case_id, CaseAccess.kind == AccessKind.HANDOVER
    )
    return set(session().scalars(query))
