"""Sealed records: every personal datum lies in one of these, as one JSON document a record and class.

A class of record is a `Sheet` subclass; a row holds one sheet of one subject, sealed under the key of
its scope. The seal binds tenant, table, class, record, scope and version, so a body that was
moved, swapped or replaced by an older one does not open. No column type
decrypts: opening is always a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

import msgspec
from flask import current_app
from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.data import audit, cipher
from app.data.base import new_id, primary_key
from app.data.database import Model, session
from app.data.keyring import KeyRing, ScopeKey
from app.data.removals import enter_deletions
from app.errors import KeyMissing, NotFound, VersionConflict

TABLE = "sealed_record"


class Sheet(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is sealed together: subclasses name their `KIND` and hold the personal fields.

    A field that is new needs a default; a field that is gone is ignored in older sheets.
    """

    KIND: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1

    def to_bytes(self) -> bytes:
        """Padded JSON."""
        return cipher.pad(msgspec.json.encode(self))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read a sheet back."""
        return msgspec.json.decode(raw, type=cls)


SheetType = TypeVar("SheetType", bound=Sheet)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose key seals a record: a case of an organisation, or (`case_id` None) the organisation itself."""

    organisation_id: UUID
    case_id: UUID | None = None

    @property
    def key_id(self) -> UUID:
        """The id under which the key ring holds this scope's key."""
        return self.case_id or self.organisation_id


@dataclass(frozen=True, slots=True)
class Stored(Generic[SheetType]):
    """An opened sheet with the version to hand back when saving it."""

    record_id: UUID
    version: int
    changed_at: datetime
    sheet: SheetType


class SealedRecord(Model):
    """One sealed sheet; nothing in this row says what it holds beyond its class."""

    __tablename__ = TABLE
    __table_args__ = (
        UniqueConstraint("kind", "record_id"),
        Index(None, "case_id", "kind"),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    case_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[UUID]
    version: Mapped[int]
    schema: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]


enter_deletions(SealedRecord)


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
            session().execute(insert(SealedRecord), row)
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
        session().execute(insert(SealedRecord), rows)


def save(sheet: Sheet, *, record_id: UUID, scope: Scope, expected: int) -> int:
    """Seal the next version over `expected`; raises VersionConflict when that is not the present one."""
    row = _row_values(sheet, record_id, scope, version=expected + 1)
    result = session().execute(
        update(SealedRecord)
        .where(
            SealedRecord.kind == sheet.KIND,
            SealedRecord.record_id == record_id,
            SealedRecord.version == expected,
            SealedRecord.case_id == scope.case_id if scope.case_id else SealedRecord.case_id.is_(None),
        )
        .values(**row)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise VersionConflict("saved by somebody else")
    _enter(sheet.KIND, record_id, row)
    return expected + 1


def put(sheet: Sheet, *, record_id: UUID, scope: Scope) -> int:
    """Create the record or seal its next version, whatever the present one is; answers the new version."""
    present = session().scalar(
        select(SealedRecord.version).where(SealedRecord.kind == sheet.KIND, SealedRecord.record_id == record_id)
    )
    if present is None:
        return create(sheet, record_id=record_id, scope=scope)
    return save(sheet, record_id=record_id, scope=scope, expected=present)


def find(kind: type[SheetType], record_id: UUID, *, reader: UUID) -> Stored[SheetType] | None:
    """The opened sheet, or None when there is none; raises KeyMissing when `reader` holds no key."""
    return find_many(kind, [record_id], reader=reader).get(record_id)


def get(kind: type[SheetType], record_id: UUID, *, reader: UUID) -> Stored[SheetType]:
    """The opened sheet; raises NotFound when there is none."""
    stored = find(kind, record_id, reader=reader)
    if stored is None:
        raise NotFound(kind.KIND)
    return stored


def find_many(kind: type[SheetType], record_ids: Collection[UUID], *, reader: UUID) -> dict[UUID, Stored[SheetType]]:
    """Opened sheets of one class by record id: one query for rows, one for keys, whatever the number."""
    rows: list[SealedRecord] = []
    wanted = list(record_ids)
    for start in range(0, len(wanted), 500):
        query = select(SealedRecord).where(
            SealedRecord.kind == kind.KIND, SealedRecord.record_id.in_(wanted[start : start + 500])
        )
        rows += session().scalars(query.execution_options(populate_existing=True))
    return _open(kind, rows, reader)


def of_case(kind: type[SheetType], case_id: UUID, *, reader: UUID) -> dict[UUID, Stored[SheetType]]:
    """Every opened sheet of one class in a case, by record id, in order of making."""
    query = select(SealedRecord).where(SealedRecord.kind == kind.KIND, SealedRecord.case_id == case_id)
    rows = session().scalars(query.order_by(SealedRecord.id).execution_options(populate_existing=True))
    return _open(kind, rows.all(), reader)


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
    # Locked: a save that another process commits in between would else be overwritten by what was read before it.
    query = select(SealedRecord).where(SealedRecord.case_id == case_id).with_for_update()
    for row in session().scalars(query.execution_options(populate_existing=True)):
        secret = held[cipher.generation_of(row.body)].secret
        plaintext = cipher.unseal(cipher.derive(secret, "doc"), row.body, _context_of(row))
        row.body = cipher.seal(
            cipher.derive(fresh.secret, "doc"), plaintext, _context_of(row), generation=fresh.generation
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


def _enter(kind: str, record_id: UUID, row: dict[str, Any]) -> None:
    """Tell the audit trail of this transaction what was sealed."""
    audit.wrote(kind, record_id, row["version"], sha256(row["body"]).hexdigest())


def _row_values(sheet: Sheet, record_id: UUID, scope: Scope, *, version: int) -> dict[str, Any]:
    key = keyring().open_key(scope.key_id, scope.organisation_id)
    return _sealed_values(sheet, record_id, scope, key, version=version)


def _sealed_values(sheet: Sheet, record_id: UUID, scope: Scope, key: ScopeKey, *, version: int) -> dict[str, Any]:
    context = _context(scope.organisation_id, sheet.KIND, record_id, scope.case_id, version, sheet.SCHEMA)
    body = cipher.seal(cipher.derive(key.secret, "doc"), sheet.to_bytes(), context, generation=key.generation)
    return {"version": version, "schema": sheet.SCHEMA, "body": body, "changed_at": clock.now()}


def _open(kind: type[SheetType], rows: Iterable[SealedRecord], reader: UUID) -> dict[UUID, Stored[SheetType]]:
    found = list(rows)
    keys = keyring().open_keys({row.case_id or row.organisation_id for row in found}, reader)
    opened: dict[UUID, Stored[SheetType]] = {}
    derived: dict[tuple[UUID, int], bytes] = {}
    for row in found:
        scope_id, generation = row.case_id or row.organisation_id, cipher.generation_of(row.body)
        secret = derived.get((scope_id, generation))
        if secret is None:
            key = keys.get(scope_id, {}).get(generation)
            if key is None:
                raise KeyMissing("no key for this reader")
            secret = derived[(scope_id, generation)] = cipher.derive(key.secret, "doc")
        sheet = kind.from_bytes(cipher.unseal(secret, row.body, _context_of(row)))
        opened[row.record_id] = Stored(row.record_id, row.version, row.changed_at, sheet)
    return opened


def _context_of(row: SealedRecord) -> bytes:
    return _context(row.organisation_id, row.kind, row.record_id, row.case_id, row.version, row.schema)


def _context(
    organisation_id: UUID, kind: str, record_id: UUID, case_id: UUID | None, version: int, schema: int
) -> bytes:
    case = case_id.bytes if case_id else b""
    return cipher.bind(organisation_id.bytes, TABLE, kind, record_id.bytes, case, version, schema)
