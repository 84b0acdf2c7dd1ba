"""One case for each way a person may stand to a case, and who stands how, written down by hand."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app import clock
from app.data.database import session
from cases import services as cases
from cases.consents.services import record_consent
from cases.documents import services as documents
from cases.emergency import services as emergency
from cases.emergency.kinds import EmergencyReason
from cases.handover import queries as handover_queries
from cases.handover import services as handovers
from cases.handover.models import Desk
from cases.handover.rules import Need
from cases.kinds import CloseReason, ConsentPurpose, LegalBasis, RestrictionReason, TaskKind
from cases.models import Case
from cases.retention import services as retention
from cases.sheets import ChildSheet, ConsentDetail, FamilySheet
from cases.tasks.services import add_task
from tests.plugins.application import World

# Names that sound alike in no way, so that a search for one finds no other.
NAMES = {
    "own": "Abramowicz",
    "closed": "Brzeziński",
    "deputy": "Dschibrilow",
    "colleague's": "Fernandes",
    "in an emergency": "Gkikas",
    "emergency over": "Ilunga",
    "unassigned": "Hoxhaj",
    "next door": "Kjellberg",
    "offered": "Mbappua",
    "offered in person": "Nguyenthi",
    "accepted by the manager": "Papadakis",
    "accepted by her colleague": "Rustamzoda",
    "accepted by another body": "Szczepanik",
    "restricted": "Quispealaya",
    "restricted with KIM": "Ouedraogo",
}
RESTRICTED = {"restricted", "restricted with KIM"}
"""Counselled by the advisor until the family had the processing restricted; the second one is with the manager."""
OF_THE_KI = set(NAMES) - {"next door"} - RESTRICTED
COLLEAGUES = {"colleague's", "in an emergency", "emergency over"}
"""What the colleague counsels, and the advisor may find by its name; "deputy" is shared with the advisor."""

# How somebody stands to a case: n nothing, f finds it by name, r receives the family, c counsels, m manages,
# e opened it in an emergency, k keeps it restricted. Whatever is not named is nothing.
WITH_KIM = {"accepted by the manager", "accepted by her colleague", "offered in person"}
STANDING: dict[str, dict[str, str]] = {
    "reception": dict.fromkeys(OF_THE_KI, "r"),
    "advisor": dict.fromkeys(OF_THE_KI, "c")
    | dict.fromkeys(COLLEAGUES, "f")
    | dict.fromkeys(RESTRICTED, "k")
    | {"in an emergency": "e"},
    "colleague": dict.fromkeys(OF_THE_KI, "f") | dict.fromkeys({*COLLEAGUES, "deputy", "unassigned"}, "c"),
    "lead": dict.fromkeys(OF_THE_KI, "c") | dict.fromkeys(RESTRICTED, "k"),
    "other_lead": {"next door": "c"},
    "other_advisor": {"next door": "c"},
    "manager": {"accepted by the manager": "m"},
    "manager2": {"accepted by her colleague": "m", "offered in person": "m"},
    "kim_lead": dict.fromkeys(WITH_KIM, "m"),
    "welfare_manager": {"accepted by another body": "m"},
    "welfare_lead": {"accepted by another body": "m"},
    "admin": {},
    "officer": {},
}


@dataclass(frozen=True)
class Made:
    """The case of a situation, with a file that lies in it."""

    case_id: UUID
    attachment_id: UUID


def make(world: World, desks: dict[str, Desk]) -> dict[str, Made]:
    """Every situation, by its name."""
    made = {relation: _open(world, relation, name) for relation, name in NAMES.items()}
    cases.add_deputy(world.actor("lead"), case_id=made["deputy"].case_id, user_id=world.users["advisor"])
    cases.close_case(world.actor("advisor"), case_id=made["closed"].case_id, reason=CloseReason.COUNSELLED)
    for relation in ("in an emergency", "emergency over"):
        emergency.open_in_emergency(
            world.actor("advisor"),
            case_id=made[relation].case_id,
            reason=EmergencyReason.FAMILY_IS_HERE,
            text="Die Familie wartet im Flur.",
        )
    emergency.end_access(world.actor("advisor"), case_id=made["emergency over"].case_id)
    offer = _offering(world)
    offer(made["offered"].case_id, desks["kim"])
    for relation, desk, who in (
        ("accepted by the manager", "kim", "manager"),
        ("accepted by her colleague", "kim", "manager2"),
        ("offered in person", "kim", "manager2"),
        ("accepted by another body", "welfare", "welfare_manager"),
        ("restricted with KIM", "kim", "manager"),
    ):
        handovers.accept(world.actor(who), handover_id=offer(made[relation].case_id, desks[desk]))
    in_person = handover_queries.open_handover(session().get_one(Case, made["offered in person"].case_id))
    assert in_person is not None
    handovers.hand_on(
        world.actor("manager2"), handover_id=in_person.id, reason="Urlaub", colleague_id=world.users["manager"]
    )
    for relation in RESTRICTED:
        retention.restrict(world.actor("lead"), case_id=made[relation].case_id, reason=RestrictionReason.CONTESTED)
    return made


def _open(world: World, relation: str, name: str) -> Made:
    opener = "other_lead" if relation == "next door" else "lead"
    counsels = {"next door": "other_advisor", "deputy": "colleague"} | dict.fromkeys(COLLEAGUES, "colleague")
    case = cases.open_case(
        world.actor(opener),
        family=FamilySheet(family_name=name, district=3, language="uk"),
        children=[ChildSheet(given_names="Kind", born="2015")],
        advisor_id=None if relation == "unassigned" else world.users[counsels.get(relation, "advisor")],
    )
    actor = world.actor(opener)
    yesterday = clock.today() - timedelta(days=1)
    add_task(actor, case_id=case.id, kind=TaskKind.CALL_BACK, due_on=yesterday, text=f"{name} zurückrufen")
    paper = documents.start_checklist(actor, case_id=case.id)[0]
    scan = io.BytesIO(b"%PDF-1.7\n" + f"Scan {name}".encode())
    return Made(case.id, documents.attach(actor, document_id=paper.id, name="scan.pdf", source=scan).id)


def _offering(world: World) -> Callable[[UUID, Desk], UUID]:
    def offer(case_id: UUID, desk: Desk) -> UUID:
        lead = world.actor("lead")
        consent = record_consent(
            lead,
            case_id=case_id,
            purpose=ConsentPurpose.KIM_HANDOVER,
            legal_basis=LegalBasis.CONSENT,
            given_on=clock.today(),
            detail=ConsentDetail(given_by="Mutter", explained_in="uk"),
            recipient_id=desk.organisation_id,
        )
        asked = handovers.request_handover(
            lead, case_id=case_id, consent_id=consent.id, needs=[Need.HOUSING], reason="Wohnungssuche seit Monaten"
        )
        owner = handover_queries.owner_of(asked.id)
        assert owner is not None
        handovers.route(owner, handover_id=asked.id)
        handovers.choose_desk(lead, handover_id=asked.id, desk_id=desk.id)
        return asked.id

    return offer
