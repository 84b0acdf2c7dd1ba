"""What an office asks of families besides: asked where its kinds say so, kept with the talk, heeded when given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask.testing import FlaskClient
from sqlalchemy import select

from app.data.base import new_id
from app.data.database import session, transaction
from scheduling import queries
from scheduling.booking.services import invite
from scheduling.kinds import GateReason
from scheduling.models import Appointment, Room
from scheduling.offering.queries import setting_of
from scheduling.offering.services import change_kind
from scheduling.offering.settings import Question
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
START = int(FRIDAY.timestamp())
SAID = {"coming": ["child", "mother"], "count": "3"}
SignIn = Callable[[str], FlaskClient]


def _ask(world: World, *questions: Question) -> None:
    setting = setting_of(world.ki.id, FIRST)
    change_kind(world.actor("lead"), setting=replace(setting, questions=questions))


def _held(world: World, open_case: OpenCase, client: FlaskClient) -> str:
    case = open_case()
    invited = invite(world.actor("reception"), case_id=case.id, kind=FIRST, without_papers=GateReason.URGENT)
    base = "/t/uk/" + invited.token
    client.post(f"{base}/zeiten", data={"starts": START})
    return base


def test_only_what_the_kind_asks_is_asked_and_kept(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient, sign_in: SignIn
) -> None:
    _ask(world, Question.COMING, Question.CHILDCARE, Question.REMARKS)
    base = _held(world, open_case, client)
    page = client.get(f"{base}/wer").text
    assert 'name="childcare"' in page and 'name="remarks"' in page
    assert 'name="step_free"' not in page and 'name="interpreter_gender"' not in page
    said = SAID | {"childcare": "y", "remarks": "Ми прийдемо з дідусем", "step_free": "y", "interpreter_gender": "male"}
    assert client.post(f"{base}/wer", data=said).status_code == 303
    client.post(f"{base}/erinnerung", data={"channel": "none"})
    assert "Ми прийдемо з дідусем" in client.get(f"{base}/pruefen").text
    assert client.post(f"{base}/pruefen").status_code == 303
    booked = session().scalars(select(Appointment)).unique().one()
    sheet = queries.sheet_of(booked)
    assert (sheet.childcare, sheet.remarks, sheet.step_free, sheet.interpreter_gender) == (
        True,
        "Ми прийдемо з дідусем",
        False,
        "",
    )
    shown = sign_in("reception").get(f"/faelle/{booked.case_id}/termine").text
    assert "kleine Kinder kommen mit" in shown and "Ми прийдемо з дідусем" in shown


def test_who_needs_no_steps_is_held_such_a_room_or_told_at_once(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    with transaction():
        session().get_one(Room, office.room_id).is_step_free = False
    base = _held(world, open_case, client)
    refused = client.post(f"{base}/wer", data=SAID | {"step_free": "y"})
    assert refused.status_code == 409
    assert "checked" in client.get(f"{base}/wer").text, "nothing that was said is lost"
    flat = new_id()
    with transaction() as current:
        current.add(Room(id=flat, organisation_id=world.ki.id, name="Raum 0.01", place="Ostweg 7", capacity=4))
    assert client.post(f"{base}/wer", data=SAID | {"step_free": "y"}).status_code == 303
    held = session().scalars(select(Appointment)).unique().one()
    assert (held.state, held.room_id) == (AppointmentState.HELD, flat)
    client.post(f"{base}/erinnerung", data={"channel": "none"})
    assert client.post(f"{base}/pruefen").status_code == 303
    session().refresh(held)
    assert (held.state, held.room_id) == (AppointmentState.BOOKED, flat)
