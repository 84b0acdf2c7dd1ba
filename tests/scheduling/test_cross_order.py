"""Two who want the same people in opposite order: one gets them, nobody sees a deadlock, the loser keeps nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import event, func, select

from app.data.base import new_id
from app.data.database import db, session, transaction
from scheduling import services
from scheduling.kinds import GateReason
from scheduling.models import Interpreter, Reservation, Room
from scheduling.services import SlotTaken
from scheduling.states import AppointmentKind
from scheduling.world import ResourceKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

ROUNDS = 6


def test_crossing_moves_and_bookings_of_the_same_people_end_without_a_deadlock(
    app: Flask, world: World, office: Office, open_case: OpenCase
) -> None:
    _open_a_second_team(world, office)
    first = _booked(world, open_case(), FRIDAY)
    other = _booked(world, open_case(), FRIDAY + timedelta(hours=2))
    barrier, turns = Barrier(2), {first: FRIDAY + timedelta(hours=2), other: FRIDAY}

    def cross(appointment_id: UUID, wanted: datetime) -> list[str]:
        found, back = [], FRIDAY if wanted > FRIDAY else FRIDAY + timedelta(hours=2)
        with app.app_context():
            for turn in range(ROUNDS):
                barrier.wait()
                try:
                    at = wanted if turn % 2 == 0 else back
                    services.move(world.actor("reception"), appointment_id=appointment_id, starts=at)
                    found.append("moved")
                except SlotTaken:
                    found.append("taken")
        return found

    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(cross, turns.keys(), turns.values()))
    assert [len(each) for each in seen] == [ROUNDS, ROUNDS]
    assert {word for each in seen for word in each} <= {"moved", "taken"}
    session().rollback()
    rows = select(func.count()).select_from(Reservation).where(Reservation.is_active.is_(True))
    assert session().scalar(rows) == 6, "each talk has its advisor, interpreter and room, no more and no less"


def test_a_move_locks_what_it_gives_back_together_with_what_it_takes(
    app: Flask, world: World, office: Office, open_case: OpenCase
) -> None:
    moved = _booked(world, open_case(), FRIDAY)
    _booked(world, open_case(), FRIDAY + timedelta(hours=2))
    _open_a_second_team(world, office)
    old = _resources(moved)
    locked: list[list[int]] = []

    def note(_of: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        if "pg_advisory_xact_lock" in statement:
            locked.append(list(values["keys"]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        services.move(world.actor("reception"), appointment_id=moved, starts=FRIDAY + timedelta(hours=2))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    if db.engine.dialect.name == "sqlite":
        assert locked == [], "there writers take turns anyway"
        return
    assert not old & _resources(moved)
    both = {int.from_bytes(each.bytes[8:], "big", signed=True) for each in old | _resources(moved)}
    assert set(locked[0]) == both
    assert all(set(later) <= both for later in locked[1:])


def _open_a_second_team(world: World, office: Office) -> None:
    second, room = new_id(), new_id()
    with transaction() as current:
        current.add(Interpreter(id=second, organisation_id=world.ki.id, languages=["uk"]))
        current.add(Room(id=room, organisation_id=world.ki.id, name="Raum 2.15", place="Ostweg 7", capacity=4))
    office.open(ResourceKind.INTERPRETER, second)
    office.open(ResourceKind.ADVISOR, world.users["colleague"])


def _resources(appointment_id: UUID) -> set[UUID]:
    session().rollback()
    return set(session().scalars(select(Reservation.resource_id).where(Reservation.appointment_id == appointment_id)))


def _booked(world: World, case: object, starts: datetime) -> UUID:
    booked = services.book(
        world.actor("reception"),
        case_id=case.id,  # type: ignore[attr-defined]
        kind=AppointmentKind.FIRST_TALK,
        starts=starts,
        details=DETAILS,
        without_papers=GateReason.URGENT,
    )
    return booked.appointment_id
