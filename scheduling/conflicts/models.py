"""How many conflicts each office had when they were last counted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.data.database import Model


class ConflictCount(Model):
    """A number for the navigation, as finding the conflicts takes longer than a page should."""

    __tablename__ = "conflict_count"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[int]
