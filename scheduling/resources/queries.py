"""Rooms, interpreters, hours and absences of an organisation, as the page of resources shows them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as accounts
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, Role, authorise
from scheduling.absences.queries import absences_of
from scheduling.calendars.rounds import stale_owners
from scheduling.day.queries import interpreter_profiles, interpreters_of
from scheduling.interpreting.budgets import Budget, budgets_of
from scheduling.models import Absence, Availability, Interpreter, InterpreterProfile, Room
from scheduling.policies import SchedulingPermission
from scheduling.resource_kinds import AbsenceSource
from scheduling.world import ResourceKind

Row = TypeVar("Row", Interpreter, Room, Availability)


@dataclass(frozen=True, slots=True)
class Bookable:
    """Somebody or something with hours of its own."""

    kind: ResourceKind
    id: UUID
    name: str
    hours: tuple[Availability, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Everything that can be booked, and when it cannot."""

    rooms: list[Room]
    interpreters: list[tuple[Interpreter, InterpreterProfile]]
    bookable: list[Bookable]
    absences: list[tuple[Absence, str]]
    budgets: dict[UUID, Budget]
    stale_calendars: list[str]


def get_pool(actor: Actor) -> Pool:
    """The resources of the actor's own office; raises NotPermitted."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    owner = actor.organisation_id
    rooms = list(session().scalars(select(Room).where(Room.organisation_id == owner).order_by(Room.name)))
    people = interpreters_of(owner)
    profiles = interpreter_profiles(owner, {person.id for person in people})
    advisors = accounts.names([user.id for user in accounts.people(owner, Role.ADVISOR)])
    names: dict[tuple[ResourceKind, UUID], str] = {
        **{(ResourceKind.ADVISOR, user_id): name for user_id, name in advisors.items()},
        **{(ResourceKind.INTERPRETER, each.id): profiles[each.id].name for each in people if each.id in profiles},
        **{(ResourceKind.ROOM, room.id): room.name for room in rooms},
    }
    hours: dict[UUID, list[Availability]] = defaultdict(list)
    query = select(Availability).where(Availability.organisation_id == owner)
    for rule in session().scalars(query.order_by(Availability.weekday, Availability.starts_minute)):
        hours[rule.resource_id].append(rule)
    return Pool(
        rooms=rooms,
        interpreters=[(each, profiles[each.id]) for each in people if each.id in profiles],
        bookable=[Bookable(kind, id_, name, tuple(hours[id_])) for (kind, id_), name in names.items()],
        absences=_named(owner, {id_: name for (_, id_), name in names.items()}),
        budgets=budgets_of(owner, clock.today().year),
        stale_calendars=[advisors[user_id] for user_id in stale_owners(owner) if user_id in advisors],
    )


def get_interpreter(actor: Actor, interpreter_id: UUID) -> Interpreter:
    """Somebody of the own pool; raises NotFound."""
    found = session().get(Interpreter, interpreter_id)
    return _own(actor, found)


def get_room(actor: Actor, room_id: UUID) -> Room:
    """A room of the own office; raises NotFound."""
    return _own(actor, session().get(Room, room_id))


def get_rule(actor: Actor, rule_id: UUID) -> Availability:
    """A line of the own office's hours; raises NotFound."""
    return _own(actor, session().get(Availability, rule_id))


def _named(owner: UUID, names: dict[UUID, str]) -> list[tuple[Absence, str]]:
    """What is entered, with whose it is; times out of own calendars would bury it and stand with their owners."""
    rows = [row for row in absences_of(owner) if row.source is AbsenceSource.ENTERED]
    return [(row, names.get(row.resource_id, "–") if row.resource_id else "ganzes Haus geschlossen") for row in rows]


def _own(actor: Actor, found: Row | None) -> Row:
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    if found is None or found.organisation_id != actor.organisation_id:
        raise NotFound("resource")
    return found
