"""Selects over handovers and desks: offers are seen by the body they lie with, the rest by those who see the case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select

from app import clock
from app.accounts import queries as people
from app.accounts.models import Organisation
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, OrganisationKind, Permission, Role, permits, system_of
from cases.handover.models import Desk, Handover, HandoverPreview, HandoverSheet, HandoverStep, StepSheet
from cases.handover.policies import HandoverPermission
from cases.handover.rules import DeskFacts
from cases.handover.states import OPEN_STATES, HandoverState
from cases.kinds import ConsentPurpose
from cases.models import Case, Consent
from cases.queries import get_case, visible_to

BODIES = (OrganisationKind.KIM, OrganisationKind.WELFARE)
CARRIED = (HandoverState.OFFERED, HandoverState.ACCEPTED)


@dataclass(frozen=True, slots=True, repr=False)
class Offer:
    """An offer as the inbox shows it: what is needed, never who they are."""

    handover: Handover
    preview: HandoverPreview
    offered_to: str


@dataclass(frozen=True, slots=True, repr=False)
class StepLine:
    """One step with the names behind it and what was written."""

    step: HandoverStep
    actor: str
    desk: str
    text: str


def get_offer(actor: Actor, handover_id: UUID) -> Handover:
    """An offer the actor may answer; raises NotFound otherwise, as if it were not there."""
    handover = session().get(Handover, handover_id)
    if handover is None or not permits(actor, HandoverPermission.ANSWER, handover):
        raise NotFound("handover")
    return handover


def get_handover(actor: Actor, handover_id: UUID, permission: Permission = HandoverPermission.READ) -> Handover:
    """A handover of a case on which the actor holds `permission`; raises NotFound otherwise."""
    handover = session().get(Handover, handover_id)
    if handover is None:
        raise NotFound("handover")
    get_case(actor, handover.case_id, permission)
    return handover


def get_desk(actor: Actor, desk_id: UUID) -> Desk:
    """A desk the actor keeps; raises NotFound otherwise."""
    desk = session().get(Desk, desk_id)
    if desk is None or not permits(actor, HandoverPermission.MANAGE_DESKS, desk):
        raise NotFound("desk")
    return desk


def locked(handover_id: UUID) -> Handover:
    """The handover as it is now, locked until the open transaction ends."""
    handover = session().scalar(
        select(Handover)
        .where(Handover.id == handover_id)
        .with_for_update(of=Handover)
        .execution_options(populate_existing=True)
    )
    if handover is None:
        raise NotFound("handover")
    return handover


def locked_for(actor: Actor, handover_id: UUID, permission: Permission) -> Handover:
    """The locked handover, if the actor holds `permission` on its case now; raises NotFound when it just went."""
    handover = locked(handover_id)
    session().expire(session().get_one(Case, handover.case_id))
    get_case(actor, handover.case_id, permission)
    return handover


def owner_of(handover_id: UUID) -> Actor | None:
    """The system acting for the sender of a handover, for the worker; None when there is no such handover."""
    query = (
        select(Organisation)
        .join(Handover, Handover.organisation_id == Organisation.id)
        .where(Handover.id == handover_id)
    )
    owner = session().scalar(query)
    return system_of(owner.id, owner.kind) if owner else None


def waiting_for_route() -> list[UUID]:
    """Handovers that a worker has still to route, oldest first: what a sweep finds when no bell rang."""
    query = select(Handover.id).where(Handover.state == HandoverState.ROUTING).order_by(Handover.requested_at)
    return list(session().scalars(query))


def open_handover(case: Case) -> Handover | None:
    """The one handover of a case that is not over."""
    return session().scalar(select(Handover).where(Handover.case_id == case.id, Handover.state.in_(OPEN_STATES)))


def handovers_of(case: Case) -> list[Handover]:
    """All handovers of a case the actor may read, newest first."""
    query = select(Handover).where(Handover.case_id == case.id).order_by(Handover.requested_at.desc())
    return list(session().scalars(query))


def sheet_of(actor: Actor, handover: Handover) -> HandoverSheet:
    """What the sender asked for; for those who read the case."""
    return records.get(HandoverSheet, handover.id, reader=actor.organisation_id).sheet


def steps_of(actor: Actor, handover: Handover) -> list[StepLine]:
    """The steps of a handover, latest first, with what was written; for those who read the case."""
    query = select(HandoverStep).where(HandoverStep.handover_id == handover.id)
    steps = list(session().scalars(query.order_by(HandoverStep.id.desc())))
    texts = records.find_many(StepSheet, [step.id for step in steps], reader=actor.organisation_id)
    names = people.names([step.actor_id for step in steps])
    desks = {desk.id: desk.name for desk in session().scalars(select(Desk))}
    return [
        StepLine(
            step,
            names.get(step.actor_id, "") if step.actor_id else "Zuordnung",
            desks.get(step.desk_id, "") if step.desk_id else "",
            texts[step.id].sheet.text if step.id in texts else "",
        )
        for step in steps
    ]


def inbox(actor: Actor) -> list[Offer]:
    """Open offers to the actor's body, the longest waiting first; previews only, sealed under the body's own key."""
    query = (
        select(Handover)
        .join(Desk, Desk.id == Handover.desk_id)
        .where(Handover.state == HandoverState.OFFERED, Desk.organisation_id == actor.organisation_id)
        .order_by(Handover.offered_at, Handover.id)
    )
    offers = [row for row in session().scalars(query) if permits(actor, HandoverPermission.ANSWER, row)]
    return _with_previews(actor, offers)


def preview_of(actor: Actor, handover: Handover) -> Offer:
    """One offer with its preview; raises NotFound when it was taken back this moment."""
    offers = _with_previews(actor, [handover])
    if not offers:
        raise NotFound("preview")
    return offers[0]


def accepted(actor: Actor) -> list[tuple[Handover, Case]]:
    """Accepted handovers whose case the actor sees now, latest first."""
    query = (
        select(Handover, Case)
        .join(Case, Case.id == Handover.case_id)
        .where(Handover.manager_id.is_not(None), Handover.state.in_(OPEN_STATES), visible_to(actor))
        .order_by(Handover.answered_at.desc())
    )
    return [(handover, case) for handover, case in session().execute(query)]


def answers_to(actor: Actor, *, since: date) -> list[tuple[Handover, Case]]:
    """What became of handovers the actor's KI asked for: own cases (a lead: all) answered since a day."""
    query = (
        select(Handover, Case)
        .join(Case, Case.id == Handover.case_id)
        .where(Handover.organisation_id == actor.organisation_id, visible_to(actor), Handover.answered_at.is_not(None))
        .order_by(Handover.answered_at.desc())
    )
    if not actor.has(Role.LEAD):
        query = query.where(or_(Handover.requested_by == actor.user_id, Case.advisor_id == actor.user_id))
    rows = session().execute(query.limit(100))
    return [
        (handover, case)
        for handover, case in rows
        if permits(actor, HandoverPermission.READ, case)
        and handover.answered_at is not None
        and clock.local(handover.answered_at).date() >= since
    ]


def desk_facts() -> list[DeskFacts]:
    """Every desk of an active body, with the cases it carries or was offered."""
    counts = select(Handover.desk_id, func.count()).where(Handover.state.in_(CARRIED)).group_by(Handover.desk_id)
    carried = {row[0]: row[1] for row in session().execute(counts)}
    query = (
        select(Desk)
        .join(Organisation, Organisation.id == Desk.organisation_id)
        .where(Organisation.is_active.is_(True), Organisation.kind.in_(BODIES))
        .order_by(Desk.name, Desk.id)
    )
    return [_facts(desk, carried.get(desk.id, 0)) for desk in session().scalars(query)]


def desks_of(actor: Actor) -> list[DeskFacts]:
    """The desks of the actor's own body."""
    return [desk for desk in desk_facts() if desk.organisation_id == actor.organisation_id]


def consents_for(case_id: UUID, *, today: date) -> list[Consent]:
    """The family's valid consents to a handover, newest first."""
    query = select(Consent).where(
        Consent.case_id == case_id,
        Consent.purpose == ConsentPurpose.KIM_HANDOVER,
        Consent.given_on <= today,
        or_(Consent.valid_until.is_(None), Consent.valid_until >= today),
        or_(Consent.withdrawn_on.is_(None), Consent.withdrawn_on > today),
    )
    return list(session().scalars(query.order_by(Consent.given_on.desc(), Consent.id.desc())))


def recipients(consents: Collection[Consent]) -> frozenset[UUID] | None:
    """The bodies these consents name; None when one of them names no body in particular."""
    if any(consent.recipient_id is None for consent in consents):
        return None
    return frozenset(consent.recipient_id for consent in consents if consent.recipient_id is not None)


def colleagues(actor: Actor) -> list[tuple[UUID, str]]:
    """Others of the actor's body who can take a case, by name."""
    ids = [user.id for user in people.people(actor.organisation_id, Role.KIM_CASE_MANAGER, Role.KIM_LEAD)]
    names = people.names([user_id for user_id in ids if user_id != actor.user_id])
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


def _with_previews(actor: Actor, handovers: Collection[Handover]) -> list[Offer]:
    previews = records.find_many(HandoverPreview, [row.id for row in handovers], reader=actor.organisation_id)
    names = people.names([row.offered_to_id for row in handovers])
    return [
        Offer(row, previews[row.id].sheet, names.get(row.offered_to_id, "") if row.offered_to_id else "")
        for row in handovers
        if row.id in previews
    ]


def _facts(desk: Desk, load: int) -> DeskFacts:
    return DeskFacts(
        desk_id=desk.id,
        organisation_id=desk.organisation_id,
        name=desk.name,
        needs=frozenset(desk.needs),
        districts=frozenset(desk.districts),
        languages=frozenset(desk.languages),
        capacity=desk.capacity,
        load=load,
        is_active=desk.is_active,
    )
