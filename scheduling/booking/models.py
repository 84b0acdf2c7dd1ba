"""What guards families' own booking: trusted telephones, and times that cool down before the public sees them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import primary_key
from app.data.database import Model


class TrustedPhone(Model):
    """A school or a shelter that books for many families; the number itself is kept nowhere, only its keyed hash."""

    __tablename__ = "trusted_phone"
    __table_args__ = (UniqueConstraint("organisation_id", "contact_token"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    contact_token: Mapped[bytes] = mapped_column(LargeBinary)
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]


class CoolingTime(Model):
    """A resource's time somebody gave back, in epoch seconds: other families see it again after `until`."""

    __tablename__ = "cooling_time"
    __table_args__ = (Index(None, "organisation_id", "until"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    appointment_id: Mapped[UUID]
    resource_id: Mapped[UUID]
    starts: Mapped[int] = mapped_column(BigInteger)
    ends: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime]
