"""A second KI, a second manager at KIM, and the office of the first KI, for questions about other people's cases."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import services as accounts
from app.accounts.models import Organisation, UserProfile
from app.policies import OrganisationKind, Role
from cases.handover.models import Desk
from tests.canary.journey import new_desk
from tests.permissions.situations import Made, make
from tests.plugins.application import World
from tests.scheduling.conftest import office

__all__ = ["office"]


@pytest.fixture
def wider(world: World) -> World:
    """The world with a KI next door (its lead and advisor) and a colleague of Mira Manager."""
    next_door = accounts.found_organisation(kind=OrganisationKind.KI, name="KI nebenan", short_name="NEBENAN")
    newcomers: list[tuple[str, Organisation, Role]] = [
        ("other_lead", next_door, Role.LEAD),
        ("other_advisor", next_door, Role.ADVISOR),
        ("manager2", world.kim, Role.KIM_CASE_MANAGER),
        ("welfare_lead", world.welfare, Role.KIM_LEAD),
    ]
    users: dict[str, UUID] = dict(world.users)
    for who, place, role in newcomers:
        profile = UserProfile(name=f"Person {who}", email=world.email(who))
        user = accounts.appoint_user(
            organisation=place, roles=frozenset({role}), profile=profile, password="Dreizehn-Kraniche-7"
        )
        users[who] = user.id
    return World(world.ki, world.kim, world.welfare, world.authority, users)


@pytest.fixture
def desks(wider: World) -> dict[str, Desk]:
    """A desk at KIM of the city and one at the welfare body."""
    return {"kim": new_desk(wider.kim.id, "Innenstadt"), "welfare": new_desk(wider.welfare.id, "Brücke")}


@pytest.fixture
def enter(app: Flask, wider: World) -> Callable[[str], FlaskClient]:
    """A function that answers a browser signed in as one of the wider world."""

    def opened(who: str) -> FlaskClient:
        client = app.test_client()
        token = accounts.sign_in(email=wider.email(who), password="Dreizehn-Kraniche-7")
        assert token is not None
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return client

    return opened


@pytest.fixture
def situations(wider: World, desks: dict[str, Desk]) -> dict[str, Made]:
    """One case for each way somebody may stand to it."""
    return make(wider, desks)
