"""Calendars to subscribe to, read by independent parsers and by real calendar programs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import recurring_ical_events
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from werkzeug.serving import make_server
from x_wr_timezone import to_standard

from app import clock
from app.data.database import session, transaction
from app.errors import NotPermitted
from scheduling import services as booking
from scheduling.feeds import services
from scheduling.feeds.models import CalendarFeed
from scheduling.kinds import GateReason
from scheduling.models import Appointment
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def talk(world: World, office: Office, open_case: OpenCase) -> booking.Booked:
    """A talk on Friday at 10."""
    return _book(world, open_case, FRIDAY)


def _book(world: World, open_case: OpenCase, starts: datetime) -> booking.Booked:
    return booking.book(
        world.actor("reception"),
        case_id=open_case().id,
        kind=AppointmentKind.FIRST_TALK,
        starts=starts,
        details=DETAILS,
        without_papers=GateReason.URGENT,
    )


def _path(world: World) -> str:
    return services.make_own(world.actor("advisor")).removeprefix("http://127.0.0.1:5000")


def _event(content: bytes) -> Any:
    (event,) = to_standard(Calendar.from_ical(content)).walk("VEVENT")
    return event


def test_an_address_is_shown_once_and_opens_without_a_sign_in(
    world: World, talk: booking.Booked, sign_in: SignIn, client: FlaskClient
) -> None:
    advisor = sign_in("advisor")
    shown = advisor.post("/konto/kalender/neu")
    assert shown.headers["Cache-Control"] == "no-store"
    (path,) = re.findall(r"http://127\.0\.0\.1:5000(/kalender/[\w-]{43}\.ics)", shown.text)
    assert path not in advisor.get("/konto/kalender").text
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    event = _event(answer.data)
    assert (event["SUMMARY"], event["LOCATION"]) == ("Erstgespräch", "Ostweg 7, Raum 2.14")
    assert (event.start, event.end) == (FRIDAY, FRIDAY + timedelta(minutes=90))
    found = recurring_ical_events.of(Calendar.from_ical(answer.data)).at((2026, 11, 27))
    assert [each["UID"] for each in found] == [event["UID"]]
    assert "DESCRIPTION" not in event and b"Kovalenko" not in answer.data
    stored = session().query(CalendarFeed).one()
    assert path[10:53].encode() not in stored.token_hash
    again = _path(world)
    assert client.get(path).status_code == 404 and client.get(again).status_code == 200
    advisor.post("/konto/kalender/beenden")
    gone = client.get(again)
    assert gone.status_code == 404 and "Location" not in gone.headers
    assert client.get("/kalender/never-was.ics").status_code == 404


def test_a_move_keeps_the_uid_and_raises_the_rest_and_304_is_true(
    world: World, talk: booking.Booked, client: FlaskClient
) -> None:
    path = _path(world)
    first = client.get(path)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        same = client.get(path, headers=condition)
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    clock.start_at(clock.now() + timedelta(seconds=1))
    booking.move(world.actor("reception"), appointment_id=talk.appointment_id, starts=FRIDAY + timedelta(minutes=30))
    for condition in ({"If-None-Match": etag}, {"If-Modified-Since": modified}, {}):
        moved = client.get(path, headers=condition)
        assert moved.status_code == 200 and moved.headers["ETag"] != etag
    before, after = _event(first.data), _event(moved.data)
    assert (after["UID"], after["SEQUENCE"], after.start) == (before["UID"], 1, FRIDAY + timedelta(minutes=30))
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt and after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt


def test_a_cancelled_talk_is_marked_for_a_while_and_then_gone(
    app: Flask, world: World, talk: booking.Booked, client: FlaskClient
) -> None:
    path = _path(world)
    modified = client.get(path).headers["Last-Modified"]
    booking.cancel(world.actor("reception"), appointment_id=talk.appointment_id)
    cancelled = client.get(path, headers={"If-Modified-Since": modified})
    event = _event(cancelled.data)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    clock.start_at(clock.now() + timedelta(days=13))
    assert client.get(path, headers={"If-None-Match": cancelled.headers["ETag"]}).status_code == 304
    clock.start_at(clock.now() + timedelta(days=2))
    later = client.get(path, headers={"If-Modified-Since": cancelled.headers["Last-Modified"]})
    assert later.status_code == 200 and Calendar.from_ical(later.data).walk("VEVENT") == []


def test_the_window_is_bounded_and_the_reference_needs_the_setting(
    app: Flask, world: World, talk: booking.Booked, client: FlaskClient
) -> None:
    path, stored = _path(world), session().get_one(Appointment, talk.appointment_id)
    assert b"KI-" not in client.get(path).data
    app.extensions["config"] = replace(app.extensions["config"], feed_references=True)
    assert re.search(rb"SUMMARY:Erstgespr\xc3\xa4ch \S+", client.get(path).data)
    for days, is_there in ((-31, 0), (-29, 1), (179, 1), (181, 0)):
        with transaction():
            stored.starts_at = clock.now() + timedelta(days=days)
            stored.ends_at = stored.starts_at + timedelta(hours=1)
        assert len(Calendar.from_ical(client.get(path).data).walk("VEVENT")) == is_there, days


def test_nobody_but_advisors_and_the_office_makes_addresses(world: World, office: Office, sign_in: SignIn) -> None:
    for who in ("reception", "admin", "officer", "manager"):
        with pytest.raises(NotPermitted):
            services.make_own(world.actor(who))
    with pytest.raises(NotPermitted):
        services.make_for_interpreter(world.actor("advisor"), interpreter_id=office.interpreter_id)
    lead = sign_in("lead")
    shown = lead.post(f"/sprechzeiten/kalender/{office.interpreter_id}/neu")
    assert re.search(r"/kalender/[\w-]{43}\.ics", shown.text)


def test_real_calendar_programs_read_it_from_a_running_server(
    app: Flask, world: World, talk: booking.Booked, open_case: OpenCase, tmp_path: Path
) -> None:
    """vdirsyncer fetches it over HTTP into a folder, khal lists what lies there."""
    second = _book(world, open_case, FRIDAY + timedelta(days=3, hours=1))
    booking.cancel(world.actor("reception"), appointment_id=second.appointment_id)
    path = _path(world)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        _sync(tmp_path, f"http://127.0.0.1:{server.server_port}{path}")
    finally:
        server.shutdown()
        thread.join(10)
    listed = _listed(tmp_path, datetime(2026, 11, 23, tzinfo=UTC))
    assert "27.11.2026 10:00 27.11.2026 11:30 Erstgespräch Ostweg 7, Raum 2.14 CONFIRMED" in listed
    assert "30.11.2026 11:00 30.11.2026 12:30 Erstgespräch Ostweg 7, Raum 2.14 CANCELLED" in listed


def _sync(folder: Path, url: str) -> None:
    (folder / "calendar").mkdir()
    config = f"""
[general]
status_path = "{folder}/status"
[pair work]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"
[storage there]
type = "http"
url = "{url}"
"""
    (folder / "vdirsyncer.conf").write_text(config)
    for command in ("discover", "sync"):
        _run(folder, "vdirsyncer", "--config", str(folder / "vdirsyncer.conf"), command)


def _listed(folder: Path, first: datetime) -> list[str]:
    config = f"""
[calendars]
[[work]]
path = {folder}/calendar
readonly = True
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %d.%m.
longdateformat = %d.%m.%Y
datetimeformat = %d.%m. %H:%M
longdatetimeformat = %d.%m.%Y %H:%M
"""
    (folder / "khal.conf").write_text(config)
    line = "{start-long} {end-long} {title} {location} {status}"
    listed = _run(
        folder, "khal", "--config", str(folder / "khal.conf"), "list", "--day-format", "", "--format", line,
        f"{first:%d.%m.%Y}", "14d",
    )  # fmt: skip
    return [" ".join(each.split()) for each in listed.splitlines()]


def _run(folder: Path, program: str, *arguments: str) -> str:
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    environment |= {"XDG_CACHE_HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
