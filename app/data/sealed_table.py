"""The one table of sealed sheets, and the statements on it, built once: building them costs more than running them."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.data.among import among
from app.data.base import primary_key
from app.data.binary import BINARY
from app.data.database import Model
from app.data.removals import enter_deletions

TABLE = "sealed_record"


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

_T = cast(Table, SealedRecord.__table__)
_OPENABLE = select(
    _T.c.organisation_id, _T.c.case_id, _T.c.record_id, _T.c.version, _T.c.schema, _T.c.body, _T.c.changed_at
).where(_T.c.kind == bindparam("of_kind"))

ONE = _OPENABLE.where(_T.c.record_id == bindparam("of_record"))
"""What opens one record: `of_kind`, `of_record`."""

SEVERAL = _OPENABLE.where(among(_T.c.record_id, "of_records")).execution_options(**BINARY)
"""What opens many records: `of_kind`, `of_records`."""

OF_CASE = _OPENABLE.where(_T.c.case_id == bindparam("of_case")).order_by(_T.c.id)
"""What opens the records of a case in order of making: `of_kind`, `of_case`."""

PRESENT = select(_T.c.version, _T.c.schema).where(
    _T.c.kind == bindparam("of_kind"), _T.c.record_id == bindparam("of_record")
)
"""Version and schema of a record: `of_kind`, `of_record`."""

INSERT = insert(_T)
"""New rows."""

SAVE = (
    update(_T)
    .where(
        _T.c.kind == bindparam("of_kind"),
        _T.c.record_id == bindparam("of_record"),
        _T.c.version == bindparam("of_version"),
        _T.c.case_id.is_not_distinct_from(bindparam("of_case")),
    )
    .values({name: bindparam(name) for name in ("version", "schema", "body", "changed_at")})
)
"""The next version over `of_version`: `of_kind`, `of_record`, `of_case`, and the four values."""
