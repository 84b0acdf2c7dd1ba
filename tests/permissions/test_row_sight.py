"""Which cases lists, search and counters know of: for every person and relation what the table says of FIND."""

from __future__ import annotations

from sqlalchemy import select

from app import clock
from app.data.database import session
from app.policies import Actor, permits
from cases import listing, queries
from cases.listing import Filters, Whose
from cases.models import Case
from cases.policies import CasePermission
from cases.search import services as search
from cases.tasks import queries as tasks
from tests.permissions.situations import NAMES, STANDING, Made
from tests.plugins.application import World

FOUND_BY: dict[str, set[str]] = {who: set(standings) for who, standings in STANDING.items()}
OPENED_BY: dict[str, set[str]] = {
    who: {situation for situation, standing in standings.items() if standing != "f"}
    for who, standings in STANDING.items()
}
WITHOUT_LISTS = ("admin", "officer")


def test_rows_lists_search_and_counters_know_of_the_same_cases(wider: World, situations: dict[str, Made]) -> None:
    cells = 0
    for who, relations in FOUND_BY.items():
        actor, found = wider.actor(who), {situations[relation].case_id for relation in relations}
        closed = situations["closed"].case_id
        assert set(session().scalars(select(Case.id).where(queries.visible_to(actor)))) == found, who
        assert {case.id for case in _all_cases() if permits(actor, CasePermission.FIND, case)} == found, who
        cells += len(NAMES)
        if who in WITHOUT_LISTS:
            continue
        page = listing.case_list(actor, Filters(whose=Whose.ALL), number=1)
        assert ({row.case_id for row in page.items}, page.total) == (found - {closed}, len(found - {closed})), who
        assert listing.counts(actor)[Whose.ALL] == len(found - {closed}), who
        every = [made.case_id for made in situations.values()]
        assert {row.case_id for row in listing.rows_by_id(actor, every)} == found, who
        for relation, name in NAMES.items():
            hits = {row.case_id for row in search.search(actor, text=name)}
            assert (situations[relation].case_id in hits) is (relation in relations), (who, relation)
            assert hits <= found, (who, relation)
    print(f"row sight: {cells} cells")


def test_what_is_open_is_what_may_be_read_and_tasks_follow_it(wider: World, situations: dict[str, Made]) -> None:
    for who, relations in OPENED_BY.items():
        actor = wider.actor(who)
        opened = {situations[relation].case_id for relation in relations}
        assert {case.id for case in _all_cases() if permits(actor, CasePermission.READ, case)} == opened, who
        if who in WITHOUT_LISTS:
            continue
        shown = {line.task.case_id for line in tasks.open_tasks(actor, team=True, today=clock.today())}
        assert shown <= opened, who


def test_the_system_and_a_family_search_nothing(wider: World, situations: dict[str, Made]) -> None:
    ki = wider.ki
    family = Actor(ki.id, ki.kind, invited_to=situations["own"].case_id)
    system = Actor(ki.id, ki.kind, is_system=True)
    for actor in (family, system):
        assert session().scalars(select(Case.id).where(queries.visible_to(actor))).all() == []


def _all_cases() -> list[Case]:
    return list(session().scalars(select(Case)))
