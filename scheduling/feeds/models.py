"""Addresses of calendars, who wants changes by mail, and what each was told last."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model
from scheduling.world import ResourceKind


class CalendarFeed(Model):
    """The calendar of one advisor or interpreter under a secret address, of which only the token's hash is kept.

    `etag` is the SHA-256 of what was fetched last, `changed_at` when it became that: the Last-Modified of the feed.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_kind: Mapped[ResourceKind] = choice(ResourceKind)
    person_id: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    etag: Mapped[str] = mapped_column(String(64), default="")
    changed_at: Mapped[datetime]


class CalendarMail(Model):
    """An advisor or interpreter who wants every appointment as an invitation by mail."""

    __tablename__ = "calendar_mail"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_kind: Mapped[ResourceKind] = choice(ResourceKind)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    since: Mapped[datetime]


class CalendarInvite(Model):
    """What somebody was told of an appointment last: a digest of it, and the instant of the change it told."""

    __tablename__ = "calendar_invite"
    __table_args__ = (UniqueConstraint("appointment_id", "person_id"),)

    id: Mapped[UUID] = primary_key()
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    person_id: Mapped[UUID]
    person_kind: Mapped[ResourceKind] = choice(ResourceKind)
    sequence: Mapped[int]
    told: Mapped[str] = mapped_column(String(64))
    stamp: Mapped[datetime]
