"""One family through the whole house, with names, notes and addresses that occur nowhere else.

What is said here is looked for everywhere afterwards: in files, dumps, logs, queues, and on other people's pages.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data.database import session, transaction
from cases import services as cases
from cases.consents.services import record_consent
from cases.documents import services as documents
from cases.handover import queries as handover_queries
from cases.handover import services as handovers
from cases.handover.models import Desk, Handover
from cases.handover.rules import Need
from cases.intake import services as intake
from cases.kinds import ConsentPurpose, GuardianKind, LegalBasis, TaskKind
from cases.models import Case
from cases.placement import services as placement
from cases.placement.models import School
from cases.placement.recommendation import Decision
from cases.placement.school_types import SchoolType, Stage
from cases.placement.support import Support
from cases.rights import registering
from cases.rights.kinds import RightKind
from cases.rights.sheets import RequestSheet
from cases.sessions import services as sessions
from cases.sessions.services import NextTask
from cases.sheets import ChildSheet, ConsentDetail, FamilySheet, GuardianSheet, SessionNotes
from cases.tasks.services import add_task
from scheduling.booking.services import Invited, invite
from scheduling.kinds import GateReason
from scheduling.models import Appointment
from scheduling.states import AppointmentKind
from tests.plugins.application import World

FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)

CANARIES: Mapping[str, str] = {
    "family name": "Zyxanthopulvar",
    "child": "Дзвінкославичка",
    "sibling": "Quorvelinde",
    "guardian": "كناريةالقطرب",
    "phone": "+4915799087766",
    "guardian's phone": "+4915788076655",
    "e-mail": "zyxan.kanarie@familie-qwv.example",
    "street": "Kanarienhahnenweg",
    "remark": "Flussdelphinbemerkung",
    "wish": "Traumschulwunschkanarie",
    "health": "Kanarienfiebrigkeit",
    "notes": "Gesprächsnotizkanarie",
    "notes in Arabic": "ملاحظةسريةجدا",
    "results": "Ergebniskanariensatz",
    "amendment": "Nachtragskanarienwort",
    "task": "Aufgabenkanarienrückruf",
    "next task": "Folgeaufgabenkanarie",
    "consent": "Einwilligungskanarie",
    "file name": "Kanarienzeugnisscan",
    "file": "Dateiinhaltskanarie",
    "handover": "Übergabekanariengrund",
    "answer": "Annahmekanarientext",
    "school's reason": "Schulwahlkanariengrund",
    "recipient": "Empfängerkanarie",
}
ADDRESS = CANARIES["e-mail"]


@dataclass
class Journey:
    """The way of the family; `ids` are what addresses of its pages are made of."""

    world: World
    case: Case
    ids: dict[str, object] = field(default_factory=dict)
    handover: Handover | None = None
    invited: Invited | None = None

    @classmethod
    def begin(cls, world: World, *, advisor: str = "advisor") -> Journey:
        """Open the case of a family with two children and a guardian."""
        said = CANARIES
        case = cases.open_case(
            world.actor(advisor),
            family=FamilySheet(
                family_name=said["family name"],
                phone=said["phone"],
                email=said["e-mail"],
                channel="email",
                street=said["street"],
                postcode="40227",
                district=3,
                language="uk",
                interpreter=True,
                arrived_in_town_on="2026-08-25",
                remarks=said["remark"],
                wishes=said["wish"],
            ),
            children=[
                ChildSheet(
                    given_names=said["child"],
                    born="2014-05-02",
                    arrived_on="2026-08-25",
                    school_years=5,
                    literate="yes",
                    latin_script="yes",
                    german_level="0",
                ),
                ChildSheet(given_names=said["sibling"], born="2017"),
            ],
            guardians=[
                GuardianSheet(kind=GuardianKind.MOTHER.value, name=said["guardian"], phone=said["guardian's phone"])
            ],
            advisor_id=world.users[advisor],
        )
        journey = cls(world, case)
        journey.ids = {
            "case_id": case.id,
            "child_id": case.children[0].id,
            "guardian_id": case.guardians[0].id,
            "language_code": "uk",
        }
        return journey

    def take_in(self) -> None:
        """Health, papers with a scan, a consent, a task, and a letter about what is missing."""
        advisor, case, said = self.world.actor("advisor"), self.case, CANARIES
        child_id = case.children[0].id
        health = {"conditions": said["health"]}
        intake.change_health(advisor, case_id=case.id, child_id=child_id, expected=0, changes=health)
        paper = documents.start_checklist(advisor, case_id=case.id)[0]
        scan = io.BytesIO(b"%PDF-1.7\n" + said["file"].encode() * 1000)
        attachment = documents.attach(advisor, document_id=paper.id, name=f"{said['file name']}.pdf", source=scan)
        self.ids |= {"document_id": paper.id, "attachment_id": attachment.id}
        self.ids["consent_id"] = self.consent(ConsentPurpose.CONTACT_EMAIL, None)
        task = add_task(
            advisor,
            case_id=case.id,
            kind=TaskKind.CALL_BACK,
            due_on=clock.today(),
            text=said["task"],
            assigned_to=self.world.users["reception"],
        )
        self.ids["task_id"] = task.id
        documents.request_missing(advisor, case_id=case.id)

    def consent(self, purpose: ConsentPurpose, recipient: UUID | None) -> UUID:
        """Record what the family agreed to."""
        return record_consent(
            self.world.actor("advisor"),
            case_id=self.case.id,
            purpose=purpose,
            legal_basis=LegalBasis.CONSENT,
            given_on=clock.today(),
            detail=ConsentDetail(given_by=CANARIES["guardian"], explained_in="uk", remarks=CANARIES["consent"]),
            recipient_id=recipient,
        ).id

    def book(self, family: FlaskClient) -> None:
        """Invite the family, and let it book by its link in a browser of its own."""
        reception = self.world.actor("reception")
        self.invited = invite(
            reception, case_id=self.case.id, kind=AppointmentKind.FIRST_TALK, without_papers=GateReason.URGENT
        )
        base = f"/t/uk/{self.invited.token}"
        assert family.get(f"{base}/").status_code == 200
        answers = [
            ("zeiten", {"starts": int(FRIDAY.timestamp())}),
            ("wer", {"coming": ["child", "mother"], "count": "3"}),
            ("erinnerung", {"channel": "email", "email": ADDRESS, "phone": ""}),
            ("pruefen", {}),
        ]
        for page, data in answers:
            answer = family.post(f"{base}/{page}", data=data)
            assert answer.status_code == 303, (page, answer.status_code)
        booked = session().scalars(select(Appointment).where(Appointment.case_id == self.case.id)).one()
        self.ids |= {"appointment_id": booked.id, "invitation_id": self.invited.invitation_id}

    def talk(self) -> None:
        """Notes in two scripts, completed with a result and a task, and added to."""
        advisor, said = self.world.actor("advisor"), CANARIES
        talk = sessions.start_session(advisor, case_id=self.case.id)
        notes = SessionNotes(notes=f"{said['notes']} {said['notes in Arabic']}", topics=["housing"])
        saved = sessions.save_notes(advisor, session_id=talk.id, notes=notes, expected=1)
        sessions.complete_session(
            advisor,
            session_id=talk.id,
            results=said["results"],
            next_steps=said["results"],
            expected=saved.version,
            next_tasks=[NextTask(text=said["next task"], due_on=clock.today() + timedelta(days=7))],
        )
        sessions.amend_session(advisor, session_id=talk.id, text=said["amendment"])
        self.ids["session_id"] = talk.id

    def place(self, school: School) -> None:
        """Recommend, pick a school, and hand the proposal to the authority."""
        advisor, case_id, child_id = self.world.actor("advisor"), self.case.id, self.case.children[0].id
        decision = Decision(
            Stage.LOWER_SECONDARY, SchoolType.GESAMTSCHULE, 6, Support.GERMAN_CLASS, False, CANARIES["school's reason"]
        )
        placement.recommend(advisor, case_id=case_id, child_id=child_id, decision=decision, expected=1)
        choice = placement.Choice(school.id, CANARIES["school's reason"])
        picked = placement.propose_school(advisor, case_id=case_id, child_id=child_id, choice=choice)
        placement.hand_over(
            advisor, case_id=case_id, placement_id=picked.id, on=clock.today(), recipient=CANARIES["recipient"]
        )
        self.ids |= {"placement_id": picked.id, "number": school.number}

    def ask_for_rights(self) -> None:
        """Let the family ask for its data and contest its telephone number."""
        actor, words = self.world.actor("advisor"), {"asked_by": "Familie", "wish": "Auskunft"}
        asked = registering.record_request(
            actor, case_id=self.case.id, kind=RightKind.ACCESS, received_on=clock.today(), sheet=RequestSheet(**words)
        )
        self.ids |= {"request_id": asked.id, "key": f"family.{self.case.id}.phone", "form": "json"}

    def offer(self, desk: Desk) -> None:
        """Ask KIM to take the case, and offer it to a desk."""
        consent_id = self.consent(ConsentPurpose.KIM_HANDOVER, desk.organisation_id)
        asked = handovers.request_handover(
            self.world.actor("advisor"),
            case_id=self.case.id,
            consent_id=consent_id,
            needs=[Need.HOUSING],
            reason=CANARIES["handover"],
        )
        owner = handover_queries.owner_of(asked.id)
        assert owner is not None
        handovers.route(owner, handover_id=asked.id)
        self.handover = handovers.choose_desk(self.world.actor("advisor"), handover_id=asked.id, desk_id=desk.id)
        self.ids["handover_id"] = asked.id

    def accept(self, who: str = "manager") -> None:
        """Let somebody at the desk take the case."""
        assert self.handover is not None
        handovers.accept(self.world.actor(who), handover_id=self.handover.id, text=CANARIES["answer"])


def new_desk(organisation_id: UUID, name: str) -> Desk:
    """A desk for housing in Bilk."""
    with transaction() as current:
        desk = Desk(
            organisation_id=organisation_id, name=name, needs=["housing"], districts=[], languages=[], capacity=30
        )
        current.add(desk)
    return desk
