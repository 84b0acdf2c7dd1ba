"""Answers to text messages: digits of every script, one question before calling off, and the own number alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session
from app.messages import suppressions
from app.messages.models import Channel, Message, MessagePayload
from cases.models import Task
from cases.sheets import TaskText
from scheduling import services
from scheduling.booking.answering import Answered, take_reply
from scheduling.booking.replies import Reply, read_reply
from scheduling.kinds import GateReason
from scheduling.models import Appointment
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

PHONE = "+4917612345678"
Outbox = Callable[[], list[tuple[Message, MessagePayload]]]


@pytest.mark.parametrize("text", ["1", "١", "۱", " ja ", "نعم", "1.", "Ja!", "\u200f١\u200f", "Так"])
def test_a_family_says_that_it_comes(text: str) -> None:
    assert read_reply(text) is Reply.COMING


@pytest.mark.parametrize(("text", "reply"), [("2", Reply.NOT_COMING), ("٢", Reply.NOT_COMING), ("STOP", Reply.STOP)])
def test_digits_and_stop_are_read(text: str, reply: Reply) -> None:
    assert read_reply(text) is reply


@pytest.mark.parametrize("text", ["", "CANCEL", "END", "YES", "12", "1 2", "ja aber später", "²", "Wo ist das?"])
def test_everything_else_goes_to_a_person(text: str) -> None:
    assert read_reply(text) is Reply.UNKNOWN


@pytest.fixture
def booked(world: World, office: Office, open_case: OpenCase) -> Appointment:
    """A talk on Friday, told about by text message."""
    details = msgspec.structs.replace(DETAILS, channel="sms", phone="0176 1234 5678", email="")
    case = open_case()
    services.book(
        world.actor("reception"), case_id=case.id, kind=AppointmentKind.FIRST_TALK, starts=FRIDAY, details=details,
        without_papers=GateReason.URGENT,
    )  # fmt: skip
    return _talk()


def _talk() -> Appointment:
    return session().scalars(select(Appointment).execution_options(populate_existing=True)).one()


def test_a_yes_is_noted_and_another_number_changes_nothing(booked: Appointment) -> None:
    assert take_reply(phone="+4917612345679", text="2") is Answered.NOBODY
    assert take_reply(phone="kein Telefon", text="1") is Answered.NOBODY
    assert _talk().said_coming_at is None and _talk().asked_cancel_at is None
    assert take_reply(phone=PHONE, text="۱") is Answered.NOTED
    assert _talk().said_coming_at is not None


def test_a_two_asks_back_once_and_the_second_calls_off(booked: Appointment, outbox: Outbox) -> None:
    assert take_reply(phone=PHONE, text="2") is Answered.ASKED
    assert _talk().state is AppointmentState.BOOKED
    (asked,) = [sheet for row, sheet in outbox() if row.kind == "appointment.ask_cancel"]
    assert asked.address == "0176 1234 5678" or asked.address == PHONE
    assert take_reply(phone="0049 176 12345678", text=" 2 ") is Answered.CANCELLED
    assert _talk().state is AppointmentState.CANCELLED
    assert take_reply(phone=PHONE, text="2") is Answered.NOBODY


def test_a_one_takes_the_question_back_and_a_late_two_asks_anew(booked: Appointment) -> None:
    take_reply(phone=PHONE, text="2")
    assert take_reply(phone=PHONE, text="1") is Answered.NOTED
    assert take_reply(phone=PHONE, text="2") is Answered.ASKED
    clock.start_at(clock.now() + timedelta(hours=25))
    assert take_reply(phone=PHONE, text="2") is Answered.ASKED
    clock.start_at(FRIDAY - timedelta(hours=23))
    assert take_reply(phone=PHONE, text="2") is Answered.ASKED
    assert take_reply(phone=PHONE, text="2") is Answered.FORWARDED, "too late to do it alone"
    assert _talk().state is AppointmentState.BOOKED


def test_stop_stops_and_other_words_reach_a_person_sealed(booked: Appointment, world: World) -> None:
    assert take_reply(phone=PHONE, text="Wo ist das Büro?") is Answered.FORWARDED
    tasks = session().scalars(select(Task.id).where(Task.case_id == booked.case_id)).all()
    said = [stored.sheet.text for stored in records.find_many(TaskText, tasks, reader=world.ki.id).values()]
    assert any("Wo ist das Büro?" in text for text in said)
    assert take_reply(phone=PHONE, text="stop") is Answered.STOPPED
    assert suppressions.is_suppressed("0176 1234 5678", Channel.SMS) or suppressions.is_suppressed(PHONE, Channel.SMS)
    assert take_reply(phone=PHONE, text="1") is Answered.NOBODY, "it is told nothing any more"
