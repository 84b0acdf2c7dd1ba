"""The page of messages that did not go out: for whom, what stands there, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import NotFound
from app.messages import composers
from app.messages.kinds import Reason
from app.messages.models import Message, MessageState
from app.messages.queries import backlog, get_message, messages_of_case
from app.messages.services import hold_unsent
from tests.plugins.application import World
from tests.plugins.outbox import NOON, Outbox
from tests.plugins.trail import entries

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def failed(outbox: Outbox) -> UUID:
    """A reminder that the mail server refused."""
    message_id = outbox()
    with transaction():
        message = session().get_one(Message, message_id)
        message.state, message.reason, message.attempts = MessageState.FAILED, Reason.REFUSED.value, 3
    return message_id


def _fresh(message_id: UUID) -> Message:
    return session().get_one(Message, message_id, populate_existing=True)


def test_the_page_says_what_happened_and_nothing_about_whom(failed: UUID, sign_in: SignIn) -> None:
    composers.register("test.reminder", label="Erinnerung an den Termin")
    page = sign_in("reception").get("/nachrichten")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Erinnerung an den Termin" in text
    assert "abgelehnt" in text
    assert "olena" not in text.casefold()


@pytest.mark.parametrize(("button", "state"), [("gesendet", "sent"), ("nochmal", "due"), ("aufgeben", "cancelled")])
def test_each_button_decides_once_and_is_on_record(failed: UUID, sign_in: SignIn, button: str, state: str) -> None:
    advisor = sign_in("advisor")
    assert advisor.post(f"/nachrichten/{failed}/{button}").status_code == 303
    assert _fresh(failed).state == state
    assert len(entries(subject=failed, action=Action.CHANGED)) == 1
    again = advisor.post(f"/nachrichten/{failed}/{button}", follow_redirects=True)
    assert "inzwischen jemand gekümmert" in again.get_data(as_text=True)
    assert _fresh(failed).state == state


def test_what_would_come_too_late_is_not_sent_again(failed: UUID, sign_in: SignIn) -> None:
    clock.start_at(NOON + timedelta(hours=7))
    lead = sign_in("lead")
    assert "Noch einmal senden" not in lead.get("/nachrichten").get_data(as_text=True)
    lead.post(f"/nachrichten/{failed}/nochmal")
    assert _fresh(failed).state is MessageState.FAILED


def test_other_organisations_and_other_roles_see_none_of_it(failed: UUID, world: World, sign_in: SignIn) -> None:
    assert sign_in("admin").get("/nachrichten").status_code == 403
    assert sign_in("manager").post(f"/nachrichten/{failed}/aufgeben").status_code == 404
    with pytest.raises(NotFound):
        get_message(world.actor("welfare_manager"), failed)


def test_a_standstill_is_told_after_two_minutes(outbox: Outbox, world: World, sign_in: SignIn) -> None:
    message_id = outbox()
    assert backlog(world.ki.id) is None
    clock.start_at(NOON + timedelta(minutes=3))
    standstill = backlog()
    assert standstill is not None
    assert (standstill.count, standstill.oldest_at) == (1, _fresh(message_id).due_at)
    assert "Nachricht wartet seit" in sign_in("reception").get("/nachrichten").get_data(as_text=True)


def test_after_a_restore_everything_unsent_is_held_for_a_person(outbox: Outbox, sign_in: SignIn) -> None:
    now, later = outbox(), outbox(hours=5)
    assert hold_unsent() == 2
    assert {_fresh(now).state, _fresh(later).state} == {MessageState.HELD}
    sign_in("lead").post(f"/nachrichten/{later}/nochmal")
    assert _fresh(later).state is MessageState.PLANNED


def test_the_messages_of_a_case_stand_newest_first(outbox: Outbox) -> None:
    first, second = outbox(), outbox(hours=2)
    case_id = _fresh(first).case_id
    assert case_id is not None
    assert [message.id for message in messages_of_case(case_id)] == [second, first]
