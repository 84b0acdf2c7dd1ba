"""Selects over case files; `visible_to` is the one place that says which rows an actor may see."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import selectinload

from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, OrganisationKind, Permission, Role, permits
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess, Child
from cases.policies import CasePermission


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on Case under which `actor` may know that a case exists (CasePermission.FIND in SQL)."""
    if actor.organisation_kind is OrganisationKind.KI and actor.has(Role.RECEPTION, Role.ADVISOR, Role.LEAD):
        return Case.organisation_id == actor.organisation_id
    if actor.is_system:
        return Case.organisation_id == actor.organisation_id
    if actor.has(Role.KIM_LEAD, Role.KIM_CASE_MANAGER):
        return or_(*_handed_over_to(actor))
    if actor.invited_to is not None:
        return Case.id == actor.invited_to
    return false()


def get_case(actor: Actor, case_id: UUID, permission: Permission = CasePermission.READ) -> Case:
    """The case, if `actor` holds `permission` on it; raises NotFound otherwise, as if it were not there."""
    case = session().scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(selectinload(Case.children), selectinload(Case.guardians), selectinload(Case.access))
    )
    if case is None or not permits(actor, permission, case):
        raise NotFound("case")
    return case


def get_child(actor: Actor, case: Case, child_id: UUID) -> Child:
    """A child of this case; raises NotFound for a child of another, whatever the actor may see there."""
    for child in case.children:
        if child.id == child_id:
            return child
    raise NotFound("child")


def _handed_over_to(actor: Actor) -> list[ColumnElement[bool]]:
    accepted = exists().where(
        CaseAccess.case_id == Case.id,
        CaseAccess.kind == AccessKind.HANDOVER,
        CaseAccess.organisation_id == actor.organisation_id,
    )
    conditions: list[ColumnElement[bool]] = []
    if actor.has(Role.KIM_LEAD):
        conditions.append(accepted)
    if actor.has(Role.KIM_CASE_MANAGER) and actor.user_id is not None:
        conditions.append(accepted.where(CaseAccess.user_id == actor.user_id))
    return conditions
