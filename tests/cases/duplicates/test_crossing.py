"""Comparing with another KI: not one look outside the own house while the switch is off, and one name when it is on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.accounts import services as accounts
from app.accounts.models import Organisation
from app.data.database import db, session
from app.policies import Actor, OrganisationKind, Role
from cases import services as cases
from cases.duplicates import crossing
from cases.duplicates.models import CrossToken
from config import SettingError
from tests.plugins.application import World
from tests.plugins.families import child_sheet, family_sheet
from tests.plugins.trail import entries

SignIn = Callable[[str], FlaskClient]
TYPED = {
    "q": "Kovalenko",
    "family_name": "Kovalenko",
    "children-0-given_names": "Daryna",
    "children-0-born": "5.3.2014",
    "guardians-0-kind": "mother",
    "language": "uk",
    "district": "3",
    "advisor": "",
    "do": "save",
}


@pytest.fixture
def neighbour(app: Flask, world: World) -> Organisation:
    """Another KI of this installation, which counsels the family already."""
    house = accounts.found_organisation(kind=OrganisationKind.KI, name="KI Nebenan", short_name="NB")
    actor = Actor(house.id, house.kind, user_id=None, roles=frozenset({Role.LEAD}))
    cases.open_case(actor, family=family_sheet(), children=[child_sheet()])
    return house


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_switched_off_no_query_leaves_the_own_house(
    neighbour: Organisation, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in("reception")
    with _statements() as seen:
        assert client.post("/faelle/neu", data=TYPED).status_code == 303
    assert seen and not any("cross_token" in statement for statement in seen)
    assert crossing.keep_tokens() == 0
    assert entries(kind="cross_check") == []


def test_switched_on_the_other_house_is_named_and_nothing_else_and_both_trails_know(
    app: Flask, world: World, neighbour: Organisation, sign_in: SignIn
) -> None:
    on = replace(app.extensions["config"], cross_check=True, cross_check_basis="§ 5 Muster-Vereinbarung")
    app.extensions["config"] = on
    assert crossing.keep_tokens() == 1
    page = sign_in("reception").post("/faelle/neu", data=TYPED)
    assert page.status_code == 409
    assert "KI Nebenan" in page.text and "§ 5 Muster-Vereinbarung" in page.text
    assert "NB-2026" not in page.text and "Taras" not in page.text
    noted = [entry.organisation_id for entry in entries(kind="cross_check")]
    assert sorted(noted, key=str) == sorted((world.ki.id, neighbour.id), key=str)
    other_day = sign_in("reception").post("/faelle/neu", data=TYPED | {"children-0-born": "6.3.2014"})
    assert other_day.status_code == 303, "only what is exact is told"
    app.extensions["config"] = replace(on, cross_check=False)
    assert crossing.keep_tokens() == 0
    assert session().scalars(select(CrossToken)).all() == []


def test_without_a_legal_basis_it_cannot_be_switched_on(app: Flask) -> None:
    with pytest.raises(SettingError, match="EINSTIEG_CROSS_CHECK_BASIS"):
        replace(app.extensions["config"], cross_check=True)
