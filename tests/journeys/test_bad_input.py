"""What people and machines get wrong: each time a sentence that says what to do, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock, queue
from app.data.database import db
from tests.journeys import story_booking, story_intake
from tests.journeys.by_request import RequestVisitor
from tests.journeys.conftest import MONDAY
from tests.journeys.houses import RequestHouse, await_mail
from tests.journeys.story_intake import HAMDAN, SYDORENKO, WINTER, Family
from tests.plugins.outbox import use_mail_server

ARABIC = re.compile("[\u0621-\u064a]{3,}")
CYRILLIC = re.compile("[\u0400-\u04ff]{3,}")
DEAD = "127.0.0.1:9"
WRITTEN = ("appointment", "audit_entry", "reservation", "sealed_record")
NO_ROOM = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
)


def _begin_case(house: RequestHouse, family: Family) -> RequestVisitor:
    """Reception on the page of a new case, everything about this family typed in."""
    reception = house.staff("empfang")
    reception.go("/suche")
    reception.fill("q", family.sought_as)
    reception.press("Suchen")
    reception.press("Neuen Fall anlegen")
    story_intake.fill_new_case(reception, family, "Anna Lindemann")
    return reception


def _invite(house: RequestHouse, family: Family) -> str:
    """A family with a case and a link; answers the link."""
    return story_booking.invite_again(house, family, story_intake.open_case(house, family))


@contextmanager
def _full_disk(house: RequestHouse) -> Iterator[None]:
    """The database answers what it answers when no page fits on the disk any more."""
    with house.app.app_context():
        is_postgres = db.engine.dialect.name == "postgresql"
    answer = "EXECUTE FUNCTION no_room()"
    if is_postgres:
        house.change_behind_its_back(NO_ROOM)
    else:
        answer = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    for table in WRITTEN:
        house.change_behind_its_back(f"CREATE TRIGGER no_room_{table} BEFORE INSERT ON {table} {answer}")
    try:
        yield
    finally:
        for table in WRITTEN:
            of_table = f" ON {table}" if is_postgres else ""
            house.change_behind_its_back(f"DROP TRIGGER no_room_{table}{of_table}")
        if is_postgres:
            house.change_behind_its_back("DROP FUNCTION no_room()")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Name;Adresse\nSchule;Straße\n", "nicht das Schulverzeichnis des Landes"),
        ("", "Die Datei ist leer"),
    ],
)
def test_a_wrong_csv_is_refused_with_a_sentence(
    request_house: RequestHouse, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(content, encoding="utf-8")
    code, output = request_house.flask("schools", "import", str(file))
    assert code == 1 and said in output and "Traceback" not in output
    lead = request_house.staff("leitung")
    lead.go("/schulen")
    assert re.search(r"1\d\d Schulen", lead.text)


@pytest.mark.parametrize(
    ("field", "typed", "advice"),
    [
        ("children-0-born", "12.03.2031", "liegt in der Zukunft"),
        ("children-0-born", "12.03.1986", "Aufgenommen werden Kinder und Jugendliche"),
        ("children-0-born", "31.02.2014", "Bitte schreiben Sie das Datum so"),
        ("phone", "keine Ahnung", "Bitte schreiben Sie sie mit Vorwahl"),
    ],
)
def test_an_impossible_date_or_number_is_named_and_all_the_rest_stays(
    request_house: RequestHouse, field: str, typed: str, advice: str
) -> None:
    reception = _begin_case(request_house, WINTER)
    reception.fill(field, typed)
    reception.press("Fall anlegen")
    assert reception.status == 422 and advice in reception.text
    assert reception.values(field) == [typed]
    assert reception.values("guardians-0-name") == [WINTER.guardian]
    assert reception.values("street") == ["Kölner Straße 12"]
    reception.fill(field, {"phone": WINTER.phone}.get(field, "2016"))
    reception.press("Fall anlegen")
    assert reception.status == 200 and f"Familie {WINTER.name}" in reception.text


@pytest.mark.parametrize(("family", "script"), [(HAMDAN, ARABIC), (SYDORENKO, CYRILLIC)], ids=["ar", "uk"])
def test_a_family_reads_in_its_language_what_is_wrong_with_its_number(
    request_house: RequestHouse, family: Family, script: re.Pattern[str]
) -> None:
    link = _invite(request_house, family)
    phone = request_house.family()
    phone.go(f"{link}/zeiten")
    story_booking.choose_time(phone)
    story_booking.say_which_children(phone)
    phone.tick("coming", "mother")
    phone.fill("count", "2")
    phone.press()
    phone.tick("channel", "sms")
    phone.fill("phone", "0176 12")
    phone.press()
    assert phone.status == 422
    (error,) = [one for one in phone.page if one.attributes.get("id") == "phone-error"]
    assert script.search(error.text) and "0176 12345678" in error.text
    assert phone.values("phone") == ["0176 12"]
    phone.go(f"{link}/pruefen")
    assert phone.path == f"{link}/wer", "the time and who comes are still there"


@pytest.mark.parametrize(("family", "script"), [(HAMDAN, ARABIC), (SYDORENKO, CYRILLIC)], ids=["ar", "uk"])
def test_a_used_or_foreign_link_says_what_to_do(
    request_house: RequestHouse, family: Family, script: re.Pattern[str]
) -> None:
    link = _invite(request_house, family)
    phone, _ = story_booking.book(request_house, family, link)
    phone.go(f"{link}/absagen")
    phone.press()
    for path, status in ((link, 410), (f"/t/{family.language}/niemandes-link", 404)):
        phone.go(f"{path}/")
        assert phone.status == status
        assert script.search(phone.text) and "0211 89-24077" in phone.text


def test_a_time_that_was_just_taken_leads_to_the_nearest_others_with_all_answers_kept(
    request_house: RequestHouse,
) -> None:
    first, second = _invite(request_house, WINTER), _invite(request_house, SYDORENKO)
    slow, quick = request_house.family(), request_house.family()
    slow.go(f"{second}/zeiten")
    wanted = slow.values("starts")[0]
    slow.tick("starts", wanted)
    slow.press()
    slow.tick("coming", "mother")
    slow.fill("count", "2")
    slow.press()
    slow.tick("channel", "none")
    slow.press()
    request_house.turn_clock(MONDAY + timedelta(minutes=11))
    quick.go(f"{first}/zeiten?woche={clock.local(clock.now()):%Y-%m-%d}")
    quick.tick("starts", wanted)
    quick.press()
    slow.press()
    assert slow.status == 409 and CYRILLIC.search(slow.text)
    assert slow.values("starts") and wanted not in slow.values("starts")
    slow.tick("starts", slow.values("starts")[0])
    slow.press()
    assert slow.path == f"{second}/pruefen", "nothing is asked a second time"
    slow.press()
    assert slow.path == f"{second}/termin"


def test_on_a_full_disk_a_new_case_is_not_kept_and_can_be_sent_again(request_house: RequestHouse) -> None:
    reception = _begin_case(request_house, WINTER)
    with _full_disk(request_house):
        reception.press("Fall anlegen")
        assert reception.status == 503
        assert "Der Speicher ist voll" in reception.text and "Bitte rufen Sie die Technik an" in reception.text
    reception.press("Noch einmal absenden")
    assert reception.status == 200 and f"Familie {WINTER.name}" in reception.text


def test_on_a_full_disk_a_family_reads_in_its_language_that_it_did_not_work(request_house: RequestHouse) -> None:
    link = _invite(request_house, HAMDAN)
    phone = request_house.family()
    phone.go(f"{link}/zeiten")
    with _full_disk(request_house):
        story_booking.choose_time(phone)
        assert phone.status == 503 and ARABIC.search(phone.text)
    phone.go(f"{link}/zeiten")
    story_booking.choose_time(phone)
    story_booking.say_which_children(phone)
    assert phone.path == f"{link}/wer"


def test_without_a_queue_everything_works_and_mail_leaves_with_the_sweep(request_house: RequestHouse) -> None:
    request_house.app.extensions["doorbell"] = queue.connect(f"redis://{DEAD}")
    link = _invite(request_house, WINTER)
    _, starts_at = story_booking.book(request_house, WINTER, link)
    assert await_mail(request_house, WINTER.email, f"{starts_at:%d.%m.%Y}", link)


def test_without_a_mail_server_booking_works_and_nothing_is_lost(request_house: RequestHouse) -> None:
    house = request_house
    link = _invite(house, WINTER)
    use_mail_server(house.app, f"smtp://{DEAD}", seconds=0.5)
    phone, starts_at = story_booking.book(house, WINTER, link)
    assert f"{starts_at:%d.%m.%Y}" in phone.text
    house.worker_has_looked()
    house.turn_clock(MONDAY + timedelta(minutes=9))
    house.worker_has_looked()
    lead = house.staff("leitung")
    lead.go("/nachrichten")
    assert "wartet seit" in lead.text or "warten seit" in lead.text
    assert "Nichts geht verloren" in lead.text and "rufen Sie Familien" in lead.text
    use_mail_server(house.app, house.smtp_server.url)
    house.turn_clock(MONDAY + timedelta(hours=1))
    assert await_mail(house, WINTER.email, f"{starts_at:%d.%m.%Y}", link)
