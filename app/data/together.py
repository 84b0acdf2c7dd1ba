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
    conditions = [
        and_(SealedRecord.kind == kind.KIND, among(SealedRecord.record_id, ids)) for kind, ids in wanted.items() if ids
    ]
    query = select(SealedRecord).where(or_(*conditions))
    rows = session().scalars(query.execution_options(populate_existing=True)).all()
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
