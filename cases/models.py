"""The case file's tables: workflow in the clear, everything about people sealed (cases/documents.py)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Scope
from app.data.scanning import ScanState
from cases.child_states import ChildState
from cases.kinds import AccessKind, ConsentPurpose, DocumentKind, LegalBasis, RestrictionReason, TaskKind
from cases.states import CaseState, DocumentState, SessionState, TaskState


class Case(Model):
    """One family's file at one organisation; `waiting_since` and `next_due_on` are kept by `cases.list_days`."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        Index(
            "ix_case_file_list",
            "organisation_id",
            "merged_into_id",
            "restricted_on",
            "state",
            "advisor_id",
            "waiting_since",
            "next_due_on",
            "id",
        ),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(String(20))
    state: Mapped[CaseState] = choice(CaseState, default=CaseState.REPORTED)
    advisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    waiting_since: Mapped[date | None]
    next_due_on: Mapped[date | None]
    restricted_on: Mapped[date | None]
    restricted_by: Mapped[UUID | None]
    restriction_reason: Mapped[RestrictionReason | None] = choice(RestrictionReason, nullable=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    children: Mapped[list[Child]] = relationship(
        back_populates="case", order_by=lambda: (Child.position, Child.id), cascade="all, delete-orphan"
    )
    guardians: Mapped[list[Guardian]] = relationship(
        order_by=lambda: (Guardian.position, Guardian.id), cascade="all, delete-orphan"
    )
    access: Mapped[list[CaseAccess]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def scope(self) -> Scope:
        """Under whose key this case's records are sealed."""
        return Scope(self.organisation_id, self.id)


class CaseCounter(Model):
    """The last running number of an organisation's references in a year."""

    __tablename__ = "case_counter"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CaseAccess(Model):
    """Somebody besides the advisor who may open a case: a deputy, who accepted a handover, who came in an emergency."""

    __tablename__ = "case_access"
    __table_args__ = (Index(None, "organisation_id", "user_id"), Index(None, "case_id"))

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[AccessKind] = choice(AccessKind)
    granted_at: Mapped[datetime]
    until: Mapped[datetime | None]


class Child(Model):
    """A child on its way to a seat; `waiting_since` and `seated_on` are the days everybody asks for."""

    __tablename__ = "child"
    __table_args__ = (Index(None, "state", "case_id"),)

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    state: Mapped[ChildState] = choice(ChildState, default=ChildState.REPORTED)
    waiting_since: Mapped[date | None]
    seated_on: Mapped[date | None]
    support_started_on: Mapped[date | None]

    case: Mapped[Case] = relationship(back_populates="children")


class Guardian(Model):
    """Somebody with custody, or a Vormund."""

    __tablename__ = "guardian"

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]


class Document(Model):
    """A paper on the checklist."""

    __tablename__ = "document"
    __table_args__ = (Index(None, "case_id", "state"),)

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"))
    kind: Mapped[DocumentKind] = choice(DocumentKind)
    state: Mapped[DocumentState] = choice(DocumentState, default=DocumentState.REQUESTED)
    is_required: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]

    attachments: Mapped[list[Attachment]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class Attachment(Model):
    """A sealed file that came in for a paper; its name lies sealed in `AttachmentName`."""

    __tablename__ = "attachment"

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]
    scan: Mapped[ScanState] = choice(ScanState, default=ScanState.UNCHECKED)


class CounsellingSession(Model):
    """One talk; what was said lies sealed in `SessionRecord`, whose version is the notes' lock."""

    __tablename__ = "counselling_session"
    __table_args__ = (Index(None, "case_id", "held_at"),)

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    advisor_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(unique=True)
    state: Mapped[SessionState] = choice(SessionState, default=SessionState.DRAFT)
    held_at: Mapped[datetime]
    minutes: Mapped[int]
    completed_at: Mapped[datetime | None]


class Task(Model):
    """Something to do by a day; a free text lies sealed in `TaskText`."""

    __tablename__ = "task"
    __table_args__ = (Index(None, "assigned_to", "state", "due_on"), Index(None, "case_id", "state"))

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"))
    kind: Mapped[TaskKind] = choice(TaskKind)
    state: Mapped[TaskState] = choice(TaskState, default=TaskState.OPEN)
    due_on: Mapped[date]
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]


class Consent(Model):
    """A family's consent for one purpose and recipient; who explained it in which language lies sealed."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "case_id", "purpose"),)

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    purpose: Mapped[ConsentPurpose] = choice(ConsentPurpose)
    legal_basis: Mapped[LegalBasis] = choice(LegalBasis)
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    given_on: Mapped[date]
    valid_until: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
