"""Rooms, interpreters, hours, appointments, and the reservations that cannot overlap."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Scope, Sheet
from app.data.sheets import SheetClass
from scheduling import office
from scheduling.hours import SchoolHolidays
from scheduling.kinds import BookedVia, Gender, OverbookReason, TalkMode
from scheduling.resource_kinds import AbsenceSource
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind


class Room(Model):
    """Where a talk can be."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[int]
    is_step_free: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class Interpreter(Model):
    """Somebody of the city's pool; name and contact lie sealed in `InterpreterProfile`."""

    __tablename__ = "interpreter"
    __table_args__ = (CheckConstraint("notice_days BETWEEN 0 AND 60", name="notice"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    languages: Mapped[list[str]] = mapped_column(JSON)
    is_active: Mapped[bool] = mapped_column(default=True)
    gender: Mapped[Gender | None] = choice(Gender)
    notice_days: Mapped[int] = mapped_column(default=3)
    budget_hours: Mapped[int | None]
    may_exceed_budget: Mapped[bool] = mapped_column(default=False)

    @property
    def scope(self) -> Scope:
        """Under whose key the profile is sealed."""
        return Scope(self.organisation_id)


class Availability(Model):
    """A weekly rule: from when to when a resource can be booked on one weekday, in local minutes."""

    __tablename__ = "availability"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts_minute >= 0 AND ends_minute > starts_minute", name="minutes"),
        Index(None, "organisation_id", "resource_id"),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    resource_kind: Mapped[ResourceKind] = choice(ResourceKind)
    resource_id: Mapped[UUID]
    weekday: Mapped[int]
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    school_holidays: Mapped[SchoolHolidays] = choice(SchoolHolidays, default=SchoolHolidays.ALWAYS)


class Absence(Model):
    """When a resource is away, or (no resource) when the whole office is closed."""

    __tablename__ = "absence"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    resource_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    walk_in_id: Mapped[UUID | None]
    source: Mapped[AbsenceSource] = choice(AbsenceSource, default=AbsenceSource.ENTERED)


class Appointment(Model):
    """A talk at a time with an advisor, perhaps an interpreter, perhaps a room."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index(None, "organisation_id", "starts_at"),
        Index(None, "advisor_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("state <> 'held' OR hold_ends_at IS NOT NULL", name="hold_ends"),
        Index("uq_appointment_group_talk_id_place", "group_talk_id", "place", unique=True),
    )

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AppointmentKind] = choice(AppointmentKind)
    state: Mapped[AppointmentState] = choice(AppointmentState)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    hold_ends_at: Mapped[datetime | None]
    advisor_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    interpreter_id: Mapped[UUID | None] = mapped_column(ForeignKey("interpreter.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    code_token: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    calendar_uid: Mapped[str] = mapped_column(String(64), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    booked_via: Mapped[BookedVia] = choice(BookedVia)
    booked_by: Mapped[UUID | None]
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]
    late_minutes: Mapped[int | None]
    interpreter_language: Mapped[str | None] = mapped_column(String(8))
    wants_earlier: Mapped[bool] = mapped_column(default=False)
    contact_token: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    said_coming_at: Mapped[datetime | None]
    asked_cancel_at: Mapped[datetime | None]
    group_talk_id: Mapped[UUID | None] = mapped_column(ForeignKey("group_talk.id"))
    place: Mapped[int | None]
    mode: Mapped[TalkMode] = choice(TalkMode, default=TalkMode.ON_SITE)
    overbooked_reason: Mapped[OverbookReason | None] = choice(OverbookReason, nullable=True)
    version: Mapped[int] = mapped_column()

    room: Mapped[Room | None] = relationship(lazy="joined")
    interpreter: Mapped[Interpreter | None] = relationship(lazy="joined")
    reservations: Mapped[list[Reservation]] = relationship(
        cascade="all, delete-orphan", order_by="Reservation.resource_id"
    )

    __mapper_args__ = {"version_id_col": version}


class Reservation(Model):
    """One resource taken by an appointment or a group talk, in epoch seconds; buffers are for the engine.

    The database refuses two active rows of a resource that overlap: an exclusion constraint in PostgreSQL,
    a trigger in SQLite (app/migrations). What is busy is not offered: active rows, and those of a talk that staff
    put on top of another one. After `hold_ends` a row counts for nothing; None is for good.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("ends > starts", name="period"),
        CheckConstraint("is_busy OR NOT is_active", name="busy"),
        CheckConstraint("(appointment_id IS NULL) <> (group_talk_id IS NULL)", name="holder"),
        Index(None, "resource_id", "starts"),
    )

    id: Mapped[UUID] = primary_key()
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    group_talk_id: Mapped[UUID | None] = mapped_column(ForeignKey("group_talk.id"), index=True)
    resource_kind: Mapped[ResourceKind] = choice(ResourceKind)
    resource_id: Mapped[UUID]
    starts: Mapped[int] = mapped_column(BigInteger)
    ends: Mapped[int] = mapped_column(BigInteger)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_busy: Mapped[bool] = mapped_column(default=True)
    buffer_before: Mapped[int] = mapped_column(default=office.BUFFER_BEFORE)
    buffer_after: Mapped[int] = mapped_column(default=office.BUFFER_AFTER)
    hold_ends: Mapped[int | None] = mapped_column(BigInteger)


class Invitation(Model):
    """A family's way in without an account: the link holds a random token, this row its hash."""

    __tablename__ = "invitation"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AppointmentKind] = choice(AppointmentKind)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class InterpreterProfile(Sheet):
    """Who an interpreter is; sealed under the organisation's own key."""

    KIND = "interpreter.profile"
    CLASS = SheetClass.LIST

    name: str
    phone: str = ""
    email: str = ""
    remarks: str = ""


class AppointmentSheet(Sheet):
    """What the family said when booking; the code is kept so that a message can name it."""

    KIND = "appointment.family"
    CLASS = SheetClass.CORE

    language: str
    interpreter_language: str = ""
    coming: list[str] = []
    coming_count: int = 1
    children: list[str] = []
    phone: str = ""
    email: str = ""
    channel: str = ""
    code: str = ""
    token: str = ""
    remarks: str = ""
    step_free: bool = False
    childcare: bool = False
    interpreter_gender: str = ""


class InvitationSheet(Sheet):
    """The link itself, so that a letter can be printed again; sealed under the case's key."""

    KIND = "invitation.token"
    CLASS = SheetClass.CORE

    token: str
