"""Sheets of several classes at once, for pages that show many: one query for rows and one for keys in all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import and_, or_, select

from app.data import cipher
from app.data.among import among
from app.data.database import session
from app.data.records import SealedRecord, Sheet, Stored, context_of, keyring
from app.errors import KeyMissing

SheetType = TypeVar("SheetType", bound=Sheet)


class Opened:
    """Opened sheets of several classes; ask for one class by name."""

    def __init__(self, found: dict[type[Sheet], dict[UUID, Stored[Any]]]) -> None:
        self._found = found

    def of(self, kind: type[SheetType]) -> dict[UUID, Stored[SheetType]]:
        """The sheets of one class by record id."""
        return cast("dict[UUID, Stored[SheetType]]", self._found.get(kind, {}))


def find_together(wanted: Mapping[type[Sheet], Collection[UUID]], *, reader: UUID) -> Opened:
    """The opened sheets of these classes by their record ids; raises KeyMissing when `reader` holds no key of one."""
    asked = {kind.KIND: kind for kind, ids in wanted.items() if ids}
    if not asked:
        return Opened({})
    ids = {f"ids_{number}": wanted[kind] for number, kind in enumerate(asked.values())}
    conditions = [
        and_(SealedRecord.kind == kind, among(SealedRecord.record_id, name))
        for kind, name in zip(asked, ids, strict=True)
    ]
    rows = session().scalars(select(SealedRecord).where(or_(*conditions)), ids).all()
    keys = keyring().open_keys({row.case_id or row.organisation_id for row in rows}, reader)
    found: dict[type[Sheet], dict[UUID, Stored[Any]]] = {}
    for row in rows:
        key = keys.get(row.case_id or row.organisation_id, {}).get(cipher.generation_of(row.body))
        if key is None:
            raise KeyMissing("no key for this reader")
        plaintext = cipher.unseal(cipher.derive(key.secret, "doc"), row.body, context_of(row))
        kind = asked[row.kind]
        sheet = kind.from_bytes(plaintext, schema=row.schema)
        found.setdefault(kind, {})[row.record_id] = Stored(row.record_id, row.version, row.changed_at, sheet)
    return Opened(found)
