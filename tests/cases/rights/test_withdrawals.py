"""Every purpose a family can consent to: what ran before, and that it has stopped once the consent is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session, transaction
from app.errors import Invalid, NotFound
from app.messages import suppressions
from app.messages.delivery import deliver
from app.messages.models import Channel, Message, MessageState
from app.messages.sweeping import sweep
from app.policies import Actor
from cases.consents.queries import consents_of, valid_consent
from cases.consents.services import record_consent, withdraw_consent
from cases.handover import services as handover
from cases.handover.states import HandoverState
from cases.intake import services as intake
from cases.intake.blocks import CHILD
from cases.intake.subjects import open_subject
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case, Task
from cases.placement import services as placement
from cases.placement.kinds import Authority, PlacementState
from cases.placement.models import Placement, School
from cases.queries import get_case
from cases.rights.exporting import extract_json
from cases.sheets import ConsentDetail, TaskText
from scheduling import queries as appointments
from scheduling import services as scheduling
from scheduling.booking.services import invite
from scheduling.booking.visits import LinkUnusable, open_link
from scheduling.kinds import GateReason
from scheduling.models import Appointment, Reservation
from scheduling.states import AppointmentKind
from scheduling.world import ResourceKind
from tests.cases.handover.conftest import Way
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.outbox import use_mail_server
from tests.scheduling.conftest import DETAILS, FRIDAY, Office
from tests.servers.smtp import SmtpServer

SMS = msgspec.structs.replace(DETAILS, channel="sms", phone="+4917612345678")


@dataclass(frozen=True)
class Story:
    """One case, who counsels it, and everything around."""

    actor: Actor
    case: Case
    world: World
    office: Office
    way: Way

    def book(self, details: object = DETAILS) -> Appointment:
        """A talk on Friday."""
        kind, papers = AppointmentKind.FIRST_TALK, GateReason.URGENT
        made = scheduling.book(
            self.actor, case_id=self.case.id, kind=kind, starts=FRIDAY, details=details, without_papers=papers
        )  # fmt: skip
        return session().get_one(Appointment, made.appointment_id)

    def texts(self) -> str:
        """What is written on the open tasks of the case."""
        ids = list(session().scalars(select(Task.id).where(Task.case_id == self.case.id)))
        found = records.find_many(TaskText, ids, reader=self.actor.organisation_id)
        return " | ".join(stored.sheet.text for stored in found.values())


@pytest.fixture
def story(world: World, office: Office, way: Way, open_case: OpenCase) -> Story:
    """A new case of the advisor's."""
    return Story(world.actor("advisor"), open_case(advisor="advisor"), world, office, way)


def _mail(story: Story, channel: Channel, details: object) -> Callable[[], None]:
    appointment = story.book(details)
    planned = select(Message).where(Message.case_id == story.case.id, Message.state.in_(("planned", "due")))
    assert {message.channel for message in session().scalars(planned)} == {channel}

    def stopped() -> None:
        assert session().scalars(planned).all() == []
        scheduling.move(story.actor, appointment_id=appointment.id, starts=FRIDAY + timedelta(hours=2))
        scheduling.cancel(story.actor, appointment_id=appointment.id)
        again = story.book(details)
        assert appointments.sheet_of(again).channel == "none"
        assert session().scalars(planned).all() == []

    return stopped


def _email(story: Story) -> Callable[[], None]:
    stopped = _mail(story, Channel.EMAIL, DETAILS)

    def all_stopped() -> None:
        stopped()
        assert not invite(story.actor, case_id=story.case.id, kind=AppointmentKind.FOLLOW_UP).by_mail

    return all_stopped


def _sms(story: Story) -> Callable[[], None]:
    return _mail(story, Channel.SMS, SMS)


def _interpreter(story: Story) -> Callable[[], None]:
    appointment = story.book()
    assert appointment.interpreter_id is not None

    def stopped() -> None:
        fresh = session().get_one(Appointment, appointment.id, populate_existing=True)
        taken = select(Reservation).where(Reservation.resource_kind == ResourceKind.INTERPRETER)
        assert (fresh.interpreter_id, session().scalars(taken).all()) == (None, [])
        assert appointments.needs_of(story.case, AppointmentKind.FOLLOW_UP).language is None
        assert "Sprachmittlung widerrufen" in story.texts()

    return stopped


def _kim(story: Story) -> Callable[[], None]:
    accepted = story.way.accepted(story.case)
    assert get_case(story.world.actor("manager"), story.case.id).id == story.case.id

    def stopped() -> None:
        with pytest.raises(NotFound):
            get_case(story.world.actor("manager"), story.case.id)
        assert set(records.keyring().holders(story.case.id)) == {story.world.ki.id}
        system = story.way.system(accepted)
        assert handover.route(system, handover_id=accepted.id).state is HandoverState.WITHDRAWN

    return stopped


def _authority(story: Story) -> Callable[[], None]:
    with transaction() as current:
        school = School(
            number="190001", school_type="15", name="Gesamtschule", short_name="GE", street="Weg 1", postcode="40210",
            town="Düsseldorf", municipality="05111000", status="1", imported_at=clock.now(),
        )  # fmt: skip
        current.add(school)
        attempts = [
            Placement(
                case_id=story.case.id,
                child_id=child.id,
                school=school,
                state=state,
                authority=Authority.SCHULAMT,
                proposed_at=clock.now(),
                handed_over_on=clock.today(),
            )
            for child, state in zip(
                story.case.children, (PlacementState.WITH_AUTHORITY, PlacementState.PROPOSED), strict=True
            )
        ]
        current.add_all(attempts)

    def stopped() -> None:
        fresh = [session().get_one(Placement, each.id, populate_existing=True).state for each in attempts]
        assert fresh == [PlacementState.WITHDRAWN, PlacementState.PROPOSED]
        with pytest.raises(Invalid):
            placement.hand_over(story.actor, case_id=story.case.id, placement_id=attempts[1].id, on=clock.today())
        with pytest.raises(Invalid):
            placement.record_export(story.actor, case_id=story.case.id, placement_id=attempts[1].id, fields=[])
        assert "Schulamt Düsseldorf um Rückgabe" in story.texts()

    return stopped


def _health(story: Story) -> Callable[[], None]:
    child_id = story.case.children[0].id
    kept = {"case_id": story.case.id, "child_id": child_id}
    intake.change_health(story.actor, **kept, expected=0, changes={"conditions": "Asthma"})
    assert open_subject(story.actor, **kept, block=CHILD["gesundheit"]).version == 1

    def stopped() -> None:
        with pytest.raises(NotFound):
            open_subject(story.actor, **kept, block=CHILD["gesundheit"])
        with pytest.raises(NotFound):
            intake.change_health(story.actor, **kept, expected=1, changes={"conditions": "Heuschnupfen"})
        assert "Asthma" in extract_json(story.actor, case_id=story.case.id).decode()
        assert "löschen oder begründen" in story.texts()

    return stopped


def _collection(story: Story) -> Callable[[], None]:
    invited = invite(
        story.actor, case_id=story.case.id, kind=AppointmentKind.FIRST_TALK, without_papers=GateReason.URGENT
    )
    assert open_link(invited.token).case.id == story.case.id

    def stopped() -> None:
        with pytest.raises(LinkUnusable):
            open_link(invited.token)
        open_ones = select(Message).where(Message.case_id == story.case.id, Message.state.in_(("planned", "due")))
        assert session().scalars(open_ones).all() == []
        with pytest.raises(NotFound):
            intake.change_health(
                story.actor, case_id=story.case.id, child_id=story.case.children[0].id, expected=0,
                changes={"conditions": "Asthma"},
            )  # fmt: skip
        assert "Löschung prüfen" in story.texts()

    return stopped


def _people_tell(word: str) -> Callable[[Story], Callable[[], None]]:
    """Nothing runs by itself on this purpose: somebody is asked to tell the body."""

    def begin(story: Story) -> Callable[[], None]:
        assert word not in story.texts()

        def stopped() -> None:
            assert word in story.texts()

        return stopped

    return begin


RUNS: dict[ConsentPurpose, Callable[[Story], Callable[[], None]]] = {
    ConsentPurpose.COLLECTION: _collection,
    ConsentPurpose.SCHOOL_AUTHORITY: _authority,
    ConsentPurpose.SCHOOL: _people_tell("der Schule mitteilen"),
    ConsentPurpose.HEALTH_OFFICE: _people_tell("dem Gesundheitsamt mitteilen"),
    ConsentPurpose.KIM_HANDOVER: _kim,
    ConsentPurpose.CONTACT_EMAIL: _email,
    ConsentPurpose.CONTACT_SMS: _sms,
    ConsentPurpose.INTERPRETER: _interpreter,
    ConsentPurpose.HEALTH: _health,
}


@pytest.mark.parametrize("purpose", list(ConsentPurpose))
def test_once_a_consent_is_taken_back_nothing_that_rested_on_it_happens_any_more(
    app: Flask, story: Story, purpose: ConsentPurpose, smtp_server: SmtpServer
) -> None:
    use_mail_server(app, smtp_server.url)
    stopped = RUNS[purpose](story)
    consent = valid_consent(story.case.id, purpose) or record_consent(
        story.actor,
        case_id=story.case.id,
        purpose=purpose,
        legal_basis=LegalBasis.CONSENT,
        given_on=clock.today(),
        detail=ConsentDetail(given_by="Olena Kovalenko", explained_in="uk"),
    )
    withdraw_consent(story.actor, consent_id=consent.id)
    stopped()
    clock.start_at(FRIDAY - timedelta(days=1))
    for message_id in sweep():
        deliver(message_id)
    if purpose is not ConsentPurpose.INTERPRETER:
        assert smtp_server.deliveries == []
    stopped_states = {MessageState.CANCELLED}
    rows = session().scalars(select(Message).where(Message.case_id == story.case.id)).all()
    assert purpose is ConsentPurpose.INTERPRETER or {row.state for row in rows} <= stopped_states


def test_a_family_turns_its_mails_off_itself_and_on_again_by_choosing_them(story: Story, client: FlaskClient) -> None:
    appointment = story.book()
    token = appointments.sheet_of(appointment).token
    page = f"/t/ar/{token}/nachrichten"
    shown = client.get(page).text
    assert 'dir="rtl"' in shown and "/nachrichten/email" in shown
    assert client.post(f"{page}/email").status_code == 303
    assert "/nachrichten/email" not in client.get(page).text
    assert suppressions.is_suppressed("familie@einstieg.example", Channel.EMAIL)
    line = consents_of(story.actor, get_case(story.actor, story.case.id), today=clock.today())[0]
    assert (line.state, line.consent.purpose) == ("widerrufen", ConsentPurpose.CONTACT_EMAIL)
    assert "abbestellt" in line.detail.remarks
    scheduling.cancel(story.actor, appointment_id=appointment.id)
    assert client.post(f"{page}/sms").status_code == 303
    family = story.office.family(story.case)
    scheduling.book(
        family, case_id=story.case.id, kind=AppointmentKind.FOLLOW_UP, starts=FRIDAY + timedelta(hours=2),
        details=DETAILS, without_papers=GateReason.URGENT,
    )  # fmt: skip
    assert not suppressions.is_suppressed("familie@einstieg.example", Channel.EMAIL)
    due = select(Message).where(Message.case_id == story.case.id, Message.state.in_(("planned", "due")))
    assert {message.channel for message in session().scalars(due)} == {Channel.EMAIL}
    assert client.get("/t/de/gibt-es-nicht/nachrichten").status_code == 404
