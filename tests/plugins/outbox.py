"""Messages to invented families, ready to be sent over the mail server of the tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.data.base import new_id
from app.data.database import transaction
from app.data.records import Scope, keyring
from app.messages.models import Channel, MessagePayload
from app.messages.services import plan
from app.messages.smtp import SmtpGateway
from tests.plugins.application import World

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
SENDER = "termine@einstieg.example"

Outbox = Callable[..., UUID]


def use_mail_server(app: Flask, url: str, *, seconds: float = 5.0) -> None:
    """Let the application under test send over this server, waiting so long at most."""
    app.extensions["gateways"] = {Channel.EMAIL: SmtpGateway(url, SENDER, seconds, seconds)}


@pytest.fixture
def outbox(app: Flask, world: World) -> Outbox:
    """A function that plans a message of the KI to Olena, due at noon unless `hours` are given; answers its id."""
    clock.start_at(NOON)
    case_id = new_id()
    keyring().create_key(case_id, world.ki.id)
    scope = Scope(world.ki.id, case_id)

    def put(kind: str = "test.reminder", *, subject: UUID | None = None, hours: int = 0, **payload: str) -> UUID:
        given = {"address": "olena@example.org", "subject": "Ihr Termin", "text": "Добрий день\n.\nEnde", **payload}
        with transaction():
            message = plan(
                scope=scope,
                case_id=case_id,
                subject_id=subject,
                kind=kind,
                channel=Channel.EMAIL,
                due_at=clock.now() + timedelta(hours=hours),
                dedupe_key=str(new_id()),
                payload=MessagePayload(language="uk", **given),
                expires_at=clock.now() + timedelta(hours=hours + 6),
            )
        assert message is not None
        return message.id

    return put
