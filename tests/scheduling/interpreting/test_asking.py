"""An interpreter is asked once for each talk, answers behind her own link, and hears when a talk is off."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app import clock
from app.data import records
from app.data.database import session, transaction
from app.data.records import Scope
from app.logs import redacted
from app.messages.models import Channel, Message, MessagePayload
from scheduling import queries, services
from scheduling.conflicts.queries import situation_of
from scheduling.conflicts.rules import Cause
from scheduling.interpreting.asking import follow
from scheduling.interpreting.budgets import budgets_of
from scheduling.interpreting.models import InterpreterAsk
from scheduling.kinds import GateReason
from scheduling.models import Appointment, Interpreter, InterpreterProfile
from scheduling.resource_kinds import Answer
from scheduling.spoken import understood
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
Outbox = Callable[[], list[tuple[Message, MessagePayload]]]
Enter = Callable[[str], FlaskClient]


@pytest.fixture
def booked(world: World, office: Office, open_case: OpenCase) -> services.Booked:
    """A talk on Friday at 10 with the interpreter, who reads mails."""
    with transaction():
        profile = InterpreterProfile(name="Iryna Dolmetscherin", email="iryna@einstieg.example", phone="+4917611111111")
        records.put(profile, record_id=office.interpreter_id, scope=Scope(world.ki.id))
    return _book(world, open_case().id)


def _book(world: World, case_id: UUID, hours: int = 0) -> services.Booked:
    return services.book(
        world.actor("reception"), case_id=case_id, kind=FIRST, starts=FRIDAY + timedelta(hours=hours), details=DETAILS,
        without_papers=GateReason.URGENT,
    )  # fmt: skip


def _told(outbox: Outbox, kind: str) -> list[MessagePayload]:
    return [payload for message, payload in outbox() if message.kind == kind]


def _path(payload: MessagePayload) -> str:
    found = re.search(r"/s/[\w-]{43}", payload.text)
    assert found is not None
    return found[0]


def _ask(page: str) -> str:
    return re.findall(r'name="anfrage" value="([0-9a-f-]{36})"', page)[0]


def test_she_is_asked_once_with_nothing_about_the_family(
    world: World, office: Office, booked: services.Booked, outbox: Outbox
) -> None:
    assert (follow(), follow()) == (1, 0)
    (payload,) = _told(outbox, "interpreter.asked")
    assert payload.address == "iryna@einstieg.example"
    for said in ("27.11.2026", "10:00–11:30", "Ostweg 7", "Ukrainisch"):
        assert said in payload.text
    for hidden in ("Kovalenko", "Daryna", booked.code, "Erstgespräch", "familie@"):
        assert hidden not in payload.text + payload.subject
    token = _path(payload).removeprefix("/s/")
    assert token not in repr(session().execute(text("SELECT * FROM interpreter_ask")).all())
    assert redacted(f"GET /s/{token}/antwort") == "GET /s/…/antwort"


def test_reading_changes_nothing_the_buttons_do_and_a_no_keeps_the_time(
    world: World, office: Office, booked: services.Booked, outbox: Outbox, client: FlaskClient, open_case: OpenCase
) -> None:
    _book(world, open_case(family=family_sheet("Bondar")).id, hours=2)
    follow()
    path = _path(_told(outbox, "interpreter.asked")[0])
    page = client.get(path).text
    assert "Können Sie kommen?" in page
    assert "Ihre weiteren Einsätze" in page
    assert "Kovalenko" not in page
    assert _answers() == [Answer.ASKED, Answer.ASKED]
    ask = _ask(page)
    assert client.get(f"{path}/antwort").status_code == 405
    assert client.post(f"{path}/antwort", data={"anfrage": ask, "antwort": "ja"}).status_code == 303
    assert Answer.CONFIRMED in _answers()
    client.post(f"{path}/antwort", data={"anfrage": ask, "antwort": "nein"})
    assert [hit.cause for one in situation_of(world.ki.id).conflicts for hit in one.hits] == [Cause.DECLINED]
    stored = session().get(Appointment, booked.appointment_id, populate_existing=True)
    assert stored is not None and stored.interpreter_id == office.interpreter_id
    for data in ({}, {"anfrage": "x", "antwort": "ja"}, {"anfrage": str(office.room_id), "antwort": "ja"}):
        assert client.post(f"{path}/antwort", data=data).status_code == 404


def test_a_link_of_long_ago_unknown_or_of_somebody_who_left_shows_nobody(
    world: World, office: Office, booked: services.Booked, outbox: Outbox, client: FlaskClient
) -> None:
    follow()
    path = _path(_told(outbox, "interpreter.asked")[0])
    assert client.get("/s/nichts").status_code == 404
    with transaction():
        session().get_one(Interpreter, office.interpreter_id).is_active = False
    assert client.get(path).status_code == 404
    with transaction():
        session().get_one(Interpreter, office.interpreter_id).is_active = True
    clock.start_at(FRIDAY + timedelta(days=1))
    gone = client.get(path)
    assert (gone.status_code, "27.11." in gone.text) == (404, False)


def test_a_talk_that_moves_is_asked_for_anew_and_one_that_is_off_is_taken_back(
    world: World, office: Office, booked: services.Booked, outbox: Outbox, client: FlaskClient
) -> None:
    follow()
    path = _path(_told(outbox, "interpreter.asked")[0])
    moved = FRIDAY + timedelta(hours=2)
    services.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=moved)
    assert follow() == 2
    assert len(_told(outbox, "interpreter.asked")) == 2
    assert "10:00" in _told(outbox, "interpreter.released")[0].text
    old = client.get(path).text
    assert "Dieser Einsatz entfällt" in old and "12:00" in old
    services.cancel(world.actor("reception"), appointment_id=booked.appointment_id)
    assert (follow(), follow()) == (1, 0)
    assert "12:00" in _told(outbox, "interpreter.released")[1].text


def test_no_answer_in_time_is_a_conflict_and_nobody_to_write_to_one_at_once(
    world: World, office: Office, booked: services.Booked, open_case: OpenCase
) -> None:
    follow()
    assert situation_of(world.ki.id).conflicts == ()
    clock.start_at(clock.now() + timedelta(days=1, minutes=1))
    (conflict,) = situation_of(world.ki.id).conflicts
    assert conflict.hits[0].cause is Cause.UNANSWERED
    with transaction():
        records.put(InterpreterProfile(name="Iryna"), record_id=office.interpreter_id, scope=Scope(world.ki.id))
    _book(world, open_case(family=family_sheet("Bondar")).id, hours=2)
    follow()
    assert len(situation_of(world.ki.id).conflicts) == 2


def test_without_mail_she_gets_a_text_message(
    world: World, office: Office, open_case: OpenCase, outbox: Outbox
) -> None:
    _book(world, open_case().id)
    follow()
    (message,) = [row for row, _ in outbox() if row.kind == "interpreter.asked"]
    assert (message.channel, message.case_id) == (Channel.SMS, None)


def test_used_hours_count_warn_and_end_the_offer_unless_the_lead_says_otherwise(
    world: World, office: Office, open_case: OpenCase, booked: services.Booked
) -> None:
    case, actor = open_case(family=family_sheet("Bondar")), world.actor("reception")
    needs = queries.needs_of(case, FIRST)

    def offered() -> int:
        return len(queries.first_free(needs, policy=queries.policy_of(actor), earliest=FRIDAY, days=1))

    def limit(hours: int | None, *, may_exceed: bool = False) -> None:
        with transaction():
            row = session().get_one(Interpreter, office.interpreter_id)
            row.budget_hours, row.may_exceed_budget = hours, may_exceed

    free = offered()
    assert free > 0
    limit(2)
    budget = budgets_of(world.ki.id, 2026)[office.interpreter_id]
    assert (budget.used_hours, budget.percent, budget.is_short, budget.is_spent) == ("1,5", 75, False, False)
    assert offered() == free
    limit(1)
    assert budgets_of(world.ki.id, 2026)[office.interpreter_id].is_spent
    assert offered() == 0
    own = queries.first_free(
        needs, policy=queries.policy_of(actor), earliest=FRIDAY, days=1, own=[booked.appointment_id]
    )
    assert own, "her own talk can be moved although it uses the last hours"
    limit(1, may_exceed=True)
    assert offered() == free
    limit(1)
    services.cancel(actor, appointment_id=booked.appointment_id)
    assert budgets_of(world.ki.id, 2026)[office.interpreter_id].used_seconds == 0
    assert budgets_of(world.ki.id, 2027)[office.interpreter_id].used_seconds == 0
    assert offered() > free


def test_a_dialect_serves_its_language_and_not_its_sisters() -> None:
    assert understood(["kmr"]) == {"kmr", "ku"}
    assert understood(["prs", "uk"]) == {"prs", "fa", "uk"}
    assert understood(["ar-SY"]) == {"ar-SY"}, "a region names its language itself"


def _answers() -> list[Answer]:
    query = select(InterpreterAsk).order_by(InterpreterAsk.starts_at).execution_options(populate_existing=True)
    return [row.answer for row in session().scalars(query)]
