"""The number beside the entry of the navigation: each office its own, counted beside the pages and after changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from app.data.database import session, transaction
from scheduling import services
from scheduling.absences.services import add_absence
from scheduling.conflicts import counting
from scheduling.conflicts.models import ConflictCount
from scheduling.kinds import GateReason
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

SignIn = Callable[[str], FlaskClient]
HOUR = timedelta(hours=1)


def _shown(page: FlaskClient, path: str = "/") -> int:
    found = re.search(r"Konflikte\s*<span[^>]*>(\d+)<", page.get(path).text)
    return int(found[1]) if found else 0


@pytest.fixture
def booked(world: World, office: Office, open_case: OpenCase) -> services.Booked:
    """A talk on Friday at 10."""
    case = open_case(advisor="advisor")
    return services.book(
        world.actor("lead"), case_id=case.id, kind=AppointmentKind.FIRST_TALK, starts=FRIDAY, details=DETAILS,
        without_papers=GateReason.URGENT,
    )  # fmt: skip


def test_every_page_shows_what_was_counted_last(world: World, booked: services.Booked, sign_in: SignIn) -> None:
    page = sign_in("advisor")
    add_absence(world.actor("lead"), resource_id=booked.advisor_id, starts_at=FRIDAY, ends_at=FRIDAY + HOUR)
    assert _shown(page) == 0
    assert counting.count_all() == 1
    assert [_shown(page, path) for path in ("/", "/faelle", "/termine")] == [1, 1, 1]
    services.cancel(world.actor("lead"), appointment_id=booked.appointment_id)
    assert _shown(page) == 1
    assert _shown(page, "/termine/konflikte") == 0
    assert _shown(page) == 0


def test_whoever_makes_a_conflict_sees_it_counted_at_once(
    world: World, booked: services.Booked, sign_in: SignIn
) -> None:
    assert counting.recount(world.ki.id) == 0
    fields = {"first": "27.11.2026", "resource": f"advisor:{booked.advisor_id}"}
    assert sign_in("lead").post("/sprechzeiten/abwesenheiten/neu", data=fields).status_code == 303
    assert _shown(sign_in("colleague")) == 1


def test_an_office_is_told_nothing_of_another(world: World, booked: services.Booked, sign_in: SignIn) -> None:
    counting.keep(world.ki.id, 3)
    assert _shown(sign_in("lead")) == 3
    with transaction() as current:
        current.execute(delete(ConflictCount))
        current.add(ConflictCount(organisation_id=world.kim.id, number=5))
    assert _shown(sign_in("lead")) == 0
    assert _shown(sign_in("manager")) == 0


def test_a_number_is_kept_once_an_office(world: World, office: Office) -> None:
    assert [counting.keep(world.ki.id, number) for number in (2, 2, 0)] == [2, 2, 0]
    assert session().scalars(select(ConflictCount.number)).all() == [0]
