"""Cases to be erased: one with everything a case can hold, and neighbours that must not be touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.data.database import session
from cases.handover import services as handovers
from cases.models import Case
from cases.placement import directory
from cases.placement import services as placement
from cases.placement.models import School
from scheduling import services as scheduling
from tests.canary.journey import Journey, new_desk
from tests.plugins.application import World
from tests.scheduling.conftest import Office, office

__all__ = ["office"]

SCHOOLS = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"


@pytest.fixture
def journey(world: World, office: Office, client: FlaskClient) -> Journey:
    """A family that went through the whole house and was with KIM, whose case has come back."""
    placement.import_directory(SCHOOLS.read_text(encoding="utf-8").splitlines())
    school = session().scalars(select(School).where(School.number == "188232")).one()
    made = Journey.begin(world)
    made.take_in()
    made.book(client)
    made.talk()
    made.place(school)
    made.offer(new_desk(world.kim.id, "Innenstadt"))
    made.accept()
    return made


@pytest.fixture
def settle(world: World) -> Callable[[Journey], None]:
    """A function that ends what still runs: KIM gives the case back, the talk is called off."""

    def settled(journey: Journey) -> None:
        assert journey.handover is not None
        handovers.return_case(world.actor("manager"), handover_id=journey.handover.id, reason="abgeschlossen")
        appointment_id = journey.ids["appointment_id"]
        assert isinstance(appointment_id, UUID)
        scheduling.cancel(world.actor("advisor"), appointment_id=appointment_id)

    return settled


@pytest.fixture
def bystander(open_case: Callable[..., Case]) -> Case:
    """Another family of the same KI."""
    return open_case()
