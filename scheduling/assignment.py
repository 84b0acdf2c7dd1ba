"""Giving an appointment its resources inside the open transaction, so that nobody else can have them too.

Three guards stand behind each other: the slot engine is asked again inside the transaction, sorted advisory locks
make PostgreSQL's writers of one resource wait for each other (buffers hold as well), and the database refuses
overlapping rows whatever the code did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.data.base import new_id
from app.data.database import retrying, session
from app.errors import Taken
from scheduling.hours import local_day
from scheduling.models import Appointment, Reservation
from scheduling.queries import Needs, fitted
from scheduling.slots import find_assignment
from scheduling.states import AppointmentState
from scheduling.world import Assignment, Policy, Reason, Refusal, ResourceKind, World
from scheduling.worlds import load_world

Result = TypeVar("Result")
ATTEMPTS = 5


class SlotTaken(Taken):
    """The time cannot be had (any more); `reason` tells staff what is missing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class _LostRace(Exception):
    """Somebody took a resource between choosing and locking it; another choice may still fit."""


def guarded(work: Callable[[], Result]) -> Result:
    """Run a booking (its own transaction) again when it lost a race; raises SlotTaken when nothing is left."""
    for _ in range(ATTEMPTS):
        try:
            return retrying(work)
        except (_LostRace, IntegrityError):
            continue
    raise SlotTaken(Reason.NO_ADVISOR)


def assign(needs: Needs, *, starts_at: datetime, policy: Policy, own: Collection[UUID] = ()) -> Assignment:
    """Choose distinct free resources for a start and lock them; raises SlotTaken.

    `own` are appointments of the family itself that do not stand in the way: its hold, or the talk it moves.
    """
    starts = int(starts_at.timestamp())
    found = _choose(needs, _world(needs, starts, policy, own), starts)
    if _lock(found.resource_ids):
        world = _world(needs, starts, policy, own)
        chosen = set(found.resource_ids)
        kept = tuple(resource for resource in world.resources if resource.id in chosen)
        again = find_assignment(
            fitted(needs.request(starts, starts + 1), world), replace(world, resources=kept), starts
        )
        if isinstance(again, Refusal):
            raise _LostRace
        return again
    return found


def reserve(appointment: Appointment, assignment: Assignment) -> None:
    """Write the times and the rows that the database guards, in ascending order of resource."""
    current = session()
    release_expired(current, appointment.organisation_id)
    release(appointment)
    appointment.starts_at = assignment.slot.starts_at
    appointment.ends_at = assignment.slot.ends_at
    appointment.advisor_id = assignment.advisor_id
    appointment.interpreter_id = assignment.interpreter_id
    appointment.room_id = assignment.room_id
    current.add(appointment)
    current.flush()
    kinds = {assignment.room_id: ResourceKind.ROOM, assignment.interpreter_id: ResourceKind.INTERPRETER}
    current.execute(
        insert(Reservation),
        [
            {
                "id": new_id(),
                "appointment_id": appointment.id,
                "resource_kind": kinds.get(resource_id, ResourceKind.ADVISOR),
                "resource_id": resource_id,
                "starts": assignment.slot.starts,
                "ends": assignment.slot.ends,
                "is_active": True,
            }
            for resource_id in assignment.resource_ids
        ],
    )


def release(appointment: Appointment) -> None:
    """Give an appointment's resources back."""
    session().execute(delete(Reservation).where(Reservation.appointment_id == appointment.id))


def release_expired(current: Session, organisation_id: UUID) -> None:
    """Take the rows of holds that have run out out of the guard's way; the engine ignores them already."""
    expired = select(Appointment.id).where(
        Appointment.organisation_id == organisation_id,
        Appointment.state == AppointmentState.HELD,
        Appointment.hold_ends_at <= clock.now(),
    )
    current.execute(
        delete(Reservation).where(Reservation.appointment_id.in_(expired)).execution_options(synchronize_session=False)
    )


def _world(needs: Needs, starts: int, policy: Policy, own: Collection[UUID]) -> World:
    day = local_day(starts)
    return load_world(needs.organisation_id, first=day, last=day, policy=policy).excluding(*own)


def _choose(needs: Needs, world: World, starts: int) -> Assignment:
    found = find_assignment(fitted(needs.request(starts, starts + 1), world), world, starts)
    if isinstance(found, Refusal):
        raise SlotTaken(found.reason)
    return found


def _lock(resource_ids: Collection[UUID]) -> bool:
    """Queue behind everybody who books one of these resources; False where the database writes one by one."""
    current = session()
    if current.get_bind().dialect.name == "sqlite":
        return False
    for resource_id in sorted(resource_ids):
        key = int.from_bytes(resource_id.bytes[8:], "big", signed=True)
        current.execute(select(func.pg_advisory_xact_lock(key)))
    return True
