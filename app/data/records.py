"""Sealed records: every personal datum lies in one of these, as one JSON document a record and class.

A class of record is a `Sheet` subclass; a row holds one sheet of one subject, sealed under the key of
its scope. The seal binds tenant, table, class, record, scope and version, so a body that was moved, swapped or
replaced by an older one does not open. No column type decrypts: opening is always a call.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import audit, cipher, sealed_table
from app.data.base import new_id
from app.data.database import session
from app.data.keyring import KeyRing, ScopeKey
from app.data.sealed_table import SealedRecord as SealedRecord
from app.data.sheets import Sheet as Sheet
from app.data.sheets import SheetType as SheetType
from app.data.sheets import Stored as Stored
from app.errors import KeyMissing, NewerSchema, NotFound, VersionConflict


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose key seals a record: a case of an organisation, or (`case_id` None) the organisation itself."""

    organisation_id: UUID
    case_id: UUID | None = None

    @property
    def key_id(self) -> UUID:
        """The id under which the key ring holds this scope's key."""
        return self.case_id or self.organisation_id


def keyring() -> KeyRing:
    """The key ring of this application."""
    ring: KeyRing = current_app.extensions["keyring"]
    return ring


def create(sheet: Sheet, *, record_id: UUID, scope: Scope) -> int:
    """Seal the first version of a record; raises VersionConflict when it exists already."""
    row = _row_values(sheet, record_id, scope, version=1)
    row.update(id=new_id(), organisation_id=scope.organisation_id, case_id=scope.case_id)
    row.update(kind=sheet.KIND, record_id=record_id)
    try:
        with session().begin_nested():
            _connection().execute(sealed_table.INSERT, row)
    except IntegrityError:
        raise VersionConflict("exists already") from None
    _enter(sheet.KIND, record_id, row)
    return 1


def create_all(sheets: Collection[tuple[Sheet, UUID, Scope]]) -> None:
    """Seal the first versions of many records (sheet, record id, scope) with one look at the keys and one insert."""
    held: dict[UUID, ScopeKey] = {}
    for owner in {scope.organisation_id for _, _, scope in sheets}:
        key_ids = {scope.key_id for _, _, scope in sheets if scope.organisation_id == owner}
        held |= {key_id: keys[max(keys)] for key_id, keys in keyring().open_keys(key_ids, owner).items()}
    rows = []
    for sheet, record_id, scope in sheets:
        if scope.key_id not in held:
            raise KeyMissing("no key for this reader")
        row = _sealed_values(sheet, record_id, scope, held[scope.key_id], version=1)
        row.update(id=new_id(), organisation_id=scope.organisation_id, case_id=scope.case_id)
        rows.append(row | {"kind": sheet.KIND, "record_id": record_id})
        _enter(sheet.KIND, record_id, row)
    if rows:
        session().flush()
        _connection().execute(sealed_table.INSERT, rows)


def save(sheet: Sheet, *, record_id: UUID, scope: Scope, expected: int) -> int:
    """Seal the next version over `expected`; raises VersionConflict when that is not the present one."""
    row = _row_values(sheet, record_id, scope, version=expected + 1)
    place = {"of_kind": sheet.KIND, "of_record": record_id, "of_version": expected, "of_case": scope.case_id}
    if _connection().execute(sealed_table.SAVE, row | place).rowcount != 1:
        raise VersionConflict("saved by somebody else")
    _enter(sheet.KIND, record_id, row)
    return expected + 1


def put(sheet: Sheet, *, record_id: UUID, scope: Scope) -> int:
    """Create the record or seal its next version, whatever the present one is; answers the new version."""
    place = {"of_kind": sheet.KIND, "of_record": record_id}
    present = _connection().execute(sealed_table.PRESENT, place).one_or_none()
    if present is None:
        return create(sheet, record_id=record_id, scope=scope)
    if present.schema > sheet.SCHEMA:
        raise NewerSchema(sheet.KIND)
    return save(sheet, record_id=record_id, scope=scope, expected=present.version)


def find(kind: type[SheetType], record_id: UUID, *, reader: UUID) -> Stored[SheetType] | None:
    """The opened sheet, or None when there is none; raises KeyMissing when `reader` holds no key."""
    place = {"of_kind": kind.KIND, "of_record": record_id}
    return _open(kind, _connection().execute(sealed_table.ONE, place).all(), reader).get(record_id)


def get(kind: type[SheetType], record_id: UUID, *, reader: UUID) -> Stored[SheetType]:
    """The opened sheet; raises NotFound when there is none."""
    stored = find(kind, record_id, reader=reader)
    if stored is None:
        raise NotFound(kind.KIND)
    return stored


def find_many(kind: type[SheetType], record_ids: Collection[UUID], *, reader: UUID) -> dict[UUID, Stored[SheetType]]:
    """Opened sheets of one class by record id: one query for rows, one for keys, whatever the number."""
    if not record_ids:
        return {}
    place = {"of_kind": kind.KIND, "of_records": record_ids}
    return _open(kind, _connection().execute(sealed_table.SEVERAL, place).all(), reader)


def of_case(kind: type[SheetType], case_id: UUID, *, reader: UUID) -> dict[UUID, Stored[SheetType]]:
    """Every opened sheet of one class in a case, by record id, in order of making."""
    place = {"of_kind": kind.KIND, "of_case": case_id}
    return _open(kind, _connection().execute(sealed_table.OF_CASE, place).all(), reader)


def remove(kind: type[Sheet], record_id: UUID) -> None:
    """Drop a record."""
    session().execute(delete(SealedRecord).where(SealedRecord.kind == kind.KIND, SealedRecord.record_id == record_id))


def reseal_case(case_id: UUID, *, owner: UUID, recipients: Collection[UUID] = ()) -> int:
    """Give a case a new key and seal all its records under it; answers the new generation.

    Wraps of older generations are dropped by the caller after commit.
    """
    ring = keyring()
    held = ring.open_keys([case_id], owner)[case_id]
    fresh = ring.next_generation(case_id, owner=owner, recipients=recipients)
    _newest_keys().clear()
    # Locked: a save that another process commits in between would else be overwritten by what was read before it.
    query = select(SealedRecord).where(SealedRecord.case_id == case_id).with_for_update()
    for row in session().scalars(query.execution_options(populate_existing=True)):
        secret = held[cipher.generation_of(row.body)].secret
        plaintext = cipher.unseal(cipher.derive(secret, "doc"), row.body, context_of(row))
        row.body = cipher.seal(
            cipher.derive(fresh.secret, "doc"), plaintext, context_of(row), generation=fresh.generation
        )
        audit.wrote(row.kind, row.record_id, row.version, sha256(row.body).hexdigest())
    session().flush()
    return fresh.generation


def digest(record_kind: type[Sheet], record_id: UUID) -> str:
    """SHA-256 of the ciphertext as it lies now, for the audit trail; "" when there is none."""
    body = session().scalar(
        select(SealedRecord.body).where(SealedRecord.kind == record_kind.KIND, SealedRecord.record_id == record_id)
    )
    return sha256(body).hexdigest() if body is not None else ""


def _connection() -> Connection:
    """The connection of the session: what is read and written here goes past its objects."""
    return session().connection()


def _enter(kind: str, record_id: UUID, row: dict[str, Any]) -> None:
    """Tell the audit trail of this transaction what was sealed."""
    audit.wrote(kind, record_id, row["version"], sha256(row["body"]).hexdigest())


def _row_values(sheet: Sheet, record_id: UUID, scope: Scope, *, version: int) -> dict[str, Any]:
    held, wanted = _newest_keys(), (scope.key_id, scope.organisation_id)
    key = held.get(wanted)
    if key is None:
        key = held[wanted] = keyring().open_key(*wanted)
    return _sealed_values(sheet, record_id, scope, key, version=version)


def _newest_keys() -> dict[tuple[UUID, UUID], ScopeKey]:
    """The newest keys that were opened within the open transaction, by scope and reader; forgotten at its end."""
    info = session().info
    transaction = info.get("after")
    if transaction is None:
        return {}
    known = info.get("newest_keys")
    if known is None or known[0] is not transaction:
        known = info["newest_keys"] = (transaction, {})
    keys: dict[tuple[UUID, UUID], ScopeKey] = known[1]
    return keys


def _sealed_values(sheet: Sheet, record_id: UUID, scope: Scope, key: ScopeKey, *, version: int) -> dict[str, Any]:
    context = _context(scope.organisation_id, sheet.KIND, record_id, scope.case_id, version, sheet.SCHEMA)
    body = cipher.seal(cipher.derive(key.secret, "doc"), sheet.to_bytes(), context, generation=key.generation)
    return {"version": version, "schema": sheet.SCHEMA, "body": body, "changed_at": clock.now()}


def _open(kind: type[SheetType], rows: Sequence[Row[*tuple[Any, ...]]], reader: UUID) -> dict[UUID, Stored[SheetType]]:
    """Open rows as the statements of `sealed_table` answer them."""
    keys = keyring().open_keys({case_id or owner for owner, case_id, *_ in rows}, reader)
    newest = _newest_keys()
    newest.update({(scope_id, reader): held[max(held)] for scope_id, held in keys.items()})
    openers: dict[tuple[UUID, int], cipher.Opener] = {}
    opened: dict[UUID, Stored[SheetType]] = {}
    for owner, case_id, record_id, version, schema, body, changed_at in rows:
        scope_id, generation = case_id or owner, cipher.generation_of(body)
        opener = openers.get((scope_id, generation))
        if opener is None:
            key = keys.get(scope_id, {}).get(generation)
            if key is None:
                raise KeyMissing("no key for this reader")
            opener = openers[(scope_id, generation)] = cipher.Opener(cipher.derive(key.secret, "doc"))
        plaintext = opener.unseal(body, _context(owner, kind.KIND, record_id, case_id, version, schema))
        sheet = kind.from_bytes(plaintext, schema=schema)
        opened[record_id] = Stored(record_id, version, changed_at, sheet)
    return opened


def context_of(row: SealedRecord) -> bytes:
    """What the body of this row is bound to, for whoever seals it anew."""
    return _context(row.organisation_id, row.kind, row.record_id, row.case_id, row.version, row.schema)


def _context(
    organisation_id: UUID, kind: str, record_id: UUID, case_id: UUID | None, version: int, schema: int
) -> bytes:
    case = case_id.bytes if case_id else b""
    return cipher.bind(organisation_id.bytes, sealed_table.TABLE, kind, record_id.bytes, case, version, schema)
