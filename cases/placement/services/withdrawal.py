"""What ends when a family takes back its consent that the school authority is told."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data.database import session, transaction
from app.policies import Actor
from cases.child_states import ChildState
from cases.consents.queries import has_withdrawn
from cases.kinds import ConsentPurpose, TaskKind
from cases.models import Case, Child, Consent
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement
from cases.placement.moving import amend_sheet, drop_all, lock_placement, move_child, move_placement
from cases.policies import CasePermission
from cases.queries import get_case
from cases.tasks.services import add_task

BECAUSE = "Die Familie hat ihre Einwilligung zur Weitergabe an die Schulaufsicht widerrufen."
WITH_THEM = (ChildState.WITH_AUTHORITY, ChildState.ON_DISTRIBUTION_LIST)


def heed_withdrawal(actor: Actor, consent: Consent) -> None:
    """Take back what lies with the authority, and have it told; unless a law or another consent still covers it."""
    case = get_case(actor, consent.case_id, CasePermission.MANAGE_CONSENTS)
    with transaction() as current:
        current.flush()
        if not has_withdrawn(case.id, ConsentPurpose.SCHOOL_AUTHORITY):
            return
        for placement_id in _with_authority(case.id):
            placement, child = lock_placement(current, case, placement_id)
            _take_back(actor, case, placement, child)


def _take_back(actor: Actor, case: Case, placement: Placement, child: Child) -> None:
    move_placement(actor, case, placement, PlacementState.WITHDRAWN)
    placement.withdrawn_on, placement.withdrawn_by = clock.today(), actor.user_id
    amend_sheet(actor, case, placement, withdrawn_because=BECAUSE)
    if child.state in WITH_THEM:
        move_child(actor, case, child, ChildState.RECOMMENDED)
    drop_all(actor, case, child, TaskKind.AWAIT_AUTHORITY)
    text = f"Einwilligung widerrufen: bitte {placement.authority.label} um Rückgabe und Löschung des Bogens bitten."
    add_task(actor, case_id=case.id, child_id=child.id, kind=TaskKind.GENERAL, due_on=clock.today(), text=text)


def _with_authority(case_id: UUID) -> list[UUID]:
    query = select(Placement.id).where(Placement.case_id == case_id, Placement.state == PlacementState.WITH_AUTHORITY)
    return list(session().scalars(query))
