"""Who waits for a seat, in the four bands of the distribution list (Verteilliste), longest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from app import clock
from app.data import records
from app.data.database import session
from app.policies import Actor, authorise, permits
from cases import schooling
from cases.bands import Band
from cases.child_states import WITHOUT_SEAT, ChildState
from cases.keeping import child_name
from cases.models import Case, Child
from cases.placement.policies import PlacementPermission
from cases.placement.reading import facts_from_sheets
from cases.placement.recommendation import decision_of
from cases.placement.rules import assess, band_for
from cases.queries import visible_to
from cases.sheets import ChildSheet, FamilySheet
from cases.states import CaseState


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """One child that waits: `days` since compulsory schooling began, None where it has not begun or is unknown."""

    case_id: UUID
    child_id: UUID
    reference: str
    name: str
    born: str
    band: Band | None
    state: ChildState
    days: int | None
    starts_on: date | None
    may_read: bool


@dataclass(frozen=True, slots=True)
class BandSummary:
    """How many wait in a band, and the median and the longest of their days."""

    band: Band
    count: int
    median_days: int | None
    longest: int | None


@dataclass(frozen=True, slots=True, repr=False)
class DistributionList:
    """The list: a summary of each band, its children by days, and those the rules can give no band."""

    bands: tuple[BandSummary, ...]
    rows: tuple[Waiting, ...]

    def of(self, band: Band | None) -> tuple[Waiting, ...]:
        """The children of one band, the longest wait first."""
        return tuple(row for row in self.rows if row.band is band)

    @property
    def median_days(self) -> int | None:
        """The median of all days."""
        return _median(self.rows)


def waiting_children(actor: Actor) -> DistributionList:
    """Every child without a seat in the cases this actor may know of; a child that starts later still waits."""
    authorise(actor, PlacementPermission.SEE_DISTRIBUTION)
    today = clock.today()
    without = or_(Child.state.in_(WITHOUT_SEAT), and_(Child.state == ChildState.ADMITTED, Child.seated_on > today))
    query = select(Child).join(Case).where(visible_to(actor), Case.state != CaseState.CLOSED, without)
    children = session().scalars(query.options(selectinload(Child.case).selectinload(Case.access))).all()
    rows = sorted(
        _rows(actor, children, today), key=lambda row: (-(row.days if row.days is not None else -1), row.name)
    )
    return DistributionList(tuple(_summary(band, rows) for band in Band), tuple(rows))


def _rows(actor: Actor, children: Sequence[Child], today: date) -> list[Waiting]:
    sheets = records.find_many(ChildSheet, [child.id for child in children], reader=actor.organisation_id)
    families = records.find_many(FamilySheet, {child.case_id for child in children}, reader=actor.organisation_id)
    return [
        _row(actor, child, families[child.case_id].sheet, sheets[child.id].sheet, today)
        for child in children
        if child.id in sheets and child.case_id in families
    ]


def _row(actor: Actor, child: Child, family: FamilySheet, sheet: ChildSheet, today: date) -> Waiting:
    return Waiting(
        case_id=child.case_id,
        child_id=child.id,
        reference=child.case.reference,
        name=child_name(sheet) if sheet.family_name else f"{sheet.given_names} {family.family_name}",
        born=sheet.born,
        band=_band(child, family, sheet, today),
        state=child.state,
        days=schooling.days_without_seat(child, on=today),
        starts_on=child.seated_on,
        may_read=permits(actor, PlacementPermission.READ, child.case),
    )


def _band(child: Child, family: FamilySheet, sheet: ChildSheet, today: date) -> Band | None:
    """The band of the advisor's recommendation, else the one the rules propose."""
    decision = decision_of(sheet)
    if decision is not None and decision.grade:
        return band_for(decision.stage, decision.grade)
    facts = facts_from_sheets(family, sheet)
    if facts is None:
        return None
    return assess(facts, on=today, stage=decision.stage if decision else None).band


def _summary(band: Band, rows: Sequence[Waiting]) -> BandSummary:
    own = [row for row in rows if row.band is band]
    known = [row.days for row in own if row.days is not None]
    return BandSummary(band, len(own), _median(own), max(known, default=None))


def _median(rows: Sequence[Waiting]) -> int | None:
    known = [row.days for row in rows if row.days is not None]
    return round(median(known)) if known else None
