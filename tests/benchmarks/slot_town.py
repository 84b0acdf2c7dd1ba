"""A full office: 20 advisors, 15 interpreters and 12 rooms, open from 8 to 18 from Monday to Friday.

Each of them has 200 bookings of half an hour, at random in the next 30 days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app import clock
from app.accounts.models import User, UserProfile, UserRole
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope, keyring
from app.policies import Role
from cases.models import Case
from cases.states import CaseState
from scheduling.hours import WeeklyRule, instant, open_hours
from scheduling.kinds import BookedVia, TalkMode
from scheduling.models import Appointment, Availability, Interpreter, InterpreterProfile, Reservation, Room
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import Policy, Resource, ResourceKind, Taken, World

POOLS = ((ResourceKind.ADVISOR, 20), (ResourceKind.INTERPRETER, 15), (ResourceKind.ROOM, 12))
EACH, DAYS, OPENS, CLOSES, HALF_HOUR = 200, 30, 8, 18, 30
LANGUAGE = "ar"
Booking = tuple[date, int, int]


@dataclass(frozen=True)
class Town:
    """The office as plain values: who there is, and the bookings (day, minutes from and to) of each."""

    owner: UUID
    first: date
    people: Mapping[UUID, ResourceKind]
    bookings: Mapping[UUID, Sequence[Booking]]

    def busy(self, person: UUID) -> tuple[list[int], list[int]]:
        """The bookings of one of them as starts and ends in epoch seconds."""
        rows = self.bookings[person]
        return [_instant(day, starts) for day, starts, _ in rows], [_instant(day, ends) for day, _, ends in rows]


def plan(owner: UUID) -> Town:
    """The same half hours in every run, but for the day it begins."""
    first, random = clock.today() + timedelta(days=1), Random(7)
    days = [day for n in range(DAYS) if (day := first + timedelta(days=n)).weekday() < 5]
    cells = [(day, minute) for day in days for minute in range(OPENS * 60, CLOSES * 60, HALF_HOUR)]
    people = {new_id(): kind for kind, count in POOLS for _ in range(count)}
    bookings = {
        person: [(day, minute, minute + HALF_HOUR) for day, minute in random.sample(cells, EACH)] for person in people
    }
    return Town(owner, first, people, bookings)


def fill(town: Town) -> None:
    """Put people, hours and bookings into the database; each booking is an appointment of one and the same case."""
    case_id = new_id()
    keyring().create_key(case_id, town.owner)
    with transaction() as current:
        current.add(
            Case(
                id=case_id,
                organisation_id=town.owner,
                reference="BM-1",
                state=CaseState.REPORTED,
                opened_at=clock.now(),
            )
        )
        for number, (person, kind) in enumerate(town.people.items()):
            add_resource(town.owner, number, person, kind)
        current.flush()
        advisor = next(iter(town.people))
        for person, kind in town.people.items():
            spans = list(zip(*town.busy(person), strict=True))
            made = [_appointment(town, case_id, advisor, index) for index in range(len(spans))]
            current.execute(insert(Appointment), made)
            current.execute(
                insert(Reservation),
                [
                    _reservation(row["id"], kind, person, starts, ends)
                    for row, (starts, ends) in zip(made, spans, strict=True)
                ],
            )


def taken_of(town: Town) -> dict[UUID, tuple[Taken, ...]]:
    """The bookings as the engine takes them."""
    return {person: (Taken(*town.busy(person), 0, 0),) for person in town.people}


def world_of(town: Town, policy: Policy, taken: Mapping[UUID, Sequence[Taken]]) -> World:
    """The same office for the engine alone: weekly rules expanded, bookings as they are, without any database."""
    spoken = frozenset({LANGUAGE})
    resources = tuple(
        Resource(person, kind, spoken if kind is ResourceKind.INTERPRETER else frozenset(), capacity=4)
        for person, kind in town.people.items()
    )
    rules = [
        WeeklyRule(person, weekday, time(OPENS), time(CLOSES), date(2026, 1, 1))
        for person in town.people
        for weekday in range(5)
    ]
    last = town.first + timedelta(days=DAYS - 1)
    return World(
        now=int(clock.now().timestamp()),
        resources=resources,
        hours=open_hours(rules, town.first, last),
        policy=policy,
        taken=taken,
    )


def add_resource(owner: UUID, number: int, person: UUID, kind: ResourceKind) -> None:
    """One more of a kind, open from Monday to Friday, in the open transaction."""
    current, name = session(), f"{kind.value} {number}"
    if kind is ResourceKind.ADVISOR:
        token = number.to_bytes(32, "big")
        current.add(
            User(id=person, organisation_id=owner, email_token=token, password_hash="!", created_at=clock.now())
        )
        current.add(UserRole(user_id=person, role=Role.ADVISOR))
        records.create(UserProfile(name=name, email="bench@einstieg.example"), record_id=person, scope=Scope(owner))
    elif kind is ResourceKind.INTERPRETER:
        current.add(Interpreter(id=person, organisation_id=owner, languages=[LANGUAGE]))
        records.create(InterpreterProfile(name=name), record_id=person, scope=Scope(owner))
    else:
        current.add(Room(id=person, organisation_id=owner, name=name, place="Ostweg 7", capacity=4))
    for weekday in range(5):
        current.add(
            Availability(
                organisation_id=owner,
                resource_kind=kind,
                resource_id=person,
                weekday=weekday,
                starts_minute=OPENS * 60,
                ends_minute=CLOSES * 60,
                valid_from=date(2026, 1, 1),
            )
        )


def _appointment(town: Town, case_id: UUID, advisor: UUID, index: int) -> dict[str, Any]:
    at, made = clock.now() + timedelta(days=1, hours=index), new_id()
    return {
        "id": made,
        "organisation_id": town.owner,
        "case_id": case_id,
        "kind": AppointmentKind.FOLLOW_UP,
        "state": AppointmentState.BOOKED,
        "starts_at": at,
        "ends_at": at + timedelta(minutes=HALF_HOUR),
        "advisor_id": advisor,
        "calendar_uid": f"{made}@einstieg",
        "booked_via": BookedVia.STAFF,
        "booked_at": clock.now(),
        "changed_at": clock.now(),
        "mode": TalkMode.ON_SITE,
        "version": 1,
    }


def _reservation(appointment_id: UUID, kind: ResourceKind, person: UUID, starts: int, ends: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "appointment_id": appointment_id,
        "resource_kind": kind,
        "resource_id": person,
        "starts": starts,
        "ends": ends,
        "is_active": True,
        "is_busy": True,
        "buffer_before": 0,
        "buffer_after": 0,
    }


def _instant(day: date, minute: int) -> int:
    return instant(day, time(minute // 60, minute % 60))
