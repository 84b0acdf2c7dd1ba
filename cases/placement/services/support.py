"""How initial support ends: in the regular class, later than planned, or at a new search for a seat."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app import clock
from app.data.database import transaction
from app.errors import Invalid
from app.policies import Actor
from cases.child_states import ChildState
from cases.kinds import TaskKind
from cases.models import Child
from cases.placement.initial_support import REVIEWS
from cases.placement.moving import drop_all, lock_child, move_child
from cases.policies import CasePermission
from cases.queries import get_case
from cases.tasks.services import add_task


def extend_support(actor: Actor, *, case_id: UUID, child_id: UUID, until: date) -> Child:
    """Note that support goes on beyond two years; a task asks again on the last day (BASS 13-63 Nr. 3, 4.1.1)."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    if until <= clock.today():
        raise Invalid("until", "past")
    with transaction() as current:
        child = lock_child(current, case, child_id)
        move_child(actor, case, child, ChildState.EXTENDED)
        drop_all(actor, case, child, *REVIEWS)
        add_task(actor, case_id=case.id, child_id=child.id, kind=TaskKind.REVIEW_EXTENSION, due_on=until)
    return child


def enter_regular_class(actor: Actor, *, case_id: UUID, child_id: UUID) -> Child:
    """Note that a child follows all lessons of its class; its reviews are no longer needed."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        child = lock_child(current, case, child_id)
        move_child(actor, case, child, ChildState.REGULAR_CLASS)
        drop_all(actor, case, child, *REVIEWS, TaskKind.CONFIRM_START)
    return child


def complete(actor: Actor, *, case_id: UUID, child_id: UUID) -> Child:
    """Note that nothing is owed to a child in the regular class any more."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        child = lock_child(current, case, child_id)
        move_child(actor, case, child, ChildState.COMPLETED)
    return child


def search_new_seat(actor: Actor, *, case_id: UUID, child_id: UUID) -> Child:
    """Look for another seat because form or stage have to change; the present seat stays until then."""
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        child = lock_child(current, case, child_id)
        move_child(actor, case, child, ChildState.ON_DISTRIBUTION_LIST)
    return child
