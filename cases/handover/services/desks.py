"""Setting up a body's desks: what they are for, and how many cases they can carry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import transaction
from app.errors import Invalid
from app.policies import Actor, authorise
from cases.handover.models import Desk
from cases.handover.policies import HandoverPermission
from cases.handover.queries import get_desk
from cases.handover.rules import Need

LARGEST = 500


@dataclass(frozen=True, slots=True)
class DeskPlan:
    """What a desk is for; empty needs mean all, empty districts the whole town; `capacity` counts cases."""

    name: str
    capacity: int
    needs: Collection[Need] = ()
    districts: Collection[int] = ()
    languages: Collection[str] = ()
    is_active: bool = True


def add_desk(actor: Actor, *, plan: DeskPlan) -> Desk:
    """Open a desk of the actor's own body; raises Invalid for one without a name or an unlikely capacity."""
    authorise(actor, HandoverPermission.MANAGE_DESKS)
    with transaction() as session:
        desk = Desk(id=new_id(), organisation_id=actor.organisation_id)
        _apply(desk, plan)
        session.add(desk)
        session.flush()
        _note(actor, desk, Action.CREATED)
    return desk


def change_desk(actor: Actor, *, desk_id: UUID, plan: DeskPlan) -> Desk:
    """Change a desk; what it has accepted stays with it."""
    desk = get_desk(actor, desk_id)
    with transaction():
        _apply(desk, plan)
        _note(actor, desk, Action.CHANGED)
    return desk


def _apply(desk: Desk, plan: DeskPlan) -> None:
    if not plan.name.strip():
        raise Invalid("name", "required")
    if not 0 <= plan.capacity <= LARGEST:
        raise Invalid("capacity", "range")
    desk.name, desk.capacity, desk.is_active = plan.name.strip(), plan.capacity, plan.is_active
    desk.needs = [need.value for need in Need if need in plan.needs]
    desk.districts = sorted(set(plan.districts))
    desk.languages = sorted(set(plan.languages))


def _note(actor: Actor, desk: Desk, action: Action) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="desk",
        subject_id=desk.id,
        facts={"capacity": desk.capacity, "active": int(desk.is_active)},
    )
