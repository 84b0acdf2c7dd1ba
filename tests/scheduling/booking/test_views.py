"""Families at our pages: with a link or a code, in their language, without an account and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app import clock
from app.data.database import db, session
from app.extensions import limiter
from app.messages.models import Message, MessagePayload
from cases.kinds import CloseReason
from cases.models import Case
from cases.services import close_case
from scheduling import services
from scheduling.booking.services import Invited, invite, revoke
from scheduling.kinds import GateReason
from scheduling.models import Appointment, Reservation
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
START = int(FRIDAY.timestamp())


def _invited(world: World, case: Case) -> Invited:
    return invite(world.actor("reception"), case_id=case.id, kind=FIRST, without_papers=GateReason.URGENT)


def _book(client: FlaskClient, base: str, *, starts: int = START) -> str:
    """Walk the pages like a thumb would; answers the last page."""
    assert client.get(f"{base}/").status_code == 200
    assert client.post(f"{base}/zeiten", data={"starts": starts}).status_code == 303
    assert client.post(f"{base}/wer", data={"coming": ["child", "mother"], "count": "3"}).status_code == 303
    contact = {"channel": "email", "email": "familie@einstieg.example", "phone": ""}
    assert client.post(f"{base}/erinnerung", data=contact).status_code == 303
    assert client.get(f"{base}/pruefen").status_code == 200
    done = client.post(f"{base}/pruefen")
    assert done.status_code == 303
    return client.get(done.headers["Location"]).text


@pytest.mark.parametrize("language", ["de", "uk", "ar", "en"])
def test_a_family_books_in_its_language(
    world: World,
    office: Office,
    open_case: OpenCase,
    client: FlaskClient,
    language: str,
    outbox: Callable[[], list[tuple[Message, MessagePayload]]],
) -> None:
    case = open_case()
    page = _book(client, f"/t/{language}/{_invited(world, case).token}")
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert re.search(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", page)
    assert "27.11.2026" in page and "10:00" in page
    booked = session().scalars(select(Appointment)).one()
    assert (booked.state, booked.starts_at) == (AppointmentState.BOOKED, FRIDAY)
    (confirmation,) = [sheet for row, sheet in outbox() if row.kind == "appointment.booked"]
    assert confirmation.language == language
    assert "BEGIN:VCALENDAR" in confirmation.calendar


def test_no_get_changes_anything(world: World, office: Office, open_case: OpenCase, client: FlaskClient) -> None:
    case = open_case()
    base = f"/t/uk/{_invited(world, case).token}"
    _book(client, base)
    before = _everything()
    for path in ("/", "/zeiten", "/wer", "/erinnerung", "/pruefen", "/termin", "/termin.ics", "/zettel", "/absagen",
                 "/verschieben", f"/verschieben/{START + 7 * 86400}"):  # fmt: skip
        assert client.get(base + path).status_code in (200, 302, 303)
        assert client.head(base + path).status_code in (200, 302, 303)
    session().rollback()
    assert _everything() == before


def _everything() -> list[list[tuple[object, ...]]]:
    tables = [table for table in db.metadata.sorted_tables if table.name not in ("user_session",)]
    return [[tuple(row) for row in session().execute(table.select())] for table in tables]


def test_answers_and_step_survive_a_change_of_language(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = _invited(world, open_case()).token
    client.post(f"/t/uk/{base}/zeiten", data={"starts": START})
    client.post(f"/t/uk/{base}/wer", data={"coming": ["father"], "count": "2"})
    page = client.get(f"/t/uk/{base}/erinnerung").text
    assert f'href="/t/ar/{base}/erinnerung"' in page
    client.post(f"/t/ar/{base}/erinnerung", data={"channel": "none"})
    page = client.get(f"/t/ar/{base}/pruefen").text
    assert "27.11.2026" in page and 'dir="rtl"' in page
    assert re.search(r'value="father" ?(checked)?|checked', client.get(f"/t/de/{base}/wer").text)


def test_a_form_in_error_says_so_and_keeps_what_was_typed(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = f"/t/de/{_invited(world, open_case()).token}"
    assert client.post(f"{base}/zeiten", data={}).status_code == 422
    client.post(f"{base}/zeiten", data={"starts": START})
    answer = client.post(f"{base}/erinnerung", data={"channel": "email", "email": "familie@", "phone": ""})
    assert answer.status_code == 422
    assert 'value="familie@"' in answer.text
    assert "name@beispiel.de" in answer.text


def test_a_time_taken_meanwhile_is_named_with_the_nearest_others_and_answers_stay(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    case, other = open_case(), open_case()
    base = f"/t/de/{_invited(world, case).token}"
    client.post(f"{base}/zeiten", data={"starts": START})
    client.post(f"{base}/wer", data={"coming": ["mother"], "count": "2"})
    client.post(f"{base}/erinnerung", data={"channel": "none"})
    clock.start_at(clock.now() + timedelta(minutes=11))
    services.book(
        world.actor("reception"), case_id=other.id, kind=FIRST, starts=FRIDAY, details=DETAILS,
        without_papers=GateReason.URGENT,
    )  # fmt: skip
    answer = client.post(f"{base}/pruefen")
    assert answer.status_code == 409
    assert "nicht mehr frei" in answer.text
    offered = [int(found) for found in re.findall(r'name="starts" value="(\d+)"', answer.text)]
    assert offered and START not in offered
    again = client.post(f"{base}/zeiten", data={"starts": offered[0]})
    assert again.headers["Location"].endswith("/pruefen")
    assert client.post(f"{base}/pruefen").status_code == 303


@pytest.mark.parametrize("starts", [START + 60, START - 7 * 86400, 10**12 - 1, 0])
def test_a_hand_made_time_leads_back_to_the_list(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient, starts: int
) -> None:
    base = f"/t/de/{_invited(world, open_case()).token}"
    answer = client.post(f"{base}/zeiten", data={"starts": str(starts)})
    assert answer.status_code in (409, 422)
    assert 'name="starts"' in answer.text
    assert session().scalar(select(func.count()).select_from(Reservation)) == 0


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("de", "Dieser Link stimmt nicht"), ("uk", "посилання"), ("ar", "الرابط")],
)
def test_a_foreign_link_says_what_to_do(
    world: World, office: Office, client: FlaskClient, language: str, sentence: str
) -> None:
    for path in ("/", "/zeiten", "/pruefen", "/termin", "/absagen"):
        answer = client.get(f"/t/{language}/nobodys-link{path}")
        assert answer.status_code == 404
        assert sentence in answer.text and "0211 89-24077" in answer.text


def test_used_expired_and_revoked_links_show_nobodys_data(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    case, second, third = open_case(), open_case(), open_case()
    base = f"/t/de/{_invited(world, case).token}"
    _book(client, base)
    assert client.post(f"{base}/absagen").status_code == 200
    gone = _invited(world, second)
    revoke(world.actor("reception"), case_id=second.id, invitation_id=gone.invitation_id)
    late = _invited(world, third)
    ends = [client.get(f"{base}/"), client.get(f"{base}/termin"), client.get(f"/t/de/{gone.token}/")]
    clock.start_at(late.expires_at + timedelta(minutes=1))
    ends.append(client.get(f"/t/de/{late.token}/"))
    titles = ["abgesagt", "abgesagt", "gilt nicht mehr", "abgelaufen"]
    for answer, title in zip(ends, titles, strict=True):
        assert answer.status_code == 410
        assert title in answer.text and "0211 89-24077" in answer.text
        assert "27.11.2026" not in answer.text and "Kovalenko" not in answer.text


def test_after_the_talk_the_link_tells_nothing(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = f"/t/de/{_invited(world, open_case()).token}"
    _book(client, base)
    clock.start_at(FRIDAY + timedelta(hours=2))
    answer = client.get(f"{base}/termin")
    assert answer.status_code == 410 and "27.11.2026" not in answer.text


def test_a_code_opens_time_and_place_only_and_can_move_and_cancel(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    case = open_case(family=family_sheet(interpreter=False))
    booked = services.book(
        world.actor("reception"), case_id=case.id, kind=FIRST, starts=FRIDAY, details=DETAILS,
        without_papers=GateReason.URGENT,
    )  # fmt: skip
    assert client.post("/t/uk/code", data={"code": "K7QX-3M9P"}).status_code == 422
    opened = client.post("/t/de/code", data={"code": booked.code.lower().replace("-", " ")})
    assert opened.status_code == 303
    base = opened.headers["Location"].removesuffix("/termin")
    assert booked.code not in base
    page = client.get(f"{base}/termin").text
    assert "27.11.2026" in page and "Ostweg 7" in page
    assert "Kovalenko" not in page and "familie@einstieg.example" not in page
    wanted = START + 3600
    assert client.post(f"{base}/verschieben", data={"starts": wanted}).headers["Location"].endswith(str(wanted))
    assert client.post(f"{base}/verschieben/{wanted}").status_code == 303
    assert "11:00" in client.get(f"{base}/termin").text
    assert client.post(f"{base}/absagen").status_code == 200
    assert client.get(f"{base}/termin").status_code == 410


def test_too_late_to_change_shows_the_telephone(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = f"/t/de/{_invited(world, open_case()).token}"
    _book(client, base)
    clock.start_at(FRIDAY - timedelta(hours=23))
    for path in ("/absagen", f"/verschieben/{START + 7 * 86400}"):
        answer = client.post(base + path)
        assert answer.status_code == 409
        assert "0211 89-24077" in answer.text
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.BOOKED


def test_the_link_of_one_family_never_opens_another(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    mine, theirs = _invited(world, open_case()), _invited(world, open_case())
    _book(client, f"/t/de/{mine.token}")
    page = client.get(f"/t/de/{theirs.token}/").text
    assert "27.11.2026" not in page
    assert client.get(f"/t/de/{theirs.token}/termin").status_code == 303


def test_an_unknown_language_is_no_page(client: FlaskClient) -> None:
    assert client.get("/t/xx/").status_code == 404


def test_tokens_and_codes_lie_nowhere_in_the_clear(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    invited = _invited(world, open_case())
    _book(client, f"/t/de/{invited.token}")
    dump = repr(_everything())
    assert invited.token not in dump
    assert "familie@einstieg.example" not in dump
    assert session().execute(text("SELECT 1")).scalar() == 1


def test_codes_cannot_be_tried_out(app: Flask, world: World, office: Office, client: FlaskClient) -> None:
    limiter.enabled = True
    limiter.reset()
    try:
        tried = [client.post("/t/uk/code", data={"code": f"K7QX-3M9{sign}"}).status_code for sign in "ABCDEFGHJKL"]
    finally:
        limiter.reset()
        limiter.enabled = False
    assert tried == [422] * 10 + [429]


def test_booking_takes_at_most_seven_pages_and_the_first_weighs_little(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = f"/t/ar/{_invited(world, open_case()).token}"
    as_phones_ask = {"Accept-Encoding": "gzip, br"}
    first = client.get(f"{base}/", headers=as_phones_ask)
    linked = re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js))"', first.text)
    assert [path for path in linked if path.endswith(".js")] == []
    weight = len(first.data) + sum(len(client.get(path, headers=as_phones_ask).data) for path in linked)
    assert weight <= 40 * 1024
    pages = ["/", "/zeiten", "/wer", "/erinnerung", "/pruefen", "/termin"]
    _book(client, base)
    assert len(pages) <= 7 and client.get(f"{base}/termin").status_code == 200


def test_the_calendar_file_and_the_slip_name_nobody(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = f"/t/uk/{_invited(world, open_case()).token}"
    _book(client, base)
    calendar = client.get(f"{base}/termin.ics")
    assert calendar.content_type.startswith("text/calendar")
    assert "SEQUENCE:0" in calendar.text and "DTSTART:20261127T090000Z" in calendar.text
    slip = client.get(f"{base}/zettel").text
    assert "data:image/svg+xml" in slip and "27.11.2026" in slip
    for said in (calendar.text, slip):
        assert [word for word in ("Kovalenko", "Daryna", "Taras", "Beraterin", "familie@") if word in said] == []


def test_the_landing_page_offers_every_language(client: FlaskClient) -> None:
    page = client.get("/t/").text
    assert [code for code in ("de", "en", "uk", "ar") if f'href="/t/{code}/"' not in page] == []


def test_a_week_can_be_leafed_through(world: World, office: Office, open_case: OpenCase, client: FlaskClient) -> None:
    base = f"/t/de/{_invited(world, open_case()).token}/zeiten"
    page = client.get(f"{base}?woche=2026-11-30").text
    assert "woche=2026-11-23" in page and "woche=2026-12-07" in page
    assert len(re.findall(r'name="starts"', page)) > 30
    assert client.get(f"{base}?woche=morgen").status_code == 200


def test_the_link_of_a_closed_case_opens_nothing(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    case, lead = open_case(), world.actor("lead")
    invited = invite(lead, case_id=case.id, kind=AppointmentKind.FOLLOW_UP, without_papers=GateReason.URGENT)
    close_case(lead, case_id=case.id, reason=CloseReason.MOVED_AWAY)
    base = f"/t/uk/{invited.token}"
    assert client.get(f"{base}/").status_code == 410
    assert client.post(f"{base}/zeiten", data={"starts": START}).status_code == 410
    assert session().scalars(select(Appointment)).all() == []
