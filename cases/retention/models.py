"""What was decided about keeping a case, and the receipt that stays when it is gone; nothing about people."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from cases.retention.kinds import ArchiveAnswer, ErasedKind, ErasureBasis, ExtensionReason


class RetentionMark(Model):
    """The one extension of a case, and where its offer to the archive stands; goes with the case."""

    __tablename__ = "retention_mark"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    extended_until: Mapped[date | None]
    extended_on: Mapped[date | None]
    extended_by: Mapped[UUID | None]
    extension_reason: Mapped[ExtensionReason | None] = choice(ExtensionReason, nullable=True)
    offered_on: Mapped[date | None]
    offered_by: Mapped[UUID | None]
    archive_answer: Mapped[ArchiveAnswer | None] = choice(ArchiveAnswer, nullable=True)
    answered_on: Mapped[date | None]
    answered_by: Mapped[UUID | None]


class ErasureReceipt(Model):
    """Proof of an erasure: who decided it when by which rule, rows per table, a digest of what lay there.

    `files` holds names of sealed files still to be removed; `effective_on` is the day by which it holds in
    backups as well; `settled_at` says that keys and shards were renewed afterwards; `resealed_at` that the rest of
    a case lies under a new key after a part of it was erased.
    """

    __tablename__ = "erasure_receipt"
    __table_args__ = (Index(None, "organisation_id", "erased_at"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[ErasedKind] = choice(ErasedKind)
    case_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(unique=True)
    basis: Mapped[ErasureBasis] = choice(ErasureBasis)
    rule: Mapped[str] = mapped_column(String(40))
    decided_by: Mapped[UUID]
    erased_at: Mapped[datetime]
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[list[str]] = mapped_column(JSON)
    effective_on: Mapped[date]
    keys_dropped_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    resealed_at: Mapped[datetime | None]
