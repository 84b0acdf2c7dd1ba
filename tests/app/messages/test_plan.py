"""Planning: a message is part of the change it tells of, stands there once, and can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope, keyring
from app.messages.models import Channel, Message, MessagePayload, MessageState
from app.messages.services import cancel_for, plan
from tests.plugins.application import World

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


class Bell:
    """A doorbell that notes who rang."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str]] = []

    def ring(self, job_name: str, record_id: str) -> None:
        """Note it."""
        self.rung.append((job_name, record_id))


@pytest.fixture
def bell(app: Flask) -> Bell:
    """The application's doorbell, noting who rings."""
    clock.start_at(NOON)
    app.extensions["doorbell"] = Bell()
    return app.extensions["doorbell"]


@pytest.fixture
def scope(world: World) -> Scope:
    """A case of the KI."""
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    return Scope(world.ki.id, case_id)


def _plan(scope: Scope, key: str, *, days: int = 0, subject: UUID | None = None, kind: str = "reminder") -> UUID | None:
    message = plan(
        scope=scope,
        case_id=scope.case_id,
        subject_id=subject,
        kind=kind,
        channel=Channel.EMAIL,
        due_at=clock.now() + timedelta(days=days),
        dedupe_key=key,
        payload=MessagePayload(address="olena@example.org", language="uk", text="Добрий день"),
    )
    return message.id if message else None


def test_a_message_that_is_due_rings_after_commit_and_its_content_lies_sealed(scope: Scope, bell: Bell) -> None:
    with transaction():
        message_id = _plan(scope, "a")
        assert bell.rung == []
    assert bell.rung == [("messages.deliver", str(message_id))]
    assert message_id is not None
    assert records.get(MessagePayload, message_id, reader=scope.organisation_id).sheet.address == "olena@example.org"


def test_a_message_for_later_is_planned_and_rings_nobody(scope: Scope, bell: Bell) -> None:
    with transaction():
        message_id = _plan(scope, "a", days=1)
    message = session().get(Message, message_id)
    assert message is not None
    assert (message.state, bell.rung) == (MessageState.PLANNED, [])


def test_the_same_occurrence_is_planned_once_and_the_change_around_it_is_kept(scope: Scope, bell: Bell) -> None:
    with transaction():
        assert _plan(scope, "a") is not None
    with transaction():
        other = _plan(scope, "b")
        assert _plan(scope, "a") is None
    assert session().scalar(select(func.count()).select_from(Message)) == 2
    assert len(bell.rung) == 2
    assert session().get(Message, other) is not None


def test_what_a_failed_change_planned_is_gone_with_it(scope: Scope, bell: Bell) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        _plan(scope, "a")
        _ = 1 / 0
    assert session().scalar(select(func.count()).select_from(Message)) == 0
    assert bell.rung == []


def test_taking_back_spares_other_kinds_and_what_is_on_its_way(scope: Scope, bell: Bell) -> None:
    subject = new_id()
    with transaction():
        reminder = _plan(scope, "a", days=1, subject=subject)
        receipt = _plan(scope, "b", subject=subject, kind="receipt")
        leaving = _plan(scope, "c", subject=subject)
    with transaction():
        session().get_one(Message, leaving).state = MessageState.SENDING
    with transaction():
        assert cancel_for(subject, kinds=["reminder"]) == 1
    states = {
        key: session().get_one(Message, key, populate_existing=True).state for key in (reminder, receipt, leaving)
    }
    assert states == {reminder: "cancelled", receipt: "due", leaving: "sending"}
