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
from scheduling.day.queries import interpreter_profiles, interpreters_of
from scheduling.models import Absence, Appointment, Availability, Interpreter, InterpreterProfile, Room
from scheduling.policies import SchedulingPermission
from scheduling.states import AppointmentState
from scheduling.world import ResourceKind

Row = TypeVar("Row", Interpreter, Room, Availability, Absence)


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
        absences=_absences(owner, {id_: name for (_, id_), name in names.items()}),
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


def get_absence(actor: Actor, absence_id: UUID) -> Absence:
    """An absence in the own office; raises NotFound."""
    return _own(actor, session().get(Absence, absence_id))


def conflicts_of(absence: Absence) -> list[Appointment]:
    """Booked appointments that the absence runs into: they stay until staff have spoken with the families."""
    query = select(Appointment).where(
        Appointment.organisation_id == absence.organisation_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.starts_at < absence.ends_at,
        Appointment.ends_at > absence.starts_at,
    )
    found = session().scalars(query.order_by(Appointment.starts_at))
    return [
        each
        for each in found
        if absence.resource_id is None or absence.resource_id in (each.advisor_id, each.interpreter_id, each.room_id)
    ]


def _absences(owner: UUID, names: dict[UUID, str]) -> list[tuple[Absence, str]]:
    query = select(Absence).where(Absence.organisation_id == owner, Absence.ends_at > clock.now())
    rows = session().scalars(query.order_by(Absence.starts_at))
    return [(row, names.get(row.resource_id, "–") if row.resource_id else "ganzes Haus geschlossen") for row in rows]


def _own(actor: Actor, found: Row | None) -> Row:
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    if found is None or found.organisation_id != actor.organisation_id:
        raise NotFound("resource")
    return found
