"""Ends of the way that lead through no placement, and taking a child up again."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app import clock
from app.data.database import transaction
from app.errors import Invalid
from app.policies import Actor
from cases.child_states import SIDE_EXITS, ChildState
from cases.kinds import TaskKind
from cases.models import Child
from cases.placement.initial_support import REVIEWS
from cases.placement.kinds import PlacementState
from cases.placement.moving import (
    amend_sheet,
    check_past_day,
    check_start,
    drop_all,
    lock_child,
    move_child,
    move_placement,
    open_attempt,
)
from cases.policies import CasePermission
from cases.queries import get_case

_ENDED = (
    TaskKind.AWAIT_AUTHORITY,
    TaskKind.AWAIT_SCHOOL,
    TaskKind.FOLLOW_UP_REFUSAL,
    TaskKind.CONFIRM_START,
    *REVIEWS,
)


def leave(actor: Actor, *, case_id: UUID, child_id: UUID, state: ChildState, on: date) -> Child:
    """End a child's way by a side exit; an open attempt is taken back and its tasks are dropped.

    Only for a school the family found itself does `on`, the first school day, count as a seat; any other exit
    happened by then. Raises Invalid for a state that is no exit.
    """
    case = get_case(actor, case_id, CasePermission.PLACE)
    if state not in SIDE_EXITS:
        raise Invalid("state", "unknown")
    found_school = state is ChildState.FOUND_OWN_SCHOOL
    if found_school:
        check_start(on, not_before=None)
    else:
        check_past_day("on", on)
    with transaction() as current:
        child = lock_child(current, case, child_id)
        attempt = open_attempt(current, child)
        if attempt is not None:
            move_placement(actor, case, attempt, PlacementState.WITHDRAWN)
            attempt.withdrawn_on, attempt.withdrawn_by = clock.today(), actor.user_id
            amend_sheet(actor, case, attempt, withdrawn_because=state.label)
        move_child(actor, case, child, state)
        if found_school:
            child.seated_on = on
        drop_all(actor, case, child, *_ENDED)
    return child


def take_up_again(actor: Actor, *, case_id: UUID, child_id: UUID) -> Child:
    """Take a child up again after a side exit: it is reported once more and the clock runs on."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        child = lock_child(current, case, child_id)
        move_child(actor, case, child, ChildState.REPORTED)
        child.seated_on = child.support_started_on = None
    return child
