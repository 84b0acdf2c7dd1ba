"""The waiting list as families and staff see it: joining, answering by buttons, the list."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data.database import session
from app.messages.models import Message, MessagePayload
from scheduling.booking.services import invite
from scheduling.kinds import GateReason
from scheduling.models import Appointment
from scheduling.states import AppointmentState
from scheduling.waiting.kinds import OfferState, WaitingEnd, WaitingState
from scheduling.waiting.models import WaitingEntry
from scheduling.waiting.offering import MESSAGE_KIND
from scheduling.waiting.reach import contact_of
from tests.scheduling.conftest import FRIDAY
from tests.scheduling.waiting.conftest import FIRST, Queue

Outbox = Callable[[], list[tuple[Message, MessagePayload]]]
SignIn = Callable[[str], FlaskClient]


def _entry() -> WaitingEntry:
    session().rollback()
    (found,) = session().scalars(select(WaitingEntry).execution_options(populate_existing=True)).all()
    return found


def _link(outbox: Outbox) -> str:
    """The page of the latest offer, as the mail names it."""
    told = [text.text for message, text in outbox() if message.kind == MESSAGE_KIND]
    found = re.search(r"(/t/uk/angebot/[\w-]+)\n", told[-1])
    assert found is not None
    return found[1]


def test_a_family_joins_by_its_link_and_answers_by_a_button(queue: Queue, client: FlaskClient, outbox: Outbox) -> None:
    queue.only()
    case = queue.open_case()
    actor = queue.world.actor("reception")
    token = invite(actor, case_id=case.id, kind=FIRST, without_papers=GateReason.URGENT).token
    start = f"/t/uk/{token}"
    assert f"{start}/warten" in client.get(f"{start}/zeiten").text
    refused = client.post(f"{start}/warten", data={"weekdays": ["9"], "part": "any"})
    assert refused.status_code == 422
    asked = client.post(f"{start}/warten", data={"weekdays": ["4"], "part": "morning"})
    assert asked.headers["Location"].endswith("/warten/nachricht")
    done = client.post(f"{start}/warten/nachricht", data={"channel": "email", "email": "familie@einstieg.example"})
    assert "очікування" in client.get(done.headers["Location"]).text
    entry = _entry()
    assert (entry.weekdays, entry.until_minute, contact_of(entry).language) == ([4], 720, "uk")
    assert queue.fill() == 0

    queue.only(FRIDAY)
    assert queue.fill() == 1
    page = _link(outbox)
    for _ in range(2):
        shown = client.get(page)
        assert shown.status_code == 200 and "27.11.2026" in shown.text and "Kovalenko" not in shown.text
    assert [offer.state for offer in queue.offers(None)] == [OfferState.OPEN]
    for button in ("annehmen", "ablehnen"):
        assert client.get(f"{page}/{button}").status_code == 405
    booked = client.post(f"{page}/annehmen")
    assert booked.status_code == 303 and "27.11.2026" in client.get(booked.headers["Location"]).text
    again = client.post(f"{page}/annehmen")
    assert again.headers["Location"] == booked.headers["Location"]
    assert client.get(page).status_code == 410
    (talk,) = session().scalars(select(Appointment)).all()
    assert (talk.state, talk.starts_at) == (AppointmentState.BOOKED, FRIDAY)


def test_a_no_an_old_and_an_unknown_link_tell_nothing(queue: Queue, client: FlaskClient, outbox: Outbox) -> None:
    entry = queue.join()
    queue.fill()
    page = _link(outbox)
    assert client.post(f"{page}/ablehnen").status_code == 200
    assert client.get(page).status_code == 410 and "27.11.2026" not in client.get(page).text
    queue.only(FRIDAY.replace(month=12, day=4))
    queue.fill()
    page = _link(outbox)
    clock.start_at(queue.offers()[0].expires_at)
    assert [client.get(page).status_code, client.post(f"{page}/annehmen").status_code] == [410, 410]
    unknown = client.get("/t/de/angebot/nothing-of-ours")
    assert unknown.status_code == 404
    assert session().get_one(WaitingEntry, entry.id).state is WaitingState.WAITING


@pytest.mark.parametrize("who", ["lead"])
def test_staff_add_see_and_answer_for_a_family(queue: Queue, sign_in: SignIn, who: str) -> None:
    case, staff = queue.open_case(), sign_in(who)
    form = {"kind": "first_talk", "part": "any", "channel": "none", "without_papers": "", "earliest_on": ""}
    refused = staff.post(f"/faelle/{case.id}/warteliste", data={**form, "earliest_on": "31.2.2027"})
    assert refused.status_code == 422 and "31.2.2027" in refused.text
    added = staff.post(f"/faelle/{case.id}/warteliste", data={**form, "without_papers": "urgent"})
    assert added.status_code == 303
    assert "Kovalenko" in staff.get("/termine/warteliste").text
    staff.post(f"/termine/warteliste/{_entry().id}/dringend", data={"reason": "deadline"})
    queue.fill()
    page = staff.get("/termine/warteliste").text
    assert "Eine Frist läuft ab" in page and "Lena Leitung" in page and "bitte anrufen" in page
    (offer,) = queue.offers()
    assert staff.post(f"/termine/warteliste/angebot/{offer.id}/annehmen").status_code == 303
    assert _entry().ended_as is WaitingEnd.SERVED
    over = staff.post(f"/termine/warteliste/angebot/{offer.id}/ablehnen", follow_redirects=True)
    assert "gilt nicht mehr" in over.text
