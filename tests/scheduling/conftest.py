"""An office that is open: one advisor, one interpreter for Ukrainian, one room, Monday to Friday from 9 to 16."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, select

from app import clock
from app.accounts.models import User, UserProfile
from app.data import records
from app.data.base import new_id
from app.data.database import db, session, transaction
from app.data.records import Scope
from app.messages.models import Message, MessagePayload
from app.policies import Actor, OrganisationKind
from cases.models import Case
from scheduling.models import AppointmentSheet, Availability, Interpreter, InterpreterProfile, Room
from scheduling.offering.models import KindChoice
from scheduling.offering.settings import DEFAULTS, BookingAccess
from scheduling.states import AppointmentKind
from scheduling.world import ResourceKind
from tests.plugins.application import World

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)  # 10:00 in Düsseldorf
DETAILS = AppointmentSheet(
    language="uk",
    interpreter_language="uk",
    coming=["child", "guardian"],
    coming_count=3,
    email="familie@einstieg.example",
    channel="email",
)


@dataclass
class Office:
    """What can be booked, with functions to add more of it."""

    organisation_id: UUID
    advisor_id: UUID
    interpreter_id: UUID
    room_id: UUID

    def family(self, case: Case) -> Actor:
        """The family of a case, come by its link."""
        return Actor(self.organisation_id, OrganisationKind.KI, invited_to=case.id)

    def open(self, kind: ResourceKind, resource_id: UUID) -> None:
        """Monday to Friday, 9 to 16."""
        with transaction() as current:
            for weekday in range(5):
                current.add(
                    Availability(
                        organisation_id=self.organisation_id,
                        resource_kind=kind,
                        resource_id=resource_id,
                        weekday=weekday,
                        starts_minute=9 * 60,
                        ends_minute=16 * 60,
                        valid_from=date(2026, 1, 1),
                    )
                )

    def speaks(self, user_id: UUID, *languages: str) -> None:
        """Let a person counsel in further languages."""
        with transaction():
            stored = records.get(UserProfile, user_id, reader=self.organisation_id)
            stored.sheet.languages = list(languages)
            scope = Scope(self.organisation_id)
            records.save(stored.sheet, record_id=user_id, scope=scope, expected=stored.version)


@pytest.fixture
def office(world: World) -> Office:
    """The open office; it is Monday 23.11.2026, 9 o'clock in Düsseldorf."""
    clock.start_at(MONDAY)
    room, interpreter = new_id(), new_id()
    with transaction() as current:
        current.add(Room(id=room, organisation_id=world.ki.id, name="Raum 2.14", place="Ostweg 7", capacity=4))
        current.add(Interpreter(id=interpreter, organisation_id=world.ki.id, languages=["uk"]))
        current.flush()
        profile = InterpreterProfile(name="Iryna Dolmetscherin", phone="+4917611111111")
        records.create(profile, record_id=interpreter, scope=Scope(world.ki.id))
    opened = Office(world.ki.id, world.users["advisor"], interpreter, room)
    opened.open(ResourceKind.ADVISOR, opened.advisor_id)
    opened.open(ResourceKind.INTERPRETER, interpreter)
    assert session().get(User, opened.advisor_id) is not None
    return opened


@pytest.fixture
def outbox(world: World) -> Callable[[], list[tuple[Message, MessagePayload]]]:
    """A function that answers every planned message with its opened text, in order of planning."""

    def read() -> list[tuple[Message, MessagePayload]]:
        rows = session().scalars(select(Message).order_by(Message.id).execution_options(populate_existing=True)).all()
        texts = records.find_many(MessagePayload, [row.id for row in rows], reader=world.ki.id)
        return [(row, texts[row.id].sheet) for row in rows]

    return read


@pytest.fixture
def count_queries(app: Flask) -> Iterator[Callable[[], list[str]]]:
    """A function that starts counting the statements sent to the data store and answers the growing list."""
    asked: list[str] = []
    listening: list[bool] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if listening:
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)

    def start() -> list[str]:
        listening.append(True)
        asked.clear()
        return asked

    yield start
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def open_page(office: Office) -> None:
    """The office offers first talks to everybody."""
    usual = DEFAULTS[AppointmentKind.FIRST_TALK]
    with transaction() as current:
        current.add(
            KindChoice(
                id=new_id(), organisation_id=office.organisation_id, kind=usual.kind, minutes=usual.minutes,
                minutes_interpreted=usual.minutes_interpreted, buffer_before=usual.buffer_before,
                buffer_after=usual.buffer_after, lead_minutes=usual.lead_minutes, horizon_days=usual.horizon_days,
                step_minutes=usual.step_minutes, capacity=usual.capacity, questions=[], papers=usual.papers,
                papers_listed=[], access=BookingAccess.OPEN, modes=list(usual.modes), needs_room=usual.needs_room,
                changed_at=clock.now(),
            )
        )  # fmt: skip
