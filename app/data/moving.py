"""Sealed things that change their owner's key: records and files of one case go over to another."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.data import audit, cipher, files
from app.data.database import session
from app.data.records import Scope, SealedRecord, context_of, keyring
from app.errors import KeyMissing, NotFound, Tampered


def move_records(row_ids: Collection[UUID], *, source: Scope, target: Scope) -> dict[UUID, UUID]:
    """Seal these rows anew under `target`'s key with their versions; answers each row's record id.

    Rows that are gone, or no longer of `source`, are left out. Inside the open transaction.
    """
    held = keyring().open_keys([source.key_id], source.organisation_id).get(source.key_id, {})
    fresh = keyring().open_key(target.key_id, target.organisation_id)
    new_secret = cipher.derive(fresh.secret, "doc")
    old_secrets: dict[int, bytes] = {}
    moved: dict[UUID, UUID] = {}
    wanted = list(row_ids)
    for start in range(0, len(wanted), 500):
        query = select(SealedRecord).where(
            SealedRecord.id.in_(wanted[start : start + 500]), SealedRecord.case_id == source.case_id
        )
        for row in session().scalars(query.with_for_update().execution_options(populate_existing=True)):
            generation = cipher.generation_of(row.body)
            if generation not in held:
                raise KeyMissing("no key for this reader")
            old = old_secrets.setdefault(generation, cipher.derive(held[generation].secret, "doc"))
            plaintext = cipher.unseal(old, row.body, context_of(row))
            row.case_id = target.case_id
            row.body = cipher.seal(new_secret, plaintext, context_of(row), generation=fresh.generation)
            moved[row.id] = row.record_id
            audit.wrote(row.kind, row.record_id, row.version, sha256(row.body).hexdigest())
    session().flush()
    return moved


def move_file(folder: Path, file_id: UUID, *, source: Scope, target: Scope) -> bool:
    """Seal a file under `target`'s key unless it is already; answers whether it was moved. May run twice."""
    try:
        for _chunk in files.read(folder, file_id, scope=target, reader=target.organisation_id):
            return False
    except NotFound:
        return False
    except (KeyMissing, Tampered):
        files.reseal(folder, file_id, scope=target, source=source)
        return True
    return False
