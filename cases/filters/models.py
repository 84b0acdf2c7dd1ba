"""Filters of the case list that somebody kept, and which of them a person's list begins with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import primary_key
from app.data.database import Model
from app.data.records import Scope, Sheet
from app.data.sheets import SheetClass


class SavedFilter(Model):
    """A filter somebody kept, for one or for the whole house; `settings` hold codes and ids, as an address does."""

    __tablename__ = "saved_filter"
    __table_args__ = (Index(None, "organisation_id", "owner_id"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    is_shared: Mapped[bool]
    settings: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    @property
    def scope(self) -> Scope:
        """Under whose key its name is sealed: the house's own."""
        return Scope(self.organisation_id)


class FilterDefault(Model):
    """The filter a person's list of cases begins with."""

    __tablename__ = "filter_default"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    filter_id: Mapped[UUID] = mapped_column(ForeignKey("saved_filter.id", ondelete="CASCADE"))


class SavedFilterName(Sheet):
    """What its owner calls a filter: free words, which may name somebody."""

    KIND = "saved_filter.name"
    CLASS = SheetClass.LIST

    name: str
