"""An advisor's own calendar from her page to the free times: sealed, replaced as a whole, a clear word on failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app import clock
from app.data.database import session
from scheduling import queries
from scheduling.calendars import rounds
from scheduling.calendars.models import OwnCalendar
from scheduling.models import Absence
from scheduling.resource_kinds import AbsenceSource, CalendarState
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import FRIDAY, Office
from tests.servers.calendars import CalendarServer, calendar_server

SignIn = Callable[[str], FlaskClient]
OWN = "/termine/meine-zeiten"


@pytest.fixture
def server(tmp_path: Path, app: Flask) -> Iterator[CalendarServer]:
    """A server that this installation may ask."""
    with calendar_server(tmp_path) as running:
        config = app.extensions["config"]
        app.extensions["config"] = replace(config, calendar_authority=running.authority)
        yield running
        app.extensions["config"] = config


def _calendar(*starts: datetime) -> bytes:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:Zahnarzt\r\nDTSTART:{one:%Y%m%dT%H%M%SZ}\r\nDURATION:PT2H\r\n"
        "END:VEVENT\r\n"
        for number, one in enumerate(starts)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n".encode()


def _busy() -> list[datetime]:
    query = select(Absence.starts_at).where(Absence.source == AbsenceSource.CALENDAR).order_by(Absence.starts_at)
    return list(session().scalars(query))


def test_what_is_busy_there_is_not_offered_here(
    world: World, office: Office, open_case: OpenCase, server: CalendarServer, sign_in: SignIn
) -> None:
    case, advisor = open_case(), sign_in("advisor")
    needs = queries.needs_of(case, AppointmentKind.FIRST_TALK)

    def free() -> set[datetime]:
        policy = queries.policy_of(world.actor("reception"))
        return {slot.starts_at for slot in queries.first_free(needs, policy=policy, earliest=FRIDAY, days=1)}

    before = free()
    server.content = _calendar(FRIDAY, FRIDAY + timedelta(days=7))
    assert advisor.post(f"{OWN}/kalender", data={"address": "http://alt.example/a.ics"}).status_code == 422
    assert advisor.post(f"{OWN}/kalender", data={"address": server.address}).status_code == 303
    assert rounds.read_due() == 1
    assert _busy() == [FRIDAY, FRIDAY + timedelta(days=7)]
    assert free() == before - {
        one for one in before if FRIDAY - timedelta(minutes=90) < one < FRIDAY + timedelta(hours=2)
    }
    assert rounds.read_due() == 0, "its pause is not over"
    everything = "".join(
        repr(session().execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608
        for table in ("own_calendar", "absence", "sealed_record", "audit_entry")
    )
    assert "Zahnarzt" not in everything
    assert "geheim" not in everything
    page = advisor.get(OWN).text
    assert "gelesen" in page and "geheim" not in page
    assert advisor.post(f"{OWN}/kalender/entfernen").status_code == 303
    assert _busy() == []
    assert free() == before


def test_a_server_that_fails_frees_nobody_and_says_so_until_it_is_back(
    world: World, office: Office, server: CalendarServer, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    advisor = sign_in("advisor")
    server.content = _calendar(FRIDAY)
    advisor.post(f"{OWN}/kalender", data={"address": server.address})
    rounds.read_due()
    clock.start_at(clock.now() + timedelta(minutes=31))
    assert rounds.read_due() == 1
    assert server.asked[-1]["If-None-Match"] == server.etag
    server.status, server.etag = 403, '"two"'
    clock.start_at(clock.now() + timedelta(hours=25))
    rounds.read_due()
    assert _busy() == [FRIDAY]
    advisor = sign_in("advisor")
    page = advisor.get(OWN).text
    assert "Der Server gibt den Kalender nicht frei" in page
    assert "Ihr Kalender ist veraltet" in page
    assert "Eigene Kalender sind veraltet" in sign_in("lead").get("/sprechzeiten").text
    server.status, server.content = 200, _calendar(FRIDAY + timedelta(days=3))
    assert advisor.post(f"{OWN}/kalender/lesen").status_code == 303
    rounds.read_due()
    assert _busy() == [FRIDAY + timedelta(days=3)]
    assert "geheim" not in caplog.text


def test_an_address_that_changed_while_the_old_one_was_read_is_not_overwritten(
    world: World, office: Office, server: CalendarServer, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    advisor = sign_in("advisor")
    server.content = _calendar(FRIDAY)
    advisor.post(f"{OWN}/kalender", data={"address": server.address})
    fetch = rounds.fetch

    def fetch_slowly(*args: object, **more: object) -> object:
        answer = fetch(*args, **more)  # type: ignore[arg-type]
        advisor.post(f"{OWN}/kalender/entfernen")
        return answer

    monkeypatch.setattr(rounds, "fetch", fetch_slowly)
    assert rounds.read_one(world.users["advisor"]) is None
    assert (_busy(), session().get(OwnCalendar, world.users["advisor"])) == ([], None)
    assert CalendarState.READ.value == "read"


def test_nobody_keeps_a_calendar_but_who_counsels(world: World, sign_in: SignIn) -> None:
    for who in ("reception", "lead", "admin", "manager", "officer"):
        client = sign_in(who)
        assert client.get(OWN).status_code == 403
        for path in ("", "/kalender", "/kalender/lesen", "/kalender/entfernen"):
            assert client.post(OWN + path, data={"address": "https://x.example/a.ics"}).status_code == 403
