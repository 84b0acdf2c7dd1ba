"""The open page: a family without an invitation asks, proves its telephone, and waits for a person of the house."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.data import records
from app.data.database import db, session
from app.data.key_tables import record_keys
from app.data.keyring import INSTALLATION
from app.extensions import limiter
from cases.models import Case, CaseCounter
from cases.sheets import FamilySheet
from scheduling.models import Appointment, Reservation
from scheduling.requests import expiry, proofs
from scheduling.requests.models import BookingRequest
from scheduling.requests.states import RequestStage
from scheduling.states import AppointmentState
from tests.plugins.application import World
from tests.scheduling.requests.walking import NAME, PHONE, Outbox, begin, by_sms, choose, last_code


def test_a_family_asks_for_a_talk_and_books_it_with_the_code(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox
) -> None:
    base = begin(client)
    check = choose(client, base, contact={"channel": "sms", "phone": PHONE})
    assert NAME in check and "Kind 1 (2014)" in check and "Kind 2 (2017)" in check
    assert client.post(f"{base}/pruefen").headers["Location"].endswith("/bestaetigen"), (
        "without a code nothing is booked"
    )
    sent = client.post(f"{base}/code", data={"checked": "1", "wants_earlier": "y"})
    assert sent.headers["Location"].endswith("/bestaetigen"), sent.headers
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.HELD
    code = last_code(outbox)
    wrong = client.post(f"{base}/bestaetigen", data={"digits": f"{(int(code) + 1) % 10**6:06}"})
    assert wrong.status_code == 422 and "stimmt nicht" in wrong.text
    arabic = " ".join(code).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(f"{base}/bestaetigen", data={"digits": arabic}).headers["Location"].endswith("/termin")
    appointment = session().scalars(select(Appointment).execution_options(populate_existing=True)).one()
    assert (appointment.state, appointment.wants_earlier) == (AppointmentState.BOOKED, True)
    request = session().scalars(select(BookingRequest).execution_options(populate_existing=True)).one()
    assert request.state is RequestStage.WAITING and request.verified_at is not None
    sms = [sheet for row, sheet in outbox() if row.kind == "appointment.booked"]
    assert [sheet.address for sheet in sms] == ["+4917612345678"]
    assert client.post(f"{base}/kontakt", data={"channel": "none"}).status_code == 303
    assert records.get(FamilySheet, appointment.case_id, reader=world.ki.id).sheet.phone == "+4917612345678"


def test_without_telephone_and_mail_it_is_booked_on_paper_and_unproven(
    world: World, open_page: None, client: FlaskClient, app: Flask
) -> None:
    base = begin(client, language="ar")
    choose(client, base, contact={"channel": "none"})
    page = client.get(client.post(f"{base}/pruefen", data={"checked": "1"}).headers["Location"]).text
    assert re.search(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", page) and "التقط الآن صورة" in page
    assert session().scalars(select(BookingRequest.verified_at)).one() is None
    app.extensions["config"] = replace(app.extensions["config"], paper_requests=1)
    second = begin(client)
    choose(client, second, contact={"channel": "none"})
    assert client.post(f"{second}/pruefen", data={"checked": "1"}).status_code == 409, "only so many without a contact"


def test_a_draft_nobody_sent_ends_with_its_key_and_one_that_is_held_or_sent_stays(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox
) -> None:
    by_sms(client, outbox)
    sent = session().scalars(select(Case.id)).one()
    forgotten = begin(client)
    choose(client, forgotten, contact={"channel": "sms", "phone": PHONE})
    assert expiry.end_drafts() == 0
    clock.start_at(clock.now() + timedelta(minutes=61))
    assert expiry.end_drafts() == 1
    assert expiry.end_drafts() == 0
    assert list(session().scalars(select(Case.id))) == [sent]
    with db.engines["keys"].connect() as keys:
        known = set(keys.scalars(select(record_keys.c.scope_id)))
    assert sent in known and len(known - {sent, INSTALLATION}) == len(known) - 1 - (INSTALLATION in known)
    assert session().scalar(select(func.count()).select_from(CaseCounter)) == 0, "no running number is burnt"
    assert client.get(f"{forgotten}/").status_code == 404


def test_five_wrong_codes_end_it_and_codes_are_not_sent_for_ever(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox
) -> None:
    base = begin(client)
    choose(client, base, contact={"channel": "sms", "phone": PHONE})
    client.post(f"{base}/code")
    right = last_code(outbox)
    for number in range(5):
        answer = client.post(f"{base}/bestaetigen", data={"digits": f"{(int(right) + 1 + number) % 10**6:06}"})
    assert "zu oft falsch" in answer.text
    assert client.post(f"{base}/bestaetigen", data={"digits": right}).status_code == 422, "spent"
    assert client.post(f"{base}/code").status_code == 303
    clock.start_at(clock.now() + timedelta(minutes=10, seconds=1))
    assert client.post(f"{base}/bestaetigen", data={"digits": last_code(outbox)}).status_code == 422, "ran out"
    assert client.post(f"{base}/code").status_code == 303
    assert client.post(f"{base}/code").status_code == 429
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.HELD


def test_another_number_needs_a_code_of_its_own(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox
) -> None:
    base = begin(client)
    choose(client, base, contact={"channel": "sms", "phone": PHONE})
    client.post(f"{base}/code")
    code = last_code(outbox)
    client.post(f"{base}/kontakt", data={"channel": "sms", "phone": "0176 87654321"})
    assert client.post(f"{base}/bestaetigen", data={"digits": code}).status_code == 422
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.HELD


def test_no_get_of_the_open_page_changes_anything(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox
) -> None:
    base = begin(client)
    choose(client, base, contact={"channel": "sms", "phone": PHONE})
    client.post(f"{base}/code")
    before = _everything()
    for path in (
        "/",
        "/kinder",
        "/kontakt",
        "/zeiten",
        "/pruefen",
        "/bestaetigen",
        "/code",
        "/termin",
        "/fuer",
        "/wer",
    ):
        assert client.get(base + path).status_code in (200, 303, 405), path
    for path in ("/t/uk/anfrage", "/t/uk/anfrage/name?sprache=uk", "/t/uk/termin", "/t/uk/"):
        assert client.get(path).status_code in (200, 303), path
    session().rollback()
    assert _everything() == before


def test_answers_stay_on_every_change_of_language(world: World, open_page: None, client: FlaskClient) -> None:
    assert 'href="/t/ar/anfrage/name?sprache=uk"' in client.get("/t/de/anfrage/name?sprache=uk").text
    base = begin(client)
    choose(client, base, contact={"channel": "sms", "phone": PHONE})
    arabic = base.replace("/t/de/", "/t/ar/")
    assert f'href="{arabic}/pruefen"' in client.get(f"{base}/pruefen").text
    assert NAME in client.get(f"{arabic}/pruefen").text
    assert 'value="2014"' in client.get(f"{arabic}/kinder").text
    assert "12345678" in client.get(f"{arabic}/kontakt").text


def test_a_machine_that_fills_the_hidden_field_begins_nothing(
    world: World, open_page: None, client: FlaskClient
) -> None:
    page = client.get("/t/de/anfrage/name?sprache=uk").text
    (trap,) = re.findall(r'<div class="kern-sr-only" aria-hidden="true">.*?</div>', page, re.S)
    assert 'tabindex="-1"' in trap and 'autocomplete="off"' in trap and "style=" not in trap
    answer = client.post("/t/de/anfrage/name?sprache=uk", data={"family_name": NAME, "homepage": "http://x"})
    assert answer.status_code == 422 and f'value="{NAME}"' in answer.text
    assert client.post("/t/de/anfrage/name?sprache=uk", data={"family_name": ""}).status_code == 422
    assert session().scalars(select(Case)).all() == []


def test_work_or_a_wait_is_asked_for_when_the_setting_says_so(
    world: World, open_page: None, client: FlaskClient, app: Flask
) -> None:
    app.extensions["config"] = replace(app.extensions["config"], proof_bits=8)
    url = "/t/de/anfrage/name?sprache=uk"
    (challenge,) = re.findall(r'name="challenge"[^>]*value="([^"]+)"', client.get(url).text)
    data = {"family_name": NAME, "challenge": challenge}
    again = client.post(url, data=data)
    assert again.status_code == 422 and "20 Sekunden" in again.text and challenge in again.text
    answer = next(str(n) for n in range(10**6) if proofs.solves(challenge, str(n), 8))
    assert client.post(url, data={**data, "answer": answer}).status_code == 303
    assert client.post(url, data={**data, "answer": answer}).status_code == 422, "good once"
    (waited,) = re.findall(r'name="challenge"[^>]*value="([^"]+)"', client.get(url).text)
    clock.start_at(clock.now() + timedelta(seconds=21))
    assert client.post(url, data={"family_name": NAME, "challenge": waited}).status_code == 303, "waiting is enough"
    assert 'proof.js"' in client.get(url).text


def test_the_page_is_closed_where_the_office_does_not_offer_it(world: World, client: FlaskClient) -> None:
    assert "0211 89-24077" in client.get("/t/de/anfrage").text
    assert client.post("/t/de/anfrage/name?sprache=uk", data={"family_name": NAME}).status_code == 303
    assert session().scalars(select(Case)).all() == []


def test_a_family_takes_its_request_back_and_the_link_says_no_more(
    world: World, open_page: None, client: FlaskClient, outbox: Outbox
) -> None:
    base = by_sms(client, outbox)
    assert client.post(f"{base}/absagen").status_code == 200
    assert session().scalars(select(BookingRequest.state)).one() is RequestStage.WITHDRAWN
    page = client.get(f"{base}/termin")
    assert page.status_code == 410 and NAME not in page.text
    assert session().scalars(select(Reservation)).all() == []
    clock.start_at(clock.now() + timedelta(days=7, hours=1))
    assert expiry.end_drafts() == 1
    assert session().scalars(select(Case)).all() == []


def test_many_families_of_a_shelter_ask_from_one_address(world: World, open_page: None, client: FlaskClient) -> None:
    limiter.enabled = True
    limiter.reset()
    try:
        statuses = [
            client.post("/t/de/anfrage/name?sprache=uk", data={"family_name": ""}).status_code for _ in range(121)
        ]
        guesses = [client.get(f"/t/de/{number:043}/").status_code for number in range(121)]
    finally:
        limiter.reset()
        limiter.enabled = False
    assert statuses == [422] * 120 + [429]
    assert guesses == [404] * 120 + [429]


def _everything() -> list[list[tuple[object, ...]]]:
    tables = [table for table in db.metadata.sorted_tables if table.name not in ("user_session",)]
    return [[tuple(row) for row in session().execute(table.select())] for table in tables]
