"""Selects over case files; `visible_to` is the one place that says which rows an actor may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import selectinload

from app.data import records
from app.data.database import session
from app.data.records import Stored
from app.errors import NotFound
from app.policies import Actor, OrganisationKind, Permission, Role, permits
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess, Child
from cases.policies import CasePermission
from cases.sheets import CaseSummary, ChildSheet, FamilySheet, GuardianSheet
from cases.states import CaseState


class MergedAway(NotFound):
    """The case went into another; `kept_id` is where its people are now."""

    def __init__(self, kept_id: UUID) -> None:
        super().__init__("merged into another case")
        self.kept_id = kept_id


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How to reach a family, and in which language to speak and to write to it (ISO 639 codes)."""

    language: str
    letter_language: str
    email: str
    phone: str
    channel: str
    interpreter: bool
    interpreter_language: str


def visible_to(actor: Actor, of: type[Case] = Case) -> ColumnElement[bool]:
    """The condition under which `actor` may know that a case exists (CasePermission.FIND in SQL).

    `of` is Case or an alias of it.
    """
    if actor.organisation_kind is OrganisationKind.KI and actor.has(Role.RECEPTION, Role.ADVISOR, Role.LEAD):
        own = and_(of.organisation_id == actor.organisation_id, of.merged_into_id.is_(None), is_taken(of))
        return and_(own, or_(of.restricted_on.is_(None), *_keeps(actor, of)))
    if actor.has(Role.KIM_LEAD, Role.KIM_CASE_MANAGER):
        return and_(or_(false(), *_handed_over_to(actor, of)), of.restricted_on.is_(None))
    return false()


def is_taken(of: type[Case] = Case) -> ColumnElement[bool]:
    """The condition that somebody of the house knows a case: all but what waits in the inbox of requests."""
    return of.state != CaseState.REQUESTED


def get_case(actor: Actor, case_id: UUID, permission: Permission = CasePermission.READ) -> Case:
    """The case, if `actor` holds `permission` on it; raises NotFound otherwise, as if it were not there.

    Raises MergedAway for one that went into another: nobody reads or changes the shell.
    """
    case = session().scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(selectinload(Case.children), selectinload(Case.guardians), selectinload(Case.access))
    )
    if case is None or not permits(actor, permission, case):
        raise NotFound("case")
    if case.merged_into_id is not None:
        raise MergedAway(case.merged_into_id)
    return case


def get_child(actor: Actor, case: Case, child_id: UUID) -> Child:
    """A child of this case; raises NotFound for a child of another, whatever the actor may see there."""
    for child in case.children:
        if child.id == child_id:
            return child
    raise NotFound("child")


def contact_of(actor: Actor, case: Case) -> Contact:
    """How to reach the family of a case; for those who read it, book for it, or act for its owner."""
    if not (permits(actor, CasePermission.READ, case) or permits(actor, CasePermission.BOOK, case)):
        raise NotFound("case")
    sheet = records.get(FamilySheet, case.id, reader=actor.organisation_id).sheet
    return Contact(
        language=sheet.language,
        letter_language=sheet.letter_language or sheet.language,
        email=sheet.email,
        phone=sheet.phone,
        channel=sheet.channel,
        interpreter=sheet.interpreter,
        interpreter_language=sheet.interpreter_language or (sheet.language if sheet.interpreter else ""),
    )


def summary_of(actor: Actor, case: Case) -> CaseSummary:
    """The little of a case that lists show; for everybody who may find it."""
    return records.get(CaseSummary, case.id, reader=actor.organisation_id).sheet


def summaries(actor: Actor, case_ids: Collection[UUID]) -> dict[UUID, CaseSummary]:
    """The summaries of these cases in two queries; the caller has asked `visible_to` for the ids."""
    opened = records.find_many(CaseSummary, case_ids, reader=actor.organisation_id)
    return {case_id: stored.sheet for case_id, stored in opened.items()}


def family_of(actor: Actor, case: Case) -> Stored[FamilySheet]:
    """The family's sheet of a case the actor may read, with its version."""
    return records.get(FamilySheet, case.id, reader=actor.organisation_id)


def children_of(actor: Actor, case: Case) -> dict[UUID, Stored[ChildSheet]]:
    """The children's sheets of a case the actor may read, by child id, in order of making."""
    return records.of_case(ChildSheet, case.id, reader=actor.organisation_id)


def guardians_of(actor: Actor, case: Case) -> dict[UUID, Stored[GuardianSheet]]:
    """The guardians' sheets of a case the actor may read, by guardian id, in order of making."""
    return records.of_case(GuardianSheet, case.id, reader=actor.organisation_id)


def _keeps(actor: Actor, of: type[Case]) -> list[ColumnElement[bool]]:
    """Whose restricted cases the actor still knows of: the lead of all, an advisor of the own."""
    if actor.has(Role.LEAD):
        return [true()]
    return [of.advisor_id == actor.user_id] if actor.has(Role.ADVISOR) and actor.user_id else []


def _handed_over_to(actor: Actor, of: type[Case]) -> list[ColumnElement[bool]]:
    accepted = exists().where(
        CaseAccess.case_id == of.id,
        CaseAccess.kind == AccessKind.HANDOVER,
        CaseAccess.organisation_id == actor.organisation_id,
    )
    conditions: list[ColumnElement[bool]] = []
    if actor.has(Role.KIM_LEAD):
        conditions.append(accepted)
    if actor.has(Role.KIM_CASE_MANAGER) and actor.user_id is not None:
        conditions.append(accepted.where(CaseAccess.user_id == actor.user_id))
    return conditions
