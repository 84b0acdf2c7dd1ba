"""Each filter of the list, alone and with others, finds what opening every sheet finds; names sort across scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import KeyMissing
from app.policies import Actor
from cases import list_answer, list_order, listing
from cases.bands import Band
from cases.child_states import WITHOUT_SEAT, ChildState
from cases.kinds import AccessKind, TaskKind
from cases.list_filters import Filters, Order, Whose
from cases.models import Case, CaseAccess, Child, Task
from cases.placement import directory, services
from cases.placement.kinds import Authority, PlacementState
from cases.placement.models import Placement, School
from cases.placement.reading import facts_from_sheets
from cases.placement.recommendation import decision_of
from cases.placement.rules import assess, band_for
from cases.shards import keeping, store
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet
from cases.states import CaseState, TaskState
from cases.tasks.services import add_task
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HIDDEN = (CaseState.CLOSED, CaseState.REQUESTED)
"""States the list of open cases does not show: what is over, and what nobody of the house took on yet."""
TODAY = date(2026, 11, 23)
SCHOOLS = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
# In the order in which a German list has them: umlauts as their vowels, other scripts as they are read.
NAMES = ["Ångström", "Coşkun", "حسن", "Kovač", "Ковальчук", "Коваленко", "Öztürk", "Peters", "Szczepanik", "Zöllner"]
CHILDREN = [
    child_sheet(born="2018-05-01"),
    child_sheet(born="2015-02"),
    child_sheet(born="2012"),
    child_sheet(born="2009-03-03"),
    child_sheet(born="2014-03-05", recommended_stage="lower_secondary", recommended_grade="8"),
    child_sheet(born="2011-06-06", school_years=10),
    child_sheet(born="2013-09-09", recommended_stage="lower_secondary"),
    child_sheet(born=""),
]


@pytest.fixture
def cases(world: World, open_case: OpenCase) -> list[Case]:
    """Ten families that differ in all the list can be narrowed to, written in no order of their names."""
    clock.start_at(MONDAY)
    services.import_directory(SCHOOLS.read_text(encoding="utf-8").splitlines()[:8])
    random = Random(3)
    made = [_family(world, open_case, random, name) for name in random.sample(NAMES, len(NAMES))]
    schools = session().scalars(select(School.id).order_by(School.number)).all()[:2]
    with transaction() as current:
        for number, case in enumerate(made[:7]):
            state = list(PlacementState)[number % 6]
            placed = _placement(case, schools[number % 2], state)
            current.add(placed)
        for number, case in enumerate(made):
            values = {"state": list(CaseState)[number % len(CaseState)]}
            current.execute(update(Case).where(Case.id == case.id).values(**values))
            first = current.get_one(Child, case.children[0].id)
            first.state = [ChildState.REPORTED, ChildState.ADMITTED, ChildState.ON_DISTRIBUTION_LIST][number % 3]
    session().expire_all()
    return made


def _family(world: World, open_case: OpenCase, random: Random, name: str) -> Case:
    arrived = (TODAY - timedelta(days=random.randrange(5, 300))).isoformat()
    mother = GuardianSheet(kind="mother", name="Hassan Amina" if name == "حسن" else "")
    case = open_case(
        "lead",
        family=family_sheet(name, language=random.choice(["uk", "ar", "tr"]), arrived_in_town_on=arrived),
        children=random.sample(CHILDREN, random.choice([1, 2])),
        guardians=[mother],
        advisor=random.choice(["advisor", "colleague", None]),
    )
    for days in random.sample([-9, -1, 0, 12], random.choice([0, 1, 2])):
        due_on = TODAY + timedelta(days=days)
        add_task(world.actor("lead"), case_id=case.id, kind=TaskKind.CALL_BACK, due_on=due_on)
    return case


def _placement(case: Case, school_id: UUID, state: PlacementState) -> Placement:
    return Placement(
        id=new_id(),
        case_id=case.id,
        child_id=case.children[0].id,
        school_id=school_id,
        state=state,
        authority=Authority.SCHULAMT,
        proposed_at=MONDAY,
    )


def _found(actor: Actor, filters: Filters) -> list[UUID]:
    """Every id of a list, page by page, as often as it stands there."""
    found: list[UUID] = []
    for number in range(1, 10):
        page = listing.case_list(actor, filters, number=number)
        if number > page.count:
            break
        found += [row.case_id for row in page.items]
        assert page.total >= len(found)
    assert page.total == len(found)
    return found


def _naively(case_ids: list[UUID], filters: Filters) -> set[UUID]:
    return {case_id for case_id in case_ids if _matches(session().get_one(Case, case_id), filters)}


def _matches(case: Case, filters: Filters) -> bool:
    """The filters as one would say them, over rows and opened sheets."""
    owner = case.organisation_id
    family = records.get(FamilySheet, case.id, reader=owner).sheet
    sheets = [stored.sheet for stored in records.of_case(ChildSheet, case.id, reader=owner).values()]
    tasks = session().scalars(select(Task).where(Task.case_id == case.id, Task.state == TaskState.OPEN)).all()
    placed = session().scalars(select(Placement).where(Placement.case_id == case.id)).all()
    over = (PlacementState.REFUSED, PlacementState.WITHDRAWN)
    waits = [
        (TODAY - child.waiting_since).days
        for child in case.children
        if child.state in WITHOUT_SEAT and child.seated_on is None and child.waiting_since
    ]
    says = {
        "state": lambda wanted: case.state is wanted,
        "child_state": lambda wanted: any(child.state is wanted for child in case.children),
        "advisor_id": lambda wanted: case.advisor_id == wanted,
        "longer_than": lambda wanted: any(days > wanted for days in waits),
        "band": lambda wanted: any(_band(family, sheet) is wanted for sheet in sheets),
        "language": lambda wanted: family.language == wanted,
        "school_id": lambda wanted: any(one.school_id == wanted and one.state not in over for one in placed),
        "is_overdue": lambda wanted: any(task.due_on < TODAY for task in tasks),
    }
    is_open = case.state not in HIDDEN
    told = {name: getattr(filters, name) for name in says}
    asked = {name: value for name, value in told.items() if value not in (None, "") and value is not False}
    return is_open and all(says[name](value) for name, value in asked.items())


def _band(family: FamilySheet, sheet: ChildSheet) -> Band | None:
    """As the distribution list says it."""
    decision = decision_of(sheet)
    if decision is not None and decision.grade:
        return band_for(decision.stage, decision.grade)
    facts = facts_from_sheets(family, sheet)
    return assess(facts, on=TODAY, stage=decision.stage if decision else None).band if facts else None


def _every_filter(world: World) -> list[dict[str, Any]]:
    schools = session().scalars(select(School.id).order_by(School.number)).all()[:2]
    return [
        *({"state": state} for state in (CaseState.REPORTED, CaseState.INVITED)),
        *({"child_state": state} for state in (ChildState.REPORTED, ChildState.ADMITTED)),
        *({"advisor_id": world.users[who]} for who in ("advisor", "colleague")),
        *({"longer_than": days} for days in (0, 60, 150)),
        *({"band": band} for band in Band),
        *({"language": code} for code in ("uk", "ar", "tr")),
        *({"school_id": school_id} for school_id in schools),
        {"is_overdue": True},
    ]


def test_each_filter_alone_and_with_another_finds_what_opening_every_sheet_finds(
    world: World, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_order, "PAGE_SIZE", 4)
    actor, ids, singles = world.actor("lead"), [case.id for case in cases], _every_filter(world)
    pairs = [one | other for one, other in combinations(singles, 2) if one.keys() != other.keys()]
    hits, orders = 0, list(Order)
    for number, asked in enumerate(singles + Random(5).sample(pairs, 40)):
        filters = Filters(order=orders[number % len(orders)], **asked)
        found = list_order.find(actor, filters, number=1)
        expected = _naively(ids, filters)
        assert found.total == len(expected), asked
        assert set(found.case_ids) <= expected, asked
        hits += len(expected)
    assert hits > 60, "filters that find nothing prove nothing"


def test_each_tab_holds_and_counts_what_each_case_says_itself(world: World, cases: list[Case]) -> None:
    own, colleague = world.actor("advisor"), world.users["colleague"]
    with transaction() as current:
        for number, case in enumerate(cases):
            values = {"advisor_id": [own.user_id, colleague, None][number % 3]}
            current.execute(update(Case).where(Case.id == case.id).values(**values))
    rows = [session().get_one(Case, case.id, populate_existing=True) for case in cases]
    seen = [row for row in rows if row.state is not CaseState.REQUESTED]
    still = [row for row in seen if row.state is not CaseState.CLOSED]
    tabs = {
        Whose.ALL: still,
        Whose.OWN: [row for row in still if row.advisor_id == own.user_id],
        Whose.UNASSIGNED: [row for row in still if row.advisor_id is None],
        Whose.CLOSED: [row for row in seen if row.state is CaseState.CLOSED],
    }
    assert listing.counts(own) == {whose: len(some) for whose, some in tabs.items()}
    assert all(tabs.values()), "a tab with nothing behind it proves nothing"
    for whose, some in tabs.items():
        for order in Order:
            found = list_order.find(own, Filters(whose=whose, order=order), number=1)
            assert (set(found.case_ids), found.total) == ({row.id for row in some}, len(some))
    for state in CaseState:
        by_state = list_order.find(own, Filters(state=state), number=1).case_ids
        assert set(by_state) == {row.id for row in still if row.state is state}
    for nobody in (new_id(), UUID(int=0)):
        assert list_order.find(own, Filters(advisor_id=nobody), number=1).total == 0


def test_the_own_tab_narrows_what_is_shared_as_well(world: World, cases: list[Case]) -> None:
    own = world.actor("advisor")
    with transaction() as current:
        current.execute(update(Case).values(advisor_id=world.users["colleague"]))
        for case in cases[1::2]:
            access = {"kind": AccessKind.DEPUTY, "granted_at": clock.now(), "organisation_id": own.organisation_id}
            current.add(CaseAccess(id=new_id(), case_id=case.id, user_id=own.user_id, **access))
    shared = [session().get_one(Case, case.id, populate_existing=True) for case in cases[1::2]]
    still = [row for row in shared if row.state not in HIDDEN]
    longer = clock.today() - timedelta(days=30)
    asked: dict[Filters, set[UUID]] = {
        Filters(whose=Whose.OWN): {row.id for row in still},
        Filters(whose=Whose.OWN, advisor_id=world.users["colleague"]): {row.id for row in still},
        Filters(whose=Whose.OWN, advisor_id=own.user_id): set(),
        Filters(whose=Whose.OWN, order=Order.DUE, longer_than=30): {
            row.id for row in still if row.waiting_since is not None and row.waiting_since < longer
        },
        **{Filters(whose=Whose.OWN, state=one.state): {x.id for x in still if x.state is one.state} for one in still},
    }
    for filters, expected in asked.items():
        found = list_order.find(own, filters, number=1)
        assert (set(found.case_ids), found.total) == (expected, len(expected)), filters
    assert sum(map(bool, asked.values())) > 3


def test_what_stands_for_a_state_in_a_key_stands_for_no_other() -> None:
    assert len({list_answer.mark_of(state) for state in CaseState}) == len(CaseState)


def test_pages_hold_every_case_once_in_each_order(
    world: World, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_order, "PAGE_SIZE", 3)
    monkeypatch.setattr("cases.listing.Page", _small_page)
    actor = world.actor("lead")
    is_open = [case.id for case in cases if session().get_one(Case, case.id).state not in HIDDEN]
    days = {row[0]: row[1:] for row in session().execute(select(Case.id, Case.waiting_since, Case.next_due_on))}
    for order, place in ((Order.WAITING, 0), (Order.DUE, 1)):
        found = _found(actor, Filters(order=order))
        newest_first = sorted(is_open, reverse=True)
        assert found == sorted(newest_first, key=lambda one: days[one][place] or date.max)
    assert _found(actor, Filters(order=Order.NEWEST)) == sorted(is_open, reverse=True)


def _small_page(items: list[Any], number: int, total: int) -> Any:
    return listing_page(items, number, total, 3)


listing_page = listing.Page


def test_names_of_all_scripts_stand_in_one_alphabet(world: World, cases: list[Case]) -> None:
    with transaction() as current:
        current.execute(update(Case).values(state=CaseState.REPORTED))
    page = listing.case_list(world.actor("lead"), Filters(order=Order.NAME), number=1)
    assert [row.family_name for row in page.items] == NAMES


def test_a_renamed_family_moves_and_a_broken_shard_costs_time_alone(
    world: World, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    names, actor = Filters(order=Order.NAME), world.actor("lead")
    before = list_order.find(actor, names, number=1).case_ids

    def broken(*_: object) -> None:
        raise keeping.ShardBroken("no key")

    monkeypatch.setattr("cases.shards.store.unseal", broken)
    assert list_order.find(actor, names, number=1).case_ids == before
    by_band = replace(names, band=Band.PRIMARY)
    assert set(list_order.find(actor, by_band, number=1).case_ids) == _naively([case.id for case in cases], by_band)


def test_shards_that_get_another_key_while_they_are_opened_are_read_again(
    world: World, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    names, actor = Filters(order=Order.NAME), world.actor("lead")
    before, opened, asked = list_order.find(actor, names, number=1).case_ids, store.unseal, []

    def unseal(*args: Any) -> Any:
        asked.append(threading.current_thread() is threading.main_thread())
        if len(asked) == 1:
            raise KeyMissing("dropped meanwhile")
        return opened(*args)

    monkeypatch.setattr(store, "unseal", unseal)
    assert list_order.find(actor, names, number=1).case_ids == before
    assert (asked[0], set(asked[1:])) == (False, {True})


def test_a_body_without_shards_sorts_and_filters_what_was_handed_over_to_it(world: World, cases: list[Case]) -> None:
    theirs = [case for case in cases if session().get_one(Case, case.id).state not in HIDDEN][:4]
    ring = records.keyring()
    with transaction() as current:
        for case in theirs:
            ring.share(case.id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
            current.add(
                CaseAccess(
                    case_id=case.id,
                    organisation_id=world.kim.id,
                    user_id=world.users["manager"],
                    kind=AccessKind.HANDOVER,
                    granted_at=clock.now(),
                )
            )
    actor = world.actor("manager")
    page = listing.case_list(actor, Filters(order=Order.NAME), number=1)
    shown = [row.family_name for row in page.items]
    assert len(shown) == 4 and shown == sorted(shown, key=NAMES.index)
    for asked in _every_filter(world):
        filters = Filters(**asked)
        found = {row.case_id for row in listing.case_list(actor, filters, number=1).items}
        assert found == _naively([case.id for case in theirs], filters), asked


def test_ids_of_others_and_nonsense_in_the_address_show_nothing_and_break_nothing(
    world: World, cases: list[Case], sign_in: Callable[[str], FlaskClient]
) -> None:
    browser = sign_in("lead")
    for asked in (f"beratung={world.users['manager']}", f"schule={new_id()}", f"beratung={new_id()}&sprache=uk"):
        page = browser.get(f"/faelle?ansicht=all&{asked}")
        assert page.status_code == 200 and "Kein Fall passt zu allen Angaben" in page.text
        assert not any(name in page.text for name in NAMES)
    for nonsense in ("beratung=x", "schule='", "bereich=9", "sprache=zz", "laenger=-1", "sortierung=;", "seite=99999"):
        assert browser.get(f"/faelle?ansicht=all&{nonsense}").status_code == 200


def test_what_narrows_the_list_is_said_and_taken_back_one_by_one(
    world: World, cases: list[Case], sign_in: Callable[[str], FlaskClient]
) -> None:
    page = sign_in("lead").get(f"/faelle?ansicht=all&sprache=uk&beratung={world.users['advisor']}&faellig=ja").text
    assert "Sprache: " in page and "Ukrainisch" in page and "Anna Beraterin" in page
    without_language = (
        f"/faelle?ansicht=all&amp;beratung={world.users['advisor']}&amp;faellig=ja&amp;sortierung=waiting"
    )
    assert without_language in page
    tabs = sign_in("lead").get("/faelle?ansicht=all").text
    for whose in Whose:
        assert f"ansicht={whose.value}" in tabs
