"""Pairs that are not the same family, cases that were merged with what moved, and tokens for other houses."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Sheet
from app.data.sheets import Part, SheetClass
from cases.states import CaseState


class NotSame(Model):
    """Somebody looked: these two cases are two families; `token` is keyed over what was compared that day."""

    __tablename__ = "not_same"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    first_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    token: Mapped[bytes] = mapped_column(LargeBinary)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime]


class CaseMerge(Model):
    """One case that went into another: who decided, until when it can be undone, and how both stood before."""

    __tablename__ = "case_merge"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime]
    undo_until: Mapped[datetime]
    undone_by: Mapped[UUID | None]
    undone_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    files_pending: Mapped[bool] = mapped_column(default=True)
    merged_state: Mapped[CaseState] = choice(CaseState)
    merged_closed_at: Mapped[datetime | None]
    kept_opened_at: Mapped[datetime]


class MergeStep(Model):
    """One reference that a merge changed, as ids alone: which row's column said what before and after."""

    __tablename__ = "case_merge_step"
    __table_args__ = (Index(None, "merge_id", "table_name"),)

    id: Mapped[UUID] = primary_key()
    merge_id: Mapped[UUID] = mapped_column(ForeignKey("case_merge.id", ondelete="CASCADE"))
    table_name: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[UUID]
    column_name: Mapped[str] = mapped_column(String(40))
    before: Mapped[UUID | None]
    after: Mapped[UUID | None]


class CrossToken(Model):
    """A keyed token of a child, exact over name skeleton and birth date, for the houses that agreed to compare."""

    __tablename__ = "cross_token"
    __table_args__ = (Index(None, "token"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    token: Mapped[bytes] = mapped_column(LargeBinary)


class FieldChange(Part, kw_only=True):
    """One field a merge wrote into the kept case: `before` and `after` as JSON."""

    kind: str
    record_id: str
    field: str
    before: str
    after: str


class FieldLeft(Part, kw_only=True):
    """One value of the merged case that was not taken over."""

    about: str
    label: str
    value: str
    kind: str = ""


class MergeNote(Sheet):
    """What a merge wrote and what it left out, so that nothing is lost; `changes` go when undoing is over."""

    KIND = "case.merge"
    CLASS = SheetClass.CORE

    changes: list[FieldChange] = []
    left: list[FieldLeft] = []
