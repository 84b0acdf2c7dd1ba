"""Signing in: one sentence for every mistake, nobody led away, sessions that end, tries that are limited."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app import clock
from app.accounts import services
from app.data.audit import Action, AuditEntry
from app.data.database import db, session
from app.extensions import limiter
from app.factory import create_app
from app.policies import Role
from config import Config
from tests.plugins.application import PASSWORD, World

SENTENCE = "passen nicht zusammen"


def _post(client: FlaskClient, email: str, password: str, path: str = "/anmelden") -> tuple[int, str, str]:
    response = client.post(path, data={"email": email, "password": password})
    return response.status_code, response.get_data(as_text=True), response.headers.get("Location", "")


@pytest.mark.parametrize("email", ["advisor@einstieg.example", "nobody@einstieg.example"])
def test_a_wrong_password_and_an_unknown_address_read_the_same(client: FlaskClient, world: World, email: str) -> None:
    status, page, _ = _post(client, email, "wrong-wrong-wrong")
    assert (status, SENTENCE in page) == (422, True)
    assert email in page


def test_a_failed_sign_in_is_in_the_log_without_what_was_typed(client: FlaskClient, world: World) -> None:
    _post(client, world.email("advisor"), "wrong-wrong-wrong")
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject_id, entry.facts) == (Action.SIGN_IN_FAILED, world.users["advisor"], "")


@pytest.mark.parametrize(
    "onward", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_server(client: FlaskClient, world: World, onward: str) -> None:
    path = f"/anmelden?weiter={onward}"
    status, _, location = _post(client, world.email("advisor"), PASSWORD, path)
    assert (status, location) == (302, "/")


def test_signing_in_leads_on_to_where_somebody_was_heading(client: FlaskClient, world: World) -> None:
    _, _, location = _post(client, world.email("advisor"), PASSWORD, "/anmelden?weiter=/konto")
    assert location == "/konto"


@pytest.mark.parametrize("later", [timedelta(minutes=31), timedelta(hours=10, minutes=1)])
def test_a_session_ends_when_idle_and_after_ten_hours(sign_in: Callable[[str], FlaskClient], later: timedelta) -> None:
    client, begin = sign_in("advisor"), clock.now()
    assert client.get("/konto").status_code == 200
    if later > timedelta(hours=1):
        for minutes in range(25, int(later.total_seconds() // 60), 25):
            clock.start_at(begin + timedelta(minutes=minutes))
            client.get("/konto")
    clock.start_at(begin + later)
    assert client.get("/konto").headers["Location"].startswith("/anmelden")


def test_blocking_somebody_ends_their_sessions_at_once(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    client = sign_in("advisor")
    services.change_user(
        world.actor("admin"), user_id=world.users["advisor"], roles=frozenset({Role.ADVISOR}), is_active=False
    )
    assert client.get("/konto").status_code == 302
    assert services.sign_in(email=world.email("advisor"), password=PASSWORD) is None


def test_the_ninth_wrong_try_for_one_account_is_refused(config: Config, world: World) -> None:
    limiter.enabled = True
    try:
        limited = create_app(config)
        limited.config.update(WTF_CSRF_ENABLED=False)
        email = world.email("lead")
        statuses = [_post(limited.test_client(), email, f"wrong-{number}")[0] for number in range(9)]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert statuses == [422] * 8 + [429]


def test_noting_that_somebody_is_there_costs_a_page_one_statement_a_minute(
    sign_in: Callable[[str], FlaskClient],
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "WITH")):
            asked.append(statement)

    def asked_for(browser: FlaskClient) -> list[str]:
        asked.clear()
        assert browser.get("/faelle").status_code == 200
        return list(asked)

    browser = sign_in("lead")
    browser.get("/faelle")
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        usual = asked_for(browser)
        clock.start_at(clock.now() + timedelta(minutes=2))
        noted, again = asked_for(browser), asked_for(browser)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(noted) == len(usual) + 1 and noted[-1].startswith("UPDATE user_session")
    assert len(again) == len(usual)


def test_a_note_that_fails_takes_nothing_from_the_page(
    sign_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[UUID] = []

    def fail(session_id: UUID) -> None:
        tried.append(session_id)
        raise OperationalError("UPDATE", None, sqlite3.OperationalError("database is locked"))

    browser = sign_in("lead")
    monkeypatch.setattr(services, "note_seen", fail)
    clock.start_at(clock.now() + timedelta(minutes=2))
    assert browser.get("/faelle").status_code == 200
    assert len(tried) == 1
