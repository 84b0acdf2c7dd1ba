"""The list of cases: whose, in which order, how many days, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import event

from app import clock
from app.data.database import db
from cases import listing, services
from cases.listing import Filters, Order, Whose
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_the_longest_wait_stands_first_with_its_days(world: World, open_case: OpenCase) -> None:
    clock.start_at(MONDAY)
    open_case(family=family_sheet("Kurz", arrived_in_town_on="2026-11-20"))
    open_case(family=family_sheet("Lang", arrived_in_town_on="2026-03-01"))
    open_case(family=family_sheet("Ohne"), children=[child_sheet(born="")])
    rows = listing.case_list(world.actor("lead"), Filters(), number=1).items
    assert [(row.family_name, row.days) for row in rows] == [("Lang", 267), ("Kurz", 3), ("Ohne", None)]
    newest = listing.case_list(world.actor("lead"), Filters(order=Order.NEWEST), number=1).items
    assert [row.family_name for row in newest] == ["Ohne", "Lang", "Kurz"]


def test_filters_narrow_the_list_and_its_count(world: World, open_case: OpenCase) -> None:
    clock.start_at(MONDAY)
    open_case(family=family_sheet("Mein"), advisor="advisor")
    shared = open_case(family=family_sheet("Geteilt"), advisor="colleague")
    services.add_deputy(world.actor("lead"), case_id=shared.id, user_id=world.users["advisor"])
    open_case(family=family_sheet("Frei", arrived_in_town_on="2026-11-20"))
    actor = world.actor("advisor")

    def names(filters: Filters) -> set[str]:
        return {row.family_name for row in listing.case_list(actor, filters, number=1).items}

    assert names(Filters(whose=Whose.OWN)) == {"Mein", "Geteilt"}
    assert names(Filters(whose=Whose.UNASSIGNED)) == {"Frei"}
    assert names(Filters(advisor_id=world.users["colleague"])) == {"Geteilt"}
    assert names(Filters(longer_than=30)) == {"Mein", "Geteilt"}
    assert listing.counts(actor) == {Whose.OWN: 2, Whose.ALL: 3, Whose.UNASSIGNED: 1, Whose.CLOSED: 0}


def test_a_colleagues_case_is_found_by_name_without_a_way_in(
    world: World, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case = open_case(advisor="colleague")
    row = listing.case_list(world.actor("advisor"), Filters(), number=1).items[0]
    assert (row.family_name, row.may_read, row.advisor) == ("Kovalenko", False, "Karl Kollege")
    page = sign_in("advisor").get("/faelle?ansicht=all").text
    assert "Kovalenko" in page and f'href="/faelle/{case.id}"' not in page


def test_other_organisations_list_nothing(world: World, open_case: OpenCase) -> None:
    open_case()
    for who in ("manager", "kim_lead", "welfare_manager"):
        assert listing.case_list(world.actor(who), Filters(), number=1).total == 0


def test_a_page_costs_the_same_queries_for_two_cases_as_for_twelve(world: World, open_case: OpenCase) -> None:
    def queries() -> int:
        statements: list[str] = []
        engines = {id(engine): engine for engine in db.engines.values()}.values()

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("SELECT"):
                statements.append(statement)

        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        listing.case_list(actor, filters, number=1)
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    actor, filters = world.actor("lead"), Filters()
    for _ in range(2):
        open_case(advisor="advisor")
    few = queries()
    for _ in range(10):
        open_case(advisor="advisor")
    assert queries() == few <= 12
    assert len(listing.case_list(actor, replace(filters, whose=Whose.ALL), number=9).items) == 12
