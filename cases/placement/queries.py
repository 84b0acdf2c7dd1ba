"""One child on its way to a seat: the file, the proposal of the rules, the attempts so far, the schools that suit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, permits
from cases import schooling
from cases.child_states import FINAL, ChildState
from cases.consents.queries import has_withdrawn, may_read_health
from cases.keeping import child_name
from cases.kinds import ConsentPurpose
from cases.models import Case, Child, Consent
from cases.placement import schools
from cases.placement.distance import Home, Point, locate_home
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement, PlacementSheet, School
from cases.placement.options import SchoolChild, SchoolOptions, Sibling, suitable_schools
from cases.placement.policies import PlacementPermission
from cases.placement.reading import facts_from_sheets
from cases.placement.recommendation import Decision, decision_of
from cases.placement.rules import Assessment, assess
from cases.placement.school_types import SchoolType, Stage
from cases.policies import CasePermission
from cases.queries import children_of, family_of
from cases.sheets import ChildSheet, FamilySheet, HealthSheet

OPEN_STATES = (PlacementState.PROPOSED, PlacementState.WITH_AUTHORITY, PlacementState.ASSIGNED)
"""An attempt that somebody still has to act on; a child has one at most."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a seat with what lies sealed about it."""

    placement: Placement
    sheet: PlacementSheet

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act on it."""
        return self.placement.state in OPEN_STATES


@dataclass(frozen=True, slots=True, repr=False)
class ChildFile:
    """What the page of one child's seat shows; `version` is the lock of the child's sheet."""

    case: Case
    child: Child
    family: FamilySheet
    sheet: ChildSheet
    version: int
    proposal: Assessment | None
    decision: Decision | None
    attempts: tuple[Attempt, ...]
    days: int | None

    @property
    def name(self) -> str:
        """What to call the child on the page."""
        return child_name(self.sheet)

    @property
    def current(self) -> Attempt | None:
        """The attempt that is open, if there is one."""
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    @property
    def seat(self) -> Attempt | None:
        """The attempt that led to a seat, the latest first."""
        return next((a for a in self.attempts if a.placement.state is PlacementState.ADMITTED), None)

    @property
    def attempt_id(self) -> UUID | None:
        """The attempt that the page's buttons act on: the open one, else the one that led to the seat."""
        attempt = self.current or self.seat
        return attempt.placement.id if attempt is not None else None

    @property
    def is_over(self) -> bool:
        """Whether nothing is owed to the child any more."""
        return self.child.state in FINAL

    @property
    def stage(self) -> Stage:
        """The stage a school is looked for: the advisor's choice, else what the rules propose."""
        if self.decision is not None:
            return self.decision.stage
        return self.proposal.stage if self.proposal is not None else Stage.NONE

    @property
    def grade(self) -> int:
        """The grade that decides what counts as a long way."""
        if self.decision is not None and self.decision.grade:
            return self.decision.grade
        return (self.proposal.grade if self.proposal is not None else None) or 1

    @property
    def awaits_start(self) -> bool:
        """Whether a school has admitted the child and the first school day is not confirmed."""
        return self.child.state is ChildState.ADMITTED


def assess_child(actor: Actor, case: Case, child: Child, *, stage: Stage | None = None) -> Assessment | None:
    """What today's rules propose for a child; None without a readable birth date. `stage` is the advisor's choice."""
    if not permits(actor, PlacementPermission.READ, case):
        raise NotFound("case")
    sheet = records.get(ChildSheet, child.id, reader=actor.organisation_id).sheet
    return _assess(case, family_of(actor, case).sheet, sheet, stage)


def child_files(actor: Actor, case: Case) -> list[ChildFile]:
    """The file of every child of a case, in order; raises NotFound for those who may not read placements."""
    if not permits(actor, PlacementPermission.READ, case):
        raise NotFound("case")
    family, sheets = family_of(actor, case).sheet, children_of(actor, case)
    attempts = _attempts(actor, case)
    today = clock.today()
    return [
        ChildFile(
            case=case,
            child=child,
            family=family,
            sheet=sheets[child.id].sheet,
            version=sheets[child.id].version,
            proposal=_assess(case, family, sheets[child.id].sheet, None),
            decision=decision_of(sheets[child.id].sheet),
            attempts=tuple(attempt for attempt in attempts if attempt.placement.child_id == child.id),
            days=schooling.days_without_seat(child, on=today),
        )
        for child in case.children
    ]


def child_file(actor: Actor, case: Case, child_id: UUID) -> ChildFile:
    """The file of one child of a case; raises NotFound for a child of another."""
    for file in child_files(actor, case):
        if file.child.id == child_id:
            return file
    raise NotFound("child")


def get_placement(actor: Actor, case: Case, placement_id: UUID) -> Placement:
    """An attempt of this case; raises NotFound for one of another."""
    placement = session().get(Placement, placement_id)
    if placement is None or placement.case_id != case.id or not permits(actor, PlacementPermission.READ, case):
        raise NotFound("placement")
    return placement


def options_for(
    actor: Actor, file: ChildFile, *, type_: SchoolType | None, agree: bool | None, limit: int
) -> SchoolOptions:
    """The schools that suit a child now; `agree` is the guardians' answer to confessional schools, if they gave one."""
    on = clock.today()
    found = schools.schools_of_town()
    home = home_of(file)
    facts = [schools.facts_of(school, on) for school in found if type_ is None or school.type is type_]
    child = SchoolChild(
        grade=file.grade,
        is_gymnasium_suitable=file.sheet.gymnasium_suitable,
        accepts_confessional=agree,
        has_special_needs=_has_special_needs(actor, file),
        is_adult=file.proposal is not None and file.proposal.age >= 18,
        refused_schools=frozenset(
            a.placement.school.number for a in file.attempts if a.placement.state is PlacementState.REFUSED
        ),
        siblings=_siblings(actor, file),
    )
    return suitable_schools(child, facts, home=home, stage=file.stage, limit=limit)


def home_of(file: ChildFile) -> Home | None:
    """Where the family lives: its noted point, else the centre of its postcode."""
    family = file.family
    exact = Point(family.easting, family.northing) if family.easting and family.northing else None
    return locate_home(exact, family.postcode, schools.centroids())


def may_tell_authority(case: Case) -> bool:
    """Whether nothing forbids telling the authority: the family did not take back what alone allowed it."""
    return not has_withdrawn(case.id, ConsentPurpose.SCHOOL_AUTHORITY)


def has_consent(case: Case, on: date) -> bool:
    """Whether the family agreed that the authority is told, and has not taken it back."""
    query = select(Consent.id).where(
        Consent.case_id == case.id,
        Consent.purpose == ConsentPurpose.SCHOOL_AUTHORITY,
        Consent.withdrawn_on.is_(None),
        Consent.given_on <= on,
    )
    return session().scalar(query.limit(1)) is not None


def _assess(case: Case, family: FamilySheet, sheet: ChildSheet, stage: Stage | None) -> Assessment | None:
    facts = facts_from_sheets(family, sheet, reported_on=clock.local(case.opened_at).date())
    return assess(facts, on=clock.today(), stage=stage) if facts is not None else None


def _attempts(actor: Actor, case: Case) -> list[Attempt]:
    """Every attempt in a case, the latest first."""
    query = select(Placement).where(Placement.case_id == case.id).order_by(Placement.id.desc())
    placements = session().scalars(query).all()
    sheets = records.of_case(PlacementSheet, case.id, reader=actor.organisation_id)
    return [Attempt(row, sheets[row.id].sheet if row.id in sheets else PlacementSheet()) for row in placements]


def _siblings(actor: Actor, file: ChildFile) -> tuple[Sibling, ...]:
    """Schools where brothers and sisters have a seat or are about to get one, at each stage the school teaches."""
    query = select(Placement.child_id, School).join(School, School.id == Placement.school_id)
    query = query.where(
        Placement.case_id == file.case.id,
        Placement.child_id != file.child.id,
        Placement.state.in_((PlacementState.WITH_AUTHORITY, PlacementState.ASSIGNED, PlacementState.ADMITTED)),
    )
    stages = _stages_of_siblings(actor, file)
    return tuple(Sibling(row[1].number, stages[row[0]]) for row in session().execute(query) if row[0] in stages)


def _stages_of_siblings(actor: Actor, file: ChildFile) -> dict[UUID, Stage]:
    ids = [child.id for child in file.case.children if child.id != file.child.id]
    sheets = records.find_many(ChildSheet, ids, reader=actor.organisation_id)
    decisions = {child_id: decision_of(stored.sheet) for child_id, stored in sheets.items()}
    return {child_id: decision.stage for child_id, decision in decisions.items() if decision is not None}


def _has_special_needs(actor: Actor, file: ChildFile) -> bool:
    """Whether the procedure on special needs is open, for those who may know (Art. 9 GDPR)."""
    if not permits(actor, CasePermission.READ_HEALTH, file.case) or not may_read_health(file.case.id):
        return False
    stored = records.find(HealthSheet, file.child.id, reader=actor.organisation_id)
    return stored is not None and stored.sheet.special_needs_procedure
