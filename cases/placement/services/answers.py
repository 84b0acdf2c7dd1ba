"""What the school answers, and an attempt taken back: admitted with a first day, or refused in writing."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from app import clock
from app.data.database import transaction
from app.errors import Invalid, WrongState
from app.policies import Actor
from cases.child_states import ChildState, RefusalReason
from cases.kinds import TaskKind
from cases.models import Case, Child
from cases.placement.initial_support import REVIEWS, needs_initial_support, plan_reviews
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement
from cases.placement.moving import (
    amend_sheet,
    check_past_day,
    check_start,
    drop_all,
    lock_placement,
    move_child,
    move_placement,
)
from cases.placement.queries import child_file
from cases.policies import CasePermission
from cases.queries import get_case
from cases.tasks.services import add_task

FOLLOW_UP = timedelta(days=2)


def record_admission(actor: Actor, *, case_id: UUID, placement_id: UUID, on: date, starts_on: date) -> Placement:
    """Note that the school admitted the child and when it starts; without a first day nothing is closed.

    The clock without a seat stops on `starts_on`. Initial support with its reviews begins on that day; while it
    lies ahead the child stays "admitted" and a task asks whether it came.
    """
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        placement, child = lock_placement(current, case, placement_id)
        check_past_day("on", on, not_before=placement.assigned_on)
        check_start(starts_on, not_before=placement.assigned_on)
        move_placement(actor, case, placement, PlacementState.ADMITTED)
        placement.admitted_on, placement.admitted_by, placement.starts_on = on, actor.user_id, starts_on
        move_child(actor, case, child, ChildState.ADMITTED)
        child.seated_on = starts_on
        drop_all(actor, case, child, TaskKind.AWAIT_SCHOOL, TaskKind.AWAIT_AUTHORITY, TaskKind.FOLLOW_UP_REFUSAL)
        _begin_school(actor, case, child, starts_on)
    return placement


def confirm_start(actor: Actor, *, case_id: UUID, placement_id: UUID, started_on: date) -> Placement:
    """Note the day on which an admitted child really came; reviews follow that day."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    check_past_day("started_on", started_on)
    with transaction() as current:
        placement, child = lock_placement(current, case, placement_id)
        if placement.state is not PlacementState.ADMITTED or child.state is not ChildState.ADMITTED:
            raise WrongState(child.state.value, ChildState.INITIAL_SUPPORT.value)
        check_start(started_on, not_before=placement.assigned_on)
        placement.starts_on = child.seated_on = started_on
        _begin_school(actor, case, child, started_on)
    return placement


def record_refusal(
    actor: Actor, *, case_id: UUID, placement_id: UUID, on: date, reason: RefusalReason, text: str
) -> Placement:
    """Note a written refusal; the pair is out from now on, and a task asks for the next try.

    Raises Invalid("text", "required") without what was written: a refusal needs its reason in words.
    """
    case = get_case(actor, case_id, CasePermission.PLACE)
    if not text:
        raise Invalid("text", "required")
    with transaction() as current:
        placement, child = lock_placement(current, case, placement_id)
        check_past_day("on", on, not_before=placement.handed_over_on)
        move_placement(actor, case, placement, PlacementState.REFUSED)
        placement.refused_on, placement.refused_by, placement.refusal_reason = on, actor.user_id, reason
        amend_sheet(actor, case, placement, refusal_text=text)
        asked = (ChildState.WITH_AUTHORITY, ChildState.ON_DISTRIBUTION_LIST)
        path = (ChildState.SCHOOL_PROPOSED,) if child.state in asked else ()
        move_child(actor, case, child, *path, ChildState.REFUSED)
        _without_seat(actor, case, child)
        add_task(
            actor,
            case_id=case.id,
            child_id=child.id,
            kind=TaskKind.FOLLOW_UP_REFUSAL,
            due_on=clock.today() + FOLLOW_UP,
        )
    return placement


def withdraw(actor: Actor, *, case_id: UUID, placement_id: UUID, because: str) -> Placement:
    """Take an attempt back before the school was assigned; raises WrongState afterwards."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    if not because:
        raise Invalid("because", "required")
    with transaction() as current:
        placement, child = lock_placement(current, case, placement_id)
        if placement.state is PlacementState.ASSIGNED:
            raise WrongState(placement.state.value, PlacementState.WITHDRAWN.value)
        was_with_authority = placement.state is PlacementState.WITH_AUTHORITY
        move_placement(actor, case, placement, PlacementState.WITHDRAWN)
        placement.withdrawn_on, placement.withdrawn_by = clock.today(), actor.user_id
        amend_sheet(actor, case, placement, withdrawn_because=because)
        if was_with_authority:
            move_child(actor, case, child, ChildState.RECOMMENDED)
            drop_all(actor, case, child, TaskKind.AWAIT_AUTHORITY)
    return placement


def _begin_school(actor: Actor, case: Case, child: Child, starts_on: date) -> None:
    """Set the reviews from the first school day, and move the child there once that day has come."""
    file = child_file(actor, case, child.id)
    supported = needs_initial_support(file.decision.support if file.decision else None)
    drop_all(actor, case, child, TaskKind.CONFIRM_START)
    if supported:
        child.support_started_on = starts_on
        literacy = file.decision is not None and file.decision.literacy_group
        plan_reviews(actor, case, child, starts_on, literacy_group=literacy)
    if starts_on > clock.today():
        add_task(actor, case_id=case.id, child_id=child.id, kind=TaskKind.CONFIRM_START, due_on=starts_on)
        return
    move_child(actor, case, child, ChildState.INITIAL_SUPPORT if supported else ChildState.REGULAR_CLASS)


def _without_seat(actor: Actor, case: Case, child: Child) -> None:
    """Let the clock run again: no first day, no support, none of the tasks that belong to a seat."""
    child.seated_on = child.support_started_on = None
    kinds = (TaskKind.AWAIT_SCHOOL, TaskKind.AWAIT_AUTHORITY, TaskKind.CONFIRM_START, *REVIEWS)
    drop_all(actor, case, child, *kinds)
