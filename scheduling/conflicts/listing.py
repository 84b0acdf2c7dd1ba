"""The list of conflicts as its page shows it: names, reasons, what could be done, and what must be done today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import clock
from app.accounts import queries as accounts
from app.data import records
from app.data.database import session
from app.policies import Actor, authorise, permits
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import visible_to
from cases.sheets import CaseSummary
from config import Config
from scheduling.booking.texts import place_of
from scheduling.conflicts.proposals import Elsewhen, at_other_times, at_same_time
from scheduling.conflicts.queries import Conflict, Situation, situation_of, tell_by
from scheduling.conflicts.rules import Cause, Hit
from scheduling.day.queries import interpreter_profiles
from scheduling.models import Appointment, Room
from scheduling.office import STAFF_POLICY
from scheduling.policies import SchedulingPermission
from scheduling.queries import needs_of, wishes_of
from scheduling.world import Assignment, ResourceKind

MOST_PROPOSED = 20
DAY = 86_400
AROUND = 28 * DAY


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words: who or what, and what about it."""

    name: str
    text: str
    is_interpreter: bool


@dataclass(frozen=True, slots=True, repr=False)
class Offer:
    """Somebody else or another room at the same time; `told` says what the family would notice."""

    assignment: Assignment
    lines: tuple[tuple[str, str], ...]
    changes_place: bool
    changes_advisor: bool


@dataclass(frozen=True, slots=True, repr=False)
class Other:
    """Another time with the name of its advisor."""

    elsewhen: Elsewhen
    advisor: str


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One conflict of a case the actor may know."""

    appointment: Appointment
    reference: str
    family_name: str
    reasons: tuple[Reason, ...]
    offer: Offer | None
    others: tuple[Other, ...]
    may_change: bool
    is_urgent: bool
    is_group: bool
    awaits_answer: bool


@dataclass(frozen=True, slots=True, repr=False)
class Listing:
    """The page: what the actor may see, and how many more there are; without proposals beyond the first ones."""

    lines: tuple[Line, ...]
    hidden: int
    total: int


def get_listing(actor: Actor) -> Listing:
    """Every conflict of the office by time, with proposals for the first ones; raises NotPermitted."""
    authorise(actor, SchedulingPermission.SEE_DAY)
    situation = situation_of(actor.organisation_id)
    cases = _cases(actor, {each.appointment.case_id for each in situation.conflicts})
    seen = [each for each in situation.conflicts if each.appointment.case_id in cases]
    names = _names(actor.organisation_id, situation)
    summaries = records.find_many(CaseSummary, set(cases), reader=actor.organisation_id)
    lines = []
    for number, conflict in enumerate(seen):
        case = cases[conflict.appointment.case_id]
        stored = summaries.get(case.id)
        lines.append(_line(actor, conflict, case, stored.sheet.family_name if stored else "", situation, names, number))
    return Listing(tuple(lines), len(situation.conflicts) - len(seen), len(situation.conflicts))


def _line(
    actor: Actor,
    conflict: Conflict,
    case: Case,
    family_name: str,
    situation: Situation,
    names: Mapping[UUID, str],
    number: int,
) -> Line:
    config: Config = current_app.extensions["config"]
    appointment = conflict.appointment
    may_change = permits(actor, CasePermission.BOOK, case) and permits(actor, SchedulingPermission.BOOK)
    is_group = appointment.group_talk_id is not None
    is_proposed = may_change and not is_group and number < MOST_PROPOSED
    offer, others = _proposed(conflict, case, situation, names) if is_proposed else (None, ())
    return Line(
        appointment=appointment,
        reference=case.reference,
        family_name=family_name,
        reasons=tuple(_reason(hit, names) for hit in conflict.hits),
        offer=offer,
        others=others,
        may_change=may_change,
        is_urgent=tell_by(conflict.planned.starts, config.tell_family_days) <= clock.today(),
        is_group=is_group,
        awaits_answer=any(hit.cause in (Cause.UNANSWERED, Cause.DECLINED) for hit in conflict.hits),
    )


def _proposed(
    conflict: Conflict, case: Case, situation: Situation, names: Mapping[UUID, str]
) -> tuple[Offer | None, tuple[Other, ...]]:
    """Somebody else at the same time, or the nearest other times when there is nobody."""
    world, planned = situation.world, conflict.planned
    if world is None:
        return None, ()
    needs = needs_of(case, conflict.appointment.kind, wishes_of(conflict.appointment))
    found = at_same_time(planned, needs, world, conflict.hits, situation.barred(conflict))
    if found is not None:
        return _offer(conflict.appointment, found, names), ()
    furthest = world.now + STAFF_POLICY.horizon_days * DAY
    within = (max(world.now, planned.starts - AROUND), min(planned.starts + AROUND, furthest))
    others = at_other_times(planned, needs, world, within=within)
    return None, tuple(Other(each, names.get(each.advisor_id, "–")) for each in others)


def _offer(appointment: Appointment, found: Assignment, names: Mapping[UUID, str]) -> Offer:
    pairs = (
        ("Beratung", appointment.advisor_id, found.advisor_id),
        ("Sprachmittlung", appointment.interpreter_id, found.interpreter_id),
        ("Raum", appointment.room_id, found.room_id),
    )
    changed = tuple((label, _named(new, names)) for label, old, new in pairs if old != new)
    room = session().get(Room, found.room_id) if found.room_id else None
    return Offer(
        assignment=found,
        lines=changed,
        changes_place=place_of(appointment.room) != place_of(room),
        changes_advisor=appointment.advisor_id != found.advisor_id,
    )


def _reason(hit: Hit, names: Mapping[UUID, str]) -> Reason:
    name = _named(hit.resource_id, names) if hit.resource_id else ""
    return Reason(name, hit.cause.label, hit.kind is ResourceKind.INTERPRETER)


def _named(resource_id: UUID | None, names: Mapping[UUID, str]) -> str:
    return names.get(resource_id, "–") if resource_id else "niemand nötig"


def _cases(actor: Actor, case_ids: set[UUID]) -> dict[UUID, Case]:
    """Those of these cases that the actor may know of."""
    query = select(Case).where(Case.id.in_(case_ids), visible_to(actor)).options(selectinload(Case.access))
    return {case.id: case for case in session().scalars(query.options(selectinload(Case.children)))}


def _names(organisation_id: UUID, situation: Situation) -> dict[UUID, str]:
    """What to call everybody and everything that a line or a proposal may name."""
    if situation.world is None:
        return {}
    pools: dict[ResourceKind, set[UUID]] = {kind: {r.id for r in situation.world.pool(kind)} for kind in ResourceKind}
    for conflict in situation.conflicts:
        for kind, resource_id in conflict.planned.people_and_rooms:
            pools[kind].add(resource_id)
    profiles = interpreter_profiles(organisation_id, pools[ResourceKind.INTERPRETER])
    rooms = session().scalars(select(Room).where(Room.id.in_(pools[ResourceKind.ROOM])))
    return {
        **accounts.names(pools[ResourceKind.ADVISOR]),
        **{interpreter_id: profile.name for interpreter_id, profile in profiles.items()},
        **{room.id: room.name for room in rooms},
    }
