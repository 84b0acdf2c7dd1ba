"""Routing proposes by needs, district, language and load, and says why."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from cases.handover.rules import DeskFacts, RoutingRequest, named_in, need_labels, route

CITY, BRIDGE = UUID(int=1), UUID(int=2)


def desk(number: int, **facts: object) -> DeskFacts:
    plain = DeskFacts(UUID(int=number), CITY, f"Stelle {number}", frozenset(), frozenset(), frozenset(), 10, 5)
    wrapped = {key: frozenset(value) if isinstance(value, set) else value for key, value in facts.items()}
    return replace(plain, **wrapped)


def family(**facts: object) -> RoutingRequest:
    plain = RoutingRequest(needs=frozenset({"housing", "work"}), district=3, language="uk")
    wrapped = {key: frozenset(value) if isinstance(value, set) else value for key, value in facts.items()}
    return replace(plain, **wrapped)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"needs": {"housing", "work"}}, {"needs": {"housing"}}),
        ({"needs": {"housing"}, "districts": {3}}, {"needs": {"housing"}, "districts": {4}}),
        ({"needs": {"housing"}, "districts": set()}, {"needs": {"housing"}, "districts": {4}}),
        ({"languages": {"uk"}}, {"languages": {"tr"}}),
        ({"load": 1}, {"load": 9}),
    ],
)
def test_the_better_fit_is_proposed_whatever_the_order(better: dict[str, object], worse: dict[str, object]) -> None:
    good, poor = desk(2, **better), desk(1, **worse)
    for desks in ([good, poor], [poor, good]):
        found = route(family(), desks)
        assert found.desk_id == good.desk_id
        assert [one.desk for one in found.ranking] == [good, poor]


@pytest.mark.parametrize(
    ("facts", "request_", "why"),
    [
        ({"is_active": False}, family(), "nimmt zurzeit keine Fälle an"),
        ({"load": 10}, family(), "ausgelastet (10 von 10 Fällen)"),
        ({"capacity": 0, "load": 0}, family(), "ausgelastet"),
        ({"needs": {"debt"}}, family(), "keinen der angekreuzten Bedarfe"),
        ({}, family(declined={UUID(int=7)}), "schon abgelehnt"),
        ({}, family(handing_on=UUID(int=7)), "gibt den Fall selbst weiter"),
        ({}, family(recipients={BRIDGE}), "die Einwilligung nennt diese Stelle nicht"),
        ({}, family(recipients=set()), "die Einwilligung nennt diese Stelle nicht"),
    ],
)
def test_a_desk_that_cannot_take_the_family_is_left_out_with_the_reason(
    facts: dict[str, object], request_: RoutingRequest, why: str
) -> None:
    found = route(request_, [desk(7, **facts)])
    assert found.desk_id is None
    assert found.reasons[0] == "Keine Stelle passt."
    assert why in found.reasons[1]


def test_equal_points_go_to_the_lesser_load_then_the_name() -> None:
    twins = [desk(3, name="Beta"), desk(2, name="alpha"), desk(1, name="Gamma", load=6, capacity=12)]
    assert [one.desk.name for one in route(family(), twins).ranking] == ["alpha", "Beta", "Gamma"]


def test_the_reasons_are_sentences_about_needs_district_language_and_load() -> None:
    found = route(family(), [desk(1, needs={"housing", "debt"}, districts={3}, languages={"uk"})])
    assert found.reasons == (
        "Deckt 1 von 2 Bedarfen: Wohnen.",
        "Zuständig für Stadtbezirk 3.",
        "Dort wird Ukrainisch gesprochen.",
        "Auslastung: 5 von 10 Fällen.",
    )
    assert found.ranking[0].points == 25 + 20 + 20 + 5


def test_a_german_speaking_family_of_an_unknown_district_is_routed_too() -> None:
    found = route(family(language="de", district=0), [desk(1, districts={4}), desk(2, languages={"tr"})])
    assert found.desk_id == UUID(int=2)
    assert all("Sprachmittlung" not in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("Daryna braucht Hilfe", True),
        ("Frau KOVALENKO, drei Kinder", True),
        ("Die Familie braucht Hilfe", False),
        ("Kovalenkos Wohnung", False),
        ("Li und Al", False),
    ],
)
def test_a_name_in_a_text_is_found_as_a_whole_word(text: str, is_named: bool) -> None:
    assert named_in(text, ["Kovalenko", "Daryna Olena", "Al"]) is is_named


def test_a_need_nobody_knows_any_more_is_left_out() -> None:
    assert need_labels(["work", "general_counselling", "housing"]) == ["Wohnen", "Arbeit und Ausbildung"]
