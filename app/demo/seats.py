"""The way of an invented child to its seat: proposals, assignments, admissions, and refusals with their reasons."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from app.data.base import new_id
from app.data.database import session
from app.demo.batch import Batch
from app.demo.inventing import texts
from cases.child_states import ChildState, RefusalReason
from cases.models import Case, Child
from cases.placement.directory import DUESSELDORF
from cases.placement.kinds import Authority, PlacementState
from cases.placement.models import Placement, PlacementSheet, School
from cases.placement.school_types import Stage
from cases.sheets import ChildSheet

_S, _P = ChildState, PlacementState
ATTEMPTS = {
    _S.WITH_AUTHORITY: _P.WITH_AUTHORITY,
    _S.ON_DISTRIBUTION_LIST: _P.WITH_AUTHORITY,
    _S.SCHOOL_PROPOSED: _P.PROPOSED,
    _S.ADMISSION_TALK: _P.PROPOSED,
    _S.ASSIGNED: _P.ASSIGNED,
    _S.REFUSED: _P.REFUSED,
    _S.ADMITTED: _P.ADMITTED,
    _S.INITIAL_SUPPORT: _P.ADMITTED,
    _S.EXTENDED: _P.ADMITTED,
    _S.REGULAR_CLASS: _P.ADMITTED,
    _S.COMPLETED: _P.ADMITTED,
}
AT_SCHOOL = frozenset({_S.INITIAL_SUPPORT, _S.EXTENDED, _S.REGULAR_CLASS, _S.COMPLETED})
AFTER_ASSIGNMENT = frozenset({_P.ASSIGNED, _P.ADMITTED, _P.REFUSED})


class Seats:
    """Knows the schools of the town and gives each child one that fits its recommendation."""

    def __init__(self) -> None:
        self._schools: dict[str, list[UUID]] = defaultdict(list)
        query = select(School.school_type, School.id).where(
            School.municipality == DUESSELDORF, School.is_active.is_(True)
        )
        for school_type, school_id in session().execute(query.order_by(School.number)):
            self._schools[school_type].append(school_id)

    def add(
        self,
        batch: Batch,
        case: Case,
        child: Child,
        sheet: ChildSheet,
        random: Random,
        *,
        talk: datetime,
        now: datetime,
    ) -> None:
        """The attempts of one child since its talk; sets the days of seat and support on the child."""
        schools = self._schools.get(sheet.recommended_school_type) or []
        state = ATTEMPTS.get(child.state)
        if state is None or not schools:
            return
        span = max(4, (now - talk).days)
        proposed_at = talk + timedelta(days=1)
        upper = sheet.recommended_stage == Stage.UPPER_SECONDARY
        authority = Authority.BEZIRKSREGIERUNG if upper else Authority.SCHULAMT
        if state is PlacementState.ADMITTED and random.random() < 0.2:
            self._attempt(
                batch, case, child, random, random.choice(schools), _P.REFUSED, proposed_at, min(span, 20), authority
            )
        attempt = self._attempt(
            batch, case, child, random, random.choice(schools), state, proposed_at, min(span, 60), authority
        )
        if attempt.admitted_on is not None:
            child.seated_on = attempt.admitted_on
            if child.state in AT_SCHOOL:
                child.support_started_on = attempt.starts_on

    def _attempt(
        self,
        batch: Batch,
        case: Case,
        child: Child,
        random: Random,
        school_id: UUID,
        state: PlacementState,
        proposed_at: datetime,
        span: int,
        authority: Authority,
    ) -> Placement:
        start = proposed_at.date()
        assigned = start + timedelta(days=span // 2) if state in AFTER_ASSIGNMENT else None
        answered: date = start + timedelta(days=max(1, span - 2))
        placement = Placement(
            id=new_id(),
            case_id=case.id,
            child_id=child.id,
            school_id=school_id,
            state=state,
            authority=authority,
            proposed_by=case.advisor_id,
            proposed_at=proposed_at,
            handed_over_on=start + timedelta(days=1) if state is not _P.PROPOSED else None,
            handed_over_by=case.advisor_id if state is not _P.PROPOSED else None,
            assigned_on=assigned,
            assigned_by=case.advisor_id if assigned else None,
        )
        words = PlacementSheet(reason=random.choice(texts()["reasons"]))
        if state is _P.ADMITTED:
            placement.admitted_on, placement.admitted_by = answered, case.advisor_id
            placement.starts_on = answered + timedelta(days=4)
        if state is _P.REFUSED:
            placement.refused_on, placement.refused_by = answered, case.advisor_id
            placement.refusal_reason = random.choice((RefusalReason.NO_CAPACITY, RefusalReason.NO_STAFF))
            words.refusal_text = random.choice(texts()["refusals"])
        batch.rows.append(placement)
        batch.sheets.append((words, placement.id, case.scope))
        return placement
