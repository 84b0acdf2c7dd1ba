"""Schools, and the record of each attempt to give a child a seat at one."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.data.base import choice, primary_key
from app.data.database import Model
from app.data.records import Sheet
from app.data.sheets import SheetClass
from cases.child_states import RefusalReason
from cases.placement.denomination import Denomination
from cases.placement.directory import is_open, operation_of
from cases.placement.distance import Point
from cases.placement.kinds import Authority, PlacementState
from cases.placement.school_names import school_title
from cases.placement.school_types import SchoolType


class School(Model):
    """A school of the official directory; public data, in the clear (dl-de/by-2-0)."""

    __tablename__ = "school"
    __table_args__ = (Index(None, "municipality", "school_type"),)

    id: Mapped[UUID] = primary_key()
    number: Mapped[str] = mapped_column(String(6), unique=True)
    school_type: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(300))
    short_name: Mapped[str] = mapped_column(String(120))
    denomination: Mapped[str] = mapped_column(String(20), default="")
    street: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(5))
    town: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    homepage: Mapped[str] = mapped_column(String(250), default="")
    municipality: Mapped[str] = mapped_column(String(8))
    operator: Mapped[str] = mapped_column(String(10), default="")
    is_private: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(1))
    is_active: Mapped[bool] = mapped_column(default=True)
    status_since: Mapped[date | None]
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    imported_at: Mapped[datetime]

    @property
    def type(self) -> SchoolType:
        """The school form."""
        return SchoolType(self.school_type)

    @property
    def title(self) -> str:
        """What people call it, in a few words."""
        return school_title(self.name, self.short_name, self.town)

    @property
    def point(self) -> Point | None:
        """Where it lies, EPSG:25832."""
        return None if self.easting is None or self.northing is None else Point(self.easting, self.northing)

    @property
    def kind_of_faith(self) -> Denomination | None:
        """Whether a primary school or Hauptschule is confessional; None for other school forms."""
        return Denomination(self.denomination) if self.denomination else None

    def is_open(self, on: date) -> bool:
        """Whether children can be taught there on a day."""
        return is_open(operation_of(self.status), self.status_since, on)


class Placement(Model):
    """One attempt: proposed by an advisor, assigned by the authority, admitted or refused by the school."""

    __tablename__ = "placement"
    __table_args__ = (Index(None, "child_id", "state"), Index(None, "school_id", "state", "case_id"))

    id: Mapped[UUID] = primary_key()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    state: Mapped[PlacementState] = choice(PlacementState, default=PlacementState.PROPOSED)
    authority: Mapped[Authority] = choice(Authority)
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    handed_over_on: Mapped[date | None]
    handed_over_by: Mapped[UUID | None]
    assigned_on: Mapped[date | None]
    assigned_by: Mapped[UUID | None]
    admitted_on: Mapped[date | None]
    admitted_by: Mapped[UUID | None]
    starts_on: Mapped[date | None]
    refused_on: Mapped[date | None]
    refused_by: Mapped[UUID | None]
    refusal_reason: Mapped[RefusalReason | None] = choice(RefusalReason, nullable=True)
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[UUID | None]

    school: Mapped[School] = relationship(lazy="joined")


class PlacementSheet(Sheet):
    """Why this school, how far (metres, -1 unknown), and what was written when it was refused or taken back.

    `guardians_agree` is their answer to a confessional school, given with the proposal; no religion is kept.
    """

    KIND = "placement.text"
    CLASS = SheetClass.COUNSELLING

    reason: str = ""
    refusal_text: str = ""
    metres: int = -1
    is_estimate: bool = False
    guardians_agree: bool = False
    deviates_because: str = ""
    handed_to: str = ""
    withdrawn_because: str = ""
