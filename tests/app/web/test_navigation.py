"""People see the entries they may open, in order, with the present one marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Blueprint, Flask
from flask_babel import Babel
from sqlalchemy import ScalarSelect, SQLColumnExpression, Uuid, create_engine, literal, select

from app.policies import Permission
from app.web import navigation
from app.web.navigation import FooterItem, NavigationItem


class Small(Permission):
    """Two permissions."""

    READ = "small.read"
    LEAD = "small.lead"


@pytest.fixture
def app_with_entries(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application of two blueprints and their entries."""
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_footer", {})
    app = Flask(__name__)
    Babel(app)
    for name in ("cases", "reports"):
        pages = Blueprint(name, __name__, url_prefix=f"/{name}")
        for view in ("index", "other", "detail"):
            pages.add_url_rule(f"/{view}", view, lambda: "")
        app.register_blueprint(pages)
    navigation.add(
        NavigationItem("Auswertung", "reports.index", Small.LEAD, 30, section="Leitung"),
        NavigationItem("Fälle", "cases.index", Small.READ, 10),
        NavigationItem("Ablage", "cases.other", None, 20),
        NavigationItem("Fehlt noch", "nowhere.index", None, 5),
    )
    navigation.add_footer(FooterItem("Impressum", "reports.other", 2), FooterItem("Datenschutz", "cases.other", 1))
    yield app


def shown(app: Flask, path: str, *permissions: Permission) -> list[tuple[str, list[str]]]:
    """The sections and labels at `path` for whoever holds `permissions`."""
    with app.test_request_context(path):
        return [
            (section.label, [str(entry.label) for entry in section.entries])
            for section in navigation.sections(lambda permission: permission in permissions)
        ]


def current(app: Flask, path: str) -> list[str]:
    """The labels marked as current at `path`."""
    with app.test_request_context(path):
        sections = navigation.sections(lambda permission: True)
        return [str(entry.label) for section in sections for entry in section.entries if entry.is_current]


def test_entries_stand_in_order_under_their_headings(app_with_entries: Flask) -> None:
    assert shown(app_with_entries, "/", Small.READ, Small.LEAD) == [
        ("", ["Fälle", "Ablage"]),
        ("Leitung", ["Auswertung"]),
    ]


def test_what_a_person_may_not_open_is_not_offered(app_with_entries: Flask) -> None:
    assert shown(app_with_entries, "/", Small.READ) == [("", ["Fälle", "Ablage"])]
    assert shown(app_with_entries, "/") == [("", ["Ablage"])]


def test_an_entry_without_a_view_is_left_out(app_with_entries: Flask) -> None:
    assert "Fehlt noch" not in str(shown(app_with_entries, "/"))
    assert "nowhere.index" in [item.endpoint for item in navigation.registered()]


def test_an_entry_is_current_on_its_own_page(app_with_entries: Flask) -> None:
    assert current(app_with_entries, "/cases/other") == ["Ablage"]


def test_the_first_entry_of_a_blueprint_is_current_on_pages_without_an_entry(app_with_entries: Flask) -> None:
    assert current(app_with_entries, "/cases/detail") == ["Fälle"]
    assert current(app_with_entries, "/nowhere") == []


def test_the_foot_stands_in_order(app_with_entries: Flask) -> None:
    with app_with_entries.test_request_context("/"):
        assert [(link.label, link.url) for link in navigation.footer_links()] == [
            ("Datenschutz", "/cases/other"),
            ("Impressum", "/reports/other"),
        ]


def test_a_number_stands_beside_the_entry_it_was_asked_for(app_with_entries: Flask) -> None:
    def count(number: int) -> Callable[[SQLColumnExpression[UUID]], ScalarSelect[int]]:
        return lambda organisation_id: select(literal(number)).scalar_subquery()

    navigation.add(
        NavigationItem("Ablage", "cases.other", None, 20, count=count(7)),
        NavigationItem("Fälle", "cases.index", None, 10, count=count(3)),
    )

    def counts() -> dict[str, int]:
        entries = [entry for section in navigation.sections(lambda _: True) for entry in section.entries]
        return {str(entry.label): entry.count for entry in entries}

    with app_with_entries.test_request_context("/"):
        assert counts() == {"Fälle": 0, "Ablage": 0, "Auswertung": 0}
        with create_engine("sqlite://").connect() as connection:
            row = connection.execute(select(*navigation.count_columns(literal(UUID(int=1), Uuid())))).one()
        navigation.keep_counts(row)
        assert counts() == {"Fälle": 3, "Ablage": 7, "Auswertung": 0}
        navigation.tell("cases.other", 1)
        assert counts() == {"Fälle": 3, "Ablage": 1, "Auswertung": 0}
        navigation.keep_counts([None, 2])
        assert sorted(counts().values()) == [0, 0, 2]
