"""Finding a family by what a caller says, and the trace that a search leaves."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data.audit import Action, AuditEntry
from app.data.database import session, transaction
from app.demo.world import directory_lines
from app.errors import NotPermitted
from cases.placement.kinds import Authority
from cases.placement.models import Placement, School
from cases.placement.services import import_directory
from cases.search import queries, services, terms
from cases.search.scanning import scan
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet


@pytest.fixture
def families(open_case: OpenCase) -> list[str]:
    """Four families whose names are written in four ways."""
    open_case(family=family_sheet("Шевченко", phone="+4915112345678"), children=[child_sheet("Тарас", "2012-05-09")])
    open_case(family=family_sheet("محمدی", phone=""), children=[child_sheet("زهرا", "2015")], guardians=[])
    open_case(family=family_sheet("Al-Hamad", phone=""), children=[child_sheet("Omar", "2010-02")], guardians=[])
    open_case(family=family_sheet("Suharto", phone=""), children=[child_sheet("Suharto", "2009-01-01")], guardians=[])
    return ["Шевченко", "محمدی", "Al-Hamad", "Suharto"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Schewtschenko", "Шевченко"),
        ("Shevchenko Taras", "Шевченко"),
        ("mohammadi", "محمدی"),
        ("زهرا", "محمدی"),
        ("Omar Alhamad", "Al-Hamad"),
        ("suharto", "Suharto"),
        ("09.05.2012", "Шевченко"),
        ("0151 12345678", "Шевченко"),
        ("+49 151 1234 5678", "Шевченко"),
        ("2026-00003", "Al-Hamad"),
        ("D-2026-00004", "Suharto"),
    ],
)
def test_a_family_is_found(world: World, families: list[str], text: str, first: str) -> None:
    assert services.search(world.actor("reception"), text=text)[0].family_name == first


def test_a_search_is_traced_without_its_words(world: World, families: list[str]) -> None:
    services.search(world.actor("reception"), text="mohammadi")
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.SEARCHED)).one()
    assert msgspec.json.decode(entry.facts)["hits"] == 1
    assert entry.actor_id == world.users["reception"]
    assert "mohammadi" not in entry.facts


def test_a_search_ends_at_the_organisations_border(world: World, families: list[str]) -> None:
    assert services.search(world.actor("manager"), text="Suharto") == []
    with pytest.raises(NotPermitted):
        services.search(world.actor("admin"), text="Suharto")


def test_a_new_case_is_offered_only_after_a_search(families: list[str], sign_in: Callable[[str], FlaskClient]) -> None:
    reception = sign_in("reception")
    assert "/faelle/neu" not in reception.get("/suche").text
    assert "/faelle/neu" in reception.post("/suche", data={"q": "Petrenko"}).text
    assert "<html" not in reception.post("/suche", data={"q": "Omar"}, headers={"HX-Request": "true"}).text
    assert reception.get("/faelle/neu?q=Petrenko").location == "/suche"
    begun = reception.post("/faelle/neu", data={"q": "Petrenko", "do": "begin"})
    assert begun.status_code == 200
    assert 'value="Petrenko"' in begun.text


def test_an_address_searches_for_nobody(families: list[str], sign_in: Callable[[str], FlaskClient]) -> None:
    assert "Petrenko" not in sign_in("reception").get("/suche?q=Petrenko").text


def test_a_family_is_found_by_the_school_of_its_child(world: World, open_case: OpenCase) -> None:
    case = open_case(advisor="advisor")
    assert import_directory(directory_lines()).added
    school = session().scalars(select(School).where(School.short_name.contains("Humboldt"))).first()
    assert school is not None
    attempt = Placement(
        case_id=case.id,
        child_id=case.children[0].id,
        school_id=school.id,
        authority=Authority.SCHULAMT,
        proposed_at=clock.now(),
    )
    with transaction() as current:
        current.add(attempt)
    assert [row.case_id for row in services.search(world.actor("reception"), text="humboldt")] == [case.id]
    assert services.search(world.actor("reception"), text="Goethe") == []
    assert services.search(world.actor("manager"), text="humboldt") == []


def test_shards_answer_what_opening_every_summary_answers(world: World, families: list[str]) -> None:
    reception = world.actor("reception")
    scanned, sharded = scan(reception), queries.open_for(reception)
    assert isinstance(sharded, queries.Sharded)
    for text in ["Taras", "زهرا", "omar", "2012", "0151 12345678", "Suharto 01.01.2009", "al-hamad", "Nobody", "Al"]:
        asked = terms.read(text)
        assert sharded.answers(asked, most=30) == scanned.answers(asked, most=30), text
