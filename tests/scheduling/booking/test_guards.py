"""What keeps families' booking fair and private: cooling times, links that end, nothing personal after booking."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session, transaction
from cases.models import Case
from scheduling import queries, services
from scheduling.booking.cooling import drop_cooled
from scheduling.booking.links import address
from scheduling.booking.models import CoolingTime
from scheduling.booking.pages import qr_code
from scheduling.booking.services import invite
from scheduling.kinds import GateReason
from scheduling.models import Appointment, AppointmentSheet, Invitation
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
START = int(FRIDAY.timestamp())


def _invited(world: World, case: Case) -> str:
    reception = world.actor("reception")
    return invite(reception, case_id=case.id, kind=FIRST, without_papers=GateReason.URGENT).token


def _book(client: FlaskClient, base: str, *, children: bool = True) -> None:
    client.post(f"{base}/zeiten", data={"starts": START})
    client.post(f"{base}/wer", data={"coming": ["mother"], "count": "2"})
    client.post(f"{base}/erinnerung", data={"channel": "email", "email": "familie@einstieg.example"})
    assert client.post(f"{base}/pruefen", data={"wants_earlier": "y"}).headers["Location"].endswith("/termin")


def _is_free(office: Office, case: Case, actor: object, starts: int) -> bool:
    needs = queries.needs_of(case, FIRST)
    policy = queries.policy_of(actor, needs.setting)  # type: ignore[arg-type]
    return starts in {slot.starts for slot in queries.first_free(needs, policy=policy)}


def test_a_time_given_back_cools_down_for_families_and_not_for_staff(
    world: World, office: Office, open_case: OpenCase
) -> None:
    first, second, staff = open_case(), open_case(), world.actor("reception")
    booked = services.book(
        staff, case_id=first.id, kind=FIRST, starts=FRIDAY, details=DETAILS, without_papers=GateReason.URGENT
    )
    services.cancel(staff, appointment_id=booked.appointment_id)
    family = office.family(second)
    assert _is_free(office, second, staff, START) and not _is_free(office, second, family, START)
    with pytest.raises(services.SlotTaken):
        services.hold(family, case_id=second.id, kind=FIRST, starts=FRIDAY)
    clock.start_at(clock.now() + timedelta(minutes=15, seconds=1))
    assert _is_free(office, second, family, START)
    services.hold(family, case_id=second.id, kind=FIRST, starts=FRIDAY)


def test_whoever_moves_away_may_come_back_and_others_wait(world: World, office: Office, open_case: OpenCase) -> None:
    case, other, staff = open_case(), open_case(), world.actor("reception")
    booked = services.book(
        staff, case_id=case.id, kind=FIRST, starts=FRIDAY, details=DETAILS, without_papers=GateReason.URGENT
    )
    family, later = office.family(case), FRIDAY + timedelta(hours=3)
    services.move(family, appointment_id=booked.appointment_id, starts=later)
    assert not _is_free(office, other, office.family(other), START)
    services.move(family, appointment_id=booked.appointment_id, starts=FRIDAY)
    clock.start_at(clock.now() + timedelta(minutes=16))
    assert session().scalars(select(CoolingTime)).first() is not None
    with transaction():
        assert drop_cooled() > 0
    assert session().scalars(select(CoolingTime)).all() == []


def test_the_contact_of_a_booked_talk_cannot_be_changed_by_its_link(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = f"/t/de/{_invited(world, open_case())}"
    _book(client, base)
    booked = session().scalars(select(Appointment)).one()
    assert booked.wants_earlier
    for path in ("erinnerung", "wer", "fuer", "kontakt", "kinder", "bestaetigen"):
        answer = client.post(f"{base}/{path}", data={"channel": "email", "email": "dieb@einstieg.example"})
        assert answer.status_code == 303, path
    sheet = records.get(AppointmentSheet, booked.id, reader=world.ki.id).sheet
    assert (sheet.email, sheet.coming_count) == ("familie@einstieg.example", 2)


def test_a_family_wishes_an_earlier_time_and_takes_it_back(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    base = f"/t/uk/{_invited(world, open_case())}"
    _book(client, base)
    assert client.get(f"{base}/termin/frueher").status_code == 405
    assert client.post(f"{base}/termin/frueher").status_code == 303
    assert session().scalars(select(Appointment.wants_earlier)).one() is False
    client.post(f"{base}/termin/frueher")
    assert session().scalars(select(Appointment.wants_earlier)).one() is True


def test_children_are_chosen_by_place_and_year_without_their_names(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient
) -> None:
    case = open_case()
    base = f"/t/de/{_invited(world, case)}"
    assert client.post(f"{base}/zeiten", data={"starts": START}).headers["Location"].endswith("/fuer")
    page = client.get(f"{base}/fuer").text
    assert "Kind 1 (" in page and "Kind 2 (" in page
    assert [name for name in ("Daryna", "Taras", "Kovalenko") if name in page] == []
    second = str(case.children[1].id)
    assert client.post(f"{base}/fuer", data={"children": []}).status_code == 422
    assert client.post(f"{base}/fuer", data={"children": ["somebody else"]}).status_code == 422
    assert client.post(f"{base}/fuer", data={"children": [second]}).headers["Location"].endswith("/wer")
    draft = session().scalars(select(Appointment)).one()
    assert records.get(AppointmentSheet, draft.id, reader=world.ki.id).sheet.children == [second]


def test_a_link_shows_nothing_personal_after_the_talk_and_stands_in_no_log(
    world: World, office: Office, open_case: OpenCase, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = _invited(world, open_case())
    base = f"/t/de/{token}"
    _book(client, base)
    clock.start_at(FRIDAY + timedelta(hours=3))
    for path in ("/", "/termin", "/zettel", "/termin.ics", "/verschieben", "/absagen", "/fuer"):
        answer = client.get(base + path)
        assert answer.status_code == 410, path
        assert [word for word in ("27.11.2026", "familie@", "Kovalenko") if word in answer.text] == []
    assert token not in caplog.text
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.BOOKED


def test_the_picture_on_the_letter_holds_the_invitations_address(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case = open_case(family=family_sheet(letter_language="ar"))
    token = _invited(world, case)
    invitation = session().scalars(select(Invitation.id)).one()
    letter = sign_in("reception").get(f"/faelle/{case.id}/termine/einladung/{invitation}/brief").text
    assert qr_code(address("ar", token)) in unescape(letter)
