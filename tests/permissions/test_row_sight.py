"""Which cases lists, search and counters know of: for every person and relation what the table says of FIND."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.data.database import session
from app.policies import Actor, permits
from cases import listing, queries
from cases import services as cases
from cases.consents.services import record_consent
from cases.handover import queries as handover_queries
from cases.handover import services as handovers
from cases.handover.models import Desk
from cases.handover.rules import Need
from cases.kinds import ConsentPurpose, LegalBasis, TaskKind
from cases.listing import Filters, Whose
from cases.models import Case
from cases.policies import CasePermission
from cases.search import services as search
from cases.sheets import ChildSheet, ConsentDetail, FamilySheet
from cases.tasks import queries as tasks
from cases.tasks.services import add_task
from tests.plugins.application import World

# Names that sound alike in no way, so that a search for one finds no other.
NAMES = {
    "own": "Abramowicz",
    "deputy": "Dschibrilow",
    "colleague's": "Fernandes",
    "unassigned": "Hoxhaj",
    "next door": "Kjellberg",
    "offered": "Mbappua",
    "offered in person": "Nguyenthi",
    "accepted by the manager": "Papadakis",
    "accepted by her colleague": "Rustamzoda",
    "accepted by another body": "Szczepanik",
}
OF_THE_KI = set(NAMES) - {"next door"}
WITH_KIM = {"accepted by the manager", "accepted by her colleague", "offered in person"}
FOUND_BY: dict[str, set[str]] = {
    "reception": OF_THE_KI,
    "advisor": OF_THE_KI,
    "colleague": OF_THE_KI,
    "lead": OF_THE_KI,
    "other_lead": {"next door"},
    "other_advisor": {"next door"},
    "manager": {"accepted by the manager"},
    "manager2": {"accepted by her colleague", "offered in person"},
    "kim_lead": WITH_KIM,
    "welfare_manager": {"accepted by another body"},
    "welfare_lead": {"accepted by another body"},
    "admin": set(),
    "officer": set(),
}
# Whose content is open: a colleague's case is found by its name, and stays shut.
SHUT_TO: dict[str, set[str]] = {
    "advisor": {"colleague's"},
    "colleague": OF_THE_KI - {"colleague's", "deputy", "unassigned"},
}
WITHOUT_LISTS = ("admin", "officer")


@pytest.fixture
def situations(wider: World, desks: dict[str, Desk]) -> dict[str, UUID]:
    """One case for each relation, by the name of the relation."""
    made: dict[str, UUID] = {}
    for relation, name in NAMES.items():
        opener = "other_lead" if relation == "next door" else "lead"
        counsels = {"next door": "other_advisor", "deputy": "colleague", "colleague's": "colleague"}
        case = cases.open_case(
            wider.actor(opener),
            family=FamilySheet(family_name=name, district=3, language="uk"),
            children=[ChildSheet(given_names="Kind", born="2015")],
            advisor_id=None if relation == "unassigned" else wider.users[counsels.get(relation, "advisor")],
        )
        add_task(
            wider.actor(opener),
            case_id=case.id,
            kind=TaskKind.CALL_BACK,
            due_on=clock.today() - timedelta(days=1),
            text=f"{name} zurückrufen",
        )
        made[relation] = case.id
    cases.add_deputy(wider.actor("lead"), case_id=made["deputy"], user_id=wider.users["advisor"])
    offer = _offering(wider)
    offer(made["offered"], desks["kim"])
    for relation, desk, who in (
        ("accepted by the manager", "kim", "manager"),
        ("accepted by her colleague", "kim", "manager2"),
        ("offered in person", "kim", "manager2"),
        ("accepted by another body", "welfare", "welfare_manager"),
    ):
        handovers.accept(wider.actor(who), handover_id=offer(made[relation], desks[desk]))
    in_person = handover_queries.open_handover(session().get_one(Case, made["offered in person"]))
    assert in_person is not None
    handovers.hand_on(
        wider.actor("manager2"), handover_id=in_person.id, reason="Urlaub", colleague_id=wider.users["manager"]
    )
    return made


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


def test_rows_lists_search_and_counters_know_of_the_same_cases(wider: World, situations: dict[str, UUID]) -> None:
    cells = 0
    for who, relations in FOUND_BY.items():
        actor, found = wider.actor(who), {situations[relation] for relation in relations}
        assert set(session().scalars(select(Case.id).where(queries.visible_to(actor)))) == found, who
        assert {case.id for case in _all_cases() if permits(actor, CasePermission.FIND, case)} == found, who
        cells += len(NAMES)
        if who in WITHOUT_LISTS:
            continue
        page = listing.case_list(actor, Filters(whose=Whose.ALL), number=1)
        assert ({row.case_id for row in page.items}, page.total) == (found, len(found)), who
        assert listing.counts(actor)[Whose.ALL] == len(found), who
        assert {row.case_id for row in listing.rows_by_id(actor, list(situations.values()))} == found, who
        for relation, name in NAMES.items():
            hits = {row.case_id for row in search.search(actor, text=name)}
            assert (situations[relation] in hits) is (relation in relations), (who, relation)
            assert hits <= found, (who, relation)
    print(f"row sight: {cells} cells")


def test_what_is_open_is_what_may_be_read_and_tasks_follow_it(wider: World, situations: dict[str, UUID]) -> None:
    for who, relations in FOUND_BY.items():
        actor = wider.actor(who)
        opened = {situations[relation] for relation in relations - SHUT_TO.get(who, set())}
        assert {case.id for case in _all_cases() if permits(actor, CasePermission.READ, case)} == opened, who
        if who in WITHOUT_LISTS:
            continue
        shown = {line.task.case_id for line in tasks.open_tasks(actor, team=True, today=clock.today())}
        assert shown <= opened, who


def test_the_system_and_a_family_search_nothing(wider: World, situations: dict[str, UUID]) -> None:
    ki = wider.ki
    family = Actor(ki.id, ki.kind, invited_to=situations["own"])
    system = Actor(ki.id, ki.kind, is_system=True)
    for actor in (family, system):
        assert session().scalars(select(Case.id).where(queries.visible_to(actor))).all() == []


def _all_cases() -> list[Case]:
    return list(session().scalars(select(Case)))
