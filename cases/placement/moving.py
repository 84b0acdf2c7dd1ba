"""Moving a child and its attempts on inside an open transaction: rows locked, steps checked, the trail written."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.data import records
from app.data.audit import Action
from app.errors import Conflict, Invalid, NotFound, WrongState
from app.policies import Actor
from cases.child_states import ChildState, TransitionError, check_transition
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case, Child
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement, PlacementSheet
from cases.placement.queries import OPEN_STATES
from cases.tasks.services import drop_tasks

LONGEST_AHEAD = timedelta(days=400)
"""A first school day further away than this is a slip of the keyboard."""

_STEPS = {
    PlacementState.PROPOSED: {PlacementState.WITH_AUTHORITY, PlacementState.WITHDRAWN},
    PlacementState.WITH_AUTHORITY: {PlacementState.ASSIGNED, PlacementState.REFUSED, PlacementState.WITHDRAWN},
    PlacementState.ASSIGNED: {PlacementState.ADMITTED, PlacementState.REFUSED, PlacementState.WITHDRAWN},
    PlacementState.ADMITTED: {PlacementState.REFUSED},
    PlacementState.REFUSED: set(),
    PlacementState.WITHDRAWN: set(),
}


def lock_child(current: Session, case: Case, child_id: UUID) -> Child:
    """The child's row, read again under its lock, so that two people decide one after the other."""
    query = select(Child).where(Child.id == child_id, Child.case_id == case.id).with_for_update()
    child = current.scalar(query.execution_options(populate_existing=True))
    if child is None:
        raise NotFound("child")
    return child


def lock_placement(current: Session, case: Case, placement_id: UUID) -> tuple[Placement, Child]:
    """An attempt of the case and its child, both read again under the child's lock."""
    child_id = current.scalar(
        select(Placement.child_id).where(Placement.id == placement_id, Placement.case_id == case.id)
    )
    if child_id is None:
        raise NotFound("placement")
    child = lock_child(current, case, child_id)
    query = select(Placement).where(Placement.id == placement_id)
    return current.scalars(query.execution_options(populate_existing=True)).unique().one(), child


def open_attempt(current: Session, child: Child) -> Placement | None:
    """The attempt of a child that somebody still has to act on."""
    query = select(Placement).where(Placement.child_id == child.id, Placement.state.in_(OPEN_STATES))
    return current.scalars(query).unique().first()


def check_none_open(current: Session, child: Child) -> None:
    """Raise Conflict when an attempt is open already."""
    if open_attempt(current, child) is not None:
        raise Conflict("an attempt is open")


def move_child(actor: Actor, case: Case, child: Child, *path: ChildState) -> None:
    """Take a child along steps the workflow knows; raises WrongState for any other."""
    for state in path:
        if child.state is state:
            continue
        old = child.state
        try:
            check_transition(old, state)
        except TransitionError:
            raise WrongState(old.value, state.value) from None
        child.state = state
        note(
            actor,
            case,
            Action.CHANGED,
            "child.state",
            subject_id=child.id,
            facts={"from": old.value, "to": state.value},
        )


def move_placement(actor: Actor, case: Case, placement: Placement, state: PlacementState) -> None:
    """Take an attempt one step on; raises WrongState for one the workflow does not know."""
    old = placement.state
    if state not in _STEPS[old]:
        raise WrongState(old.value, state.value)
    placement.state = state
    note_placement(actor, case, placement, Action.CHANGED, old=old)


def note_placement(
    actor: Actor, case: Case, placement: Placement, action: Action, *, old: PlacementState | None = None
) -> None:
    """Write what happened to an attempt into the trail: states, the school's number, the seal of its words."""
    note(
        actor,
        case,
        action,
        "placement",
        subject_id=placement.id,
        digest=records.digest(PlacementSheet, placement.id),
        facts={
            "from": old.value if old else "",
            "to": placement.state.value,
            "school": placement.school.number,
        },
    )


def amend_sheet(actor: Actor, case: Case, placement: Placement, **words: str) -> None:
    """Add words to what lies sealed about an attempt."""
    stored = records.find(PlacementSheet, placement.id, reader=actor.organisation_id)
    sheet = stored.sheet if stored is not None else PlacementSheet()
    for name, value in words.items():
        setattr(sheet, name, value)
    records.put(sheet, record_id=placement.id, scope=case.scope)


def check_past_day(field: str, day: date, *, not_before: date | None = None) -> None:
    """Raise Invalid for a day in the future, or before the step that came before."""
    if day > clock.today():
        raise Invalid(field, "future")
    if not_before is not None and day < not_before:
        raise Invalid(field, "before_previous")


def check_start(starts_on: date, *, not_before: date | None) -> None:
    """Raise Invalid for a first school day before the assignment, or more than a school year ahead."""
    if not_before is not None and starts_on < not_before:
        raise Invalid("starts_on", "before_previous")
    if starts_on > clock.today() + LONGEST_AHEAD:
        raise Invalid("starts_on", "too_far")


def drop_all(actor: Actor, case: Case, child: Child, *kinds: TaskKind) -> None:
    """Drop a child's open tasks of these kinds."""
    for kind in kinds:
        drop_tasks(actor, case_id=case.id, kind=kind, child_id=child.id)
