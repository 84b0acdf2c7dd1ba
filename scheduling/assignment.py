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

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data.base import new_id
from app.data.database import retrying, session
from app.errors import Taken
from scheduling import overbooking
from scheduling.groups.places import take_place
from scheduling.hours import local_day
from scheduling.kinds import OverbookReason
from scheduling.models import Appointment, Reservation
from scheduling.offering.settings import KindSetting
from scheduling.queries import Needs, fitted
from scheduling.slots import find_assignment
from scheduling.states import AppointmentState
from scheduling.world import Assignment, Policy, Reason, Refusal, ResourceKind, World
from scheduling.worlds import load_world

Result = TypeVar("Result")
ATTEMPTS = 5
LOCK = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


class SlotTaken(Taken):
    """The time cannot be had (any more); `reason` tells staff what is missing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class _LostRace(Exception):
    """Somebody took a resource between choosing and locking it; another choice may still fit."""


def guarded(work: Callable[[], Result]) -> Result:
    """Run a booking (its own transaction) again when it lost a race; raises SlotTaken when nothing is left.

    Inside an open transaction it runs once: what is lost there, the outermost has to do again as a whole.
    """
    if session().info.get("open"):
        return work()
    for _ in range(ATTEMPTS):
        try:
            return retrying(work)
        except (_LostRace, IntegrityError):
            continue
    raise SlotTaken(Reason.NO_ADVISOR)


def assign(
    needs: Needs, *, starts_at: datetime, policy: Policy, own: Collection[UUID] = (), may_overbook: bool = False
) -> Assignment:
    """Choose distinct free resources for a start and lock them; raises SlotTaken.

    `own` are appointments of the family itself that do not stand in the way: its hold, or the talk it moves.
    With `may_overbook` the talk may lie on top of others of an advisor or in a room, never of an interpreter.
    """
    starts = int(starts_at.timestamp())
    world = _world(needs, starts, policy, own)
    try:
        found = _choose(needs, world, starts)
    except SlotTaken:
        if not may_overbook:
            raise
        found = _on_top(needs, world, starts)
        lock_resources(found.resource_ids, given_back=own)
        return replace(found, is_on_top=True)
    if lock_resources(found.resource_ids, given_back=own):
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


def take_time(
    appointment: Appointment,
    needs: Needs,
    *,
    starts_at: datetime,
    policy: Policy,
    own: Collection[UUID] = (),
    overbook: OverbookReason | None = None,
) -> None:
    """Give an appointment a time: people and a room of its own, or a place in a group talk; raises SlotTaken."""
    if needs.kind.is_for_one_family:
        chosen = assign(needs, starts_at=starts_at, policy=policy, own=own, may_overbook=overbook is not None)
        reserve(appointment, chosen, setting=needs.setting, overbooked=overbook)
        return
    release(appointment)
    if not take_place(appointment, language=needs.language, starts_at=starts_at, policy=policy, own=own):
        raise SlotTaken(Reason.NO_ROOM)


def reserve(
    appointment: Appointment, assignment: Assignment, *, setting: KindSetting, overbooked: OverbookReason | None = None
) -> None:
    """Write the times and the rows that the database guards, in ascending order of resource.

    A talk that staff put on top of another one has rows the database does not guard wherever it finds some that
    it does; only such a talk keeps the reason.
    """
    release_expired(assignment.resource_ids)
    release(appointment)
    appointment.starts_at = assignment.slot.starts_at
    appointment.ends_at = assignment.slot.ends_at
    appointment.advisor_id = assignment.advisor_id
    appointment.interpreter_id = assignment.interpreter_id
    appointment.room_id = assignment.room_id
    appointment.group_talk_id = appointment.place = None
    appointment.overbooked_reason = overbooked if assignment.is_on_top else None
    hold_ends = appointment.hold_ends_at if appointment.state is AppointmentState.HELD else None
    session().add(appointment)
    session().flush()
    write_rows(assignment, setting, appointment_id=appointment.id, hold_ends=hold_ends)


def write_rows(
    assignment: Assignment,
    setting: KindSetting,
    *,
    appointment_id: UUID | None = None,
    group_talk_id: UUID | None = None,
    hold_ends: datetime | None = None,
) -> None:
    """Write the rows of an appointment or of a group talk, in ascending order of resource."""
    guarded_by_others = overbooking.collisions(assignment) if assignment.is_on_top else frozenset()
    kinds = {assignment.room_id: ResourceKind.ROOM, assignment.interpreter_id: ResourceKind.INTERPRETER}
    session().execute(
        insert(Reservation),
        [
            {
                "id": new_id(),
                "appointment_id": appointment_id,
                "group_talk_id": group_talk_id,
                "resource_kind": kinds.get(resource_id, ResourceKind.ADVISOR),
                "resource_id": resource_id,
                "starts": assignment.slot.starts,
                "ends": assignment.slot.ends,
                "is_active": resource_id not in guarded_by_others,
                "is_busy": True,
                "buffer_before": setting.buffer_before,
                "buffer_after": setting.buffer_after,
                "hold_ends": int(hold_ends.timestamp()) if hold_ends else None,
            }
            for resource_id in assignment.resource_ids
        ],
    )


def settle(appointment: Appointment) -> None:
    """Turn the rows of a hold into those of a booking: they no longer run out."""
    session().execute(update(Reservation).where(Reservation.appointment_id == appointment.id).values(hold_ends=None))


def release(appointment: Appointment) -> None:
    """Give an appointment's resources back; a talk that lay on top of it is guarded from now on."""
    spans = overbooking.guarded_spans(appointment.id)
    lock_resources([resource_id for resource_id, _, _ in spans])
    session().execute(delete(Reservation).where(Reservation.appointment_id == appointment.id))
    appointment.place = None
    overbooking.guard_what_lay_on_top(spans)


def pause(appointment: Appointment) -> None:
    """Nobody came: the rows stay for an undo, but keep nobody busy."""
    _switch(appointment, is_busy=False, is_active=False)


def resume(appointment: Appointment) -> None:
    """The undo of `pause`, inside `guarded`: it raises SlotTaken when somebody else has the time by now."""
    if appointment.overbooked_reason is None:
        _switch(appointment, is_busy=True, is_active=True)
        return
    _switch(appointment, is_busy=True, is_active=False)
    overbooking.guard_what_lay_on_top(overbooking.spans_of(appointment.id))


def _switch(appointment: Appointment, *, is_busy: bool, is_active: bool) -> None:
    rows = update(Reservation).where(Reservation.appointment_id == appointment.id)
    session().execute(rows.values(is_busy=is_busy, is_active=is_active))


def release_expired(resource_ids: Collection[UUID]) -> None:
    """Take the rows of holds that have run out out of the guard's way; the engine ignores them already.

    Only of resources whose lock we hold, so that two bookings never wait for each other here.
    """
    over = Reservation.resource_id.in_(resource_ids), Reservation.hold_ends <= int(clock.now().timestamp())
    spans = delete(Reservation).where(*over).returning(Reservation.resource_id, Reservation.starts, Reservation.ends)
    overbooking.guard_what_lay_on_top([(row[0], row[1], row[2]) for row in session().execute(spans).all()])


def _world(needs: Needs, starts: int, policy: Policy, own: Collection[UUID]) -> World:
    day = local_day(starts)
    return load_world(needs.organisation_id, first=day, last=day, policy=policy, own=own)


def _choose(needs: Needs, world: World, starts: int) -> Assignment:
    found = find_assignment(fitted(needs.request(starts, starts + 1), world), world, starts)
    if isinstance(found, Refusal):
        raise SlotTaken(found.reason)
    return found


def _on_top(needs: Needs, world: World, starts: int) -> Assignment:
    """The choice that lies on top of others in as few pools as possible; raises SlotTaken."""
    refused: SlotTaken | None = None
    for pools in ((ResourceKind.ADVISOR,), (ResourceKind.ROOM,), (ResourceKind.ADVISOR, ResourceKind.ROOM)):
        try:
            return _choose(needs, world.without_talks_of(*pools), starts)
        except SlotTaken as reason:
            refused = reason
    raise refused or SlotTaken(Reason.NO_ADVISOR)


def lock_resources(resource_ids: Collection[UUID], *, given_back: Collection[UUID] = ()) -> bool:
    """Queue behind everybody who books one of these resources; False where the database writes one by one.

    With them come those that some appointments give back in this transaction: locked later, and thus out of order,
    two families who swap times would wait for each other.
    """
    current = session()
    if current.get_bind().dialect.name == "sqlite":
        return False
    old = select(Reservation.resource_id).where(Reservation.appointment_id.in_(given_back))
    ids = {*resource_ids, *(current.scalars(old) if given_back else ())}
    keys = [int.from_bytes(resource_id.bytes[8:], "big", signed=True) for resource_id in sorted(ids)]
    current.execute(LOCK, {"keys": keys})
    return True
