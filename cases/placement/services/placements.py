"""The way of one attempt to the authority: an advisor proposes a school, hands over, and notes the assignment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import transaction
from app.errors import Conflict, Invalid, WrongState
from app.policies import Actor
from cases.child_states import ChildState
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case, Child
from cases.placement.distance import metres
from cases.placement.kinds import Authority, PlacementState
from cases.placement.models import Placement, PlacementSheet, School
from cases.placement.moving import (
    amend_sheet,
    check_none_open,
    check_past_day,
    drop_all,
    lock_child,
    lock_placement,
    move_child,
    move_placement,
    note_placement,
)
from cases.placement.queries import ChildFile, child_file, home_of, may_tell_authority
from cases.placement.rules import authority_for
from cases.placement.school_types import SchoolType
from cases.policies import CasePermission
from cases.queries import get_case
from cases.tasks.services import add_task

WAIT_FOR_AUTHORITY = timedelta(days=14)
WAIT_FOR_SCHOOL = timedelta(days=14)
SEEKING = frozenset(
    {ChildState.RECOMMENDED, ChildState.WITH_AUTHORITY, ChildState.ON_DISTRIBUTION_LIST, ChildState.REFUSED}
)
"""States in which a school may be proposed: there is a recommendation, and no school has said yes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A school an advisor picks, and why; `deviates_because` when it is none of those the rules list."""

    school_id: UUID
    reason: str
    guardians_agree: bool = False
    deviates_because: str = ""


def propose_school(actor: Actor, *, case_id: UUID, child_id: UUID, choice: Choice) -> Placement:
    """Pick a school for a child with a recommendation; raises Conflict while another attempt is open.

    Raises Invalid for a school that is closed, has refused this child, or is confessional without the
    guardians' agreement, and for a deviation without a reason.
    """
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        child = lock_child(current, case, child_id)
        if child.state not in SEEKING:
            raise WrongState(child.state.value, PlacementState.PROPOSED.value)
        check_none_open(current, child)
        file = child_file(actor, case, child_id)
        school = _allowed_school(current, file, choice)
        placement = _new_attempt(actor, case, child, school, _authority(file))
        current.add(placement)
        current.flush()
        records.create(_words(file, school, choice), record_id=placement.id, scope=case.scope)
        note_placement(actor, case, placement, Action.CREATED)
    return placement


def hand_over(actor: Actor, *, case_id: UUID, placement_id: UUID, on: date, recipient: str = "") -> Placement:
    """Hand a proposal to the authority; a task asks for its answer after two weeks. `recipient` is sealed.

    Raises Invalid when the family has taken back its consent and no law covers it.
    """
    case = get_case(actor, case_id, CasePermission.PLACE)
    check_past_day("on", on)
    with transaction() as current:
        placement, child = lock_placement(current, case, placement_id)
        _check_consent(case)
        move_placement(actor, case, placement, PlacementState.WITH_AUTHORITY)
        placement.handed_over_on, placement.handed_over_by = on, actor.user_id
        if recipient:
            amend_sheet(actor, case, placement, handed_to=recipient)
        if child.state is not ChildState.ON_DISTRIBUTION_LIST:
            move_child(actor, case, child, ChildState.WITH_AUTHORITY)
        drop_all(actor, case, child, TaskKind.FOLLOW_UP_REFUSAL)
        _ask_after(actor, case, child, TaskKind.AWAIT_AUTHORITY, on + WAIT_FOR_AUTHORITY)
    return placement


def put_on_list(actor: Actor, *, case_id: UUID, placement_id: UUID) -> Placement:
    """Note that the authority has no seat now: the child stands on the distribution list, the attempt stays."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        placement, child = lock_placement(current, case, placement_id)
        if placement.state is not PlacementState.WITH_AUTHORITY:
            raise WrongState(placement.state.value, ChildState.ON_DISTRIBUTION_LIST.value)
        move_child(actor, case, child, ChildState.ON_DISTRIBUTION_LIST)
        drop_all(actor, case, child, TaskKind.AWAIT_AUTHORITY)
        _ask_after(actor, case, child, TaskKind.AWAIT_AUTHORITY, clock.today() + WAIT_FOR_AUTHORITY)
    return placement


def record_assignment(
    actor: Actor, *, case_id: UUID, placement_id: UUID, on: date, school_id: UUID | None = None
) -> Placement:
    """Note the authority's act; with another `school_id` the proposal ends and an attempt there takes its place.

    Answers the assigned attempt. Raises Invalid for a day in the future or before the handing over.
    """
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        placement, child = lock_placement(current, case, placement_id)
        check_past_day("on", on, not_before=placement.handed_over_on)
        if school_id is not None and school_id != placement.school_id:
            placement = _replaced(actor, current, case, child, placement, school_id)
        move_placement(actor, case, placement, PlacementState.ASSIGNED)
        placement.assigned_on, placement.assigned_by = on, actor.user_id
        move_child(actor, case, child, ChildState.ASSIGNED)
        drop_all(actor, case, child, TaskKind.AWAIT_AUTHORITY, TaskKind.FOLLOW_UP_REFUSAL)
        _ask_after(actor, case, child, TaskKind.AWAIT_SCHOOL, on + WAIT_FOR_SCHOOL)
    return placement


def record_export(actor: Actor, *, case_id: UUID, placement_id: UUID, fields: list[str]) -> Placement:
    """Note that the sheet for the authority was made: for whom, and which fields stand on it."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        placement, _ = lock_placement(current, case, placement_id)
        _check_consent(case)
        facts: dict[str, str | int | list[str]] = {"recipient": placement.authority.value, "fields": fields}
        note(actor, case, Action.EXPORTED, "placement.sheet", subject_id=placement.id, facts=facts)
    return placement


def _check_consent(case: Case) -> None:
    """Raise Invalid once the family took back what alone allowed telling the authority."""
    if not may_tell_authority(case):
        raise Invalid("consent", "withdrawn")


def _new_attempt(actor: Actor, case: Case, child: Child, school: School, authority: Authority) -> Placement:
    return Placement(
        id=new_id(),
        case_id=case.id,
        child_id=child.id,
        school=school,
        state=PlacementState.PROPOSED,
        authority=authority,
        proposed_by=actor.user_id,
        proposed_at=clock.now(),
    )


def _allowed_school(current: Session, file: ChildFile, choice: Choice) -> School:
    school = current.get(School, choice.school_id)
    if school is None or not school.is_open(clock.today()):
        raise Invalid("school", "closed")
    if any(a.placement.school_id == school.id and a.placement.state is PlacementState.REFUSED for a in file.attempts):
        raise Invalid("school", "refused_before")
    confessional = school.kind_of_faith is not None and school.kind_of_faith.is_confessional
    if school.type is SchoolType.GRUNDSCHULE and confessional and not choice.guardians_agree:
        raise Invalid("guardians_agree", "required")
    is_special = school.type.needs_special_procedure or file.stage not in school.type.stages
    if is_special and not choice.deviates_because:
        raise Invalid("deviates_because", "required")
    return school


def _authority(file: ChildFile) -> Authority:
    authority = authority_for(file.stage)
    if authority is None:
        raise Invalid("stage", "no_seat_due")
    return authority


def _words(file: ChildFile, school: School, choice: Choice) -> PlacementSheet:
    home = home_of(file)
    point = school.point
    return PlacementSheet(
        reason=choice.reason,
        metres=metres(home.point, point) if home is not None and point is not None else -1,
        is_estimate=home is not None and home.is_estimate,
        guardians_agree=choice.guardians_agree,
        deviates_because=choice.deviates_because,
    )


def _replaced(actor: Actor, current: Session, case: Case, child: Child, old: Placement, school_id: UUID) -> Placement:
    """End a proposal because the authority chose another school, and open the attempt there."""
    if old.state is not PlacementState.WITH_AUTHORITY:
        raise Conflict("not with the authority")
    file = child_file(actor, case, child.id)
    reason = "Die Schulaufsicht hat diese Schule gewählt."
    school = _allowed_school(current, file, Choice(school_id, reason, guardians_agree=True, deviates_because=reason))
    move_placement(actor, case, old, PlacementState.WITHDRAWN)
    old.withdrawn_on, old.withdrawn_by = clock.today(), actor.user_id
    amend_sheet(actor, case, old, withdrawn_because="Die Schulaufsicht hat eine andere Schule zugewiesen.")
    new = _new_attempt(actor, case, child, school, old.authority)
    new.state = PlacementState.WITH_AUTHORITY
    new.handed_over_on, new.handed_over_by = old.handed_over_on, old.handed_over_by
    current.add(new)
    current.flush()
    records.create(_words(file, school, Choice(school_id, reason)), record_id=new.id, scope=case.scope)
    note_placement(actor, case, new, Action.CREATED)
    return new


def _ask_after(actor: Actor, case: Case, child: Child, kind: TaskKind, due_on: date) -> None:
    add_task(actor, case_id=case.id, child_id=child.id, kind=kind, due_on=max(due_on, clock.today()))
