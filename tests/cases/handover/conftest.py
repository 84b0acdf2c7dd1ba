"""A case on its way to KIM: desks of two bodies, a consent, and the steps up to an offer or its acceptance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from app import clock
from app.data.database import transaction
from app.policies import Actor
from cases.consents.services import record_consent
from cases.handover import queries, services
from cases.handover.models import Desk, Handover
from cases.handover.rules import Need
from cases.kinds import ConsentPurpose, LegalBasis, TaskKind
from cases.models import Case, Consent
from cases.sheets import ConsentDetail
from cases.tasks import queries as task_queries
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet

REASON = "Seit Monaten fehlt eine Wohnung, zwei Ämter warten aufeinander."


@dataclass(frozen=True)
class Desks:
    """One desk at KIM of the city and one at a welfare body."""

    kim: UUID
    welfare: UUID


@pytest.fixture
def desks(world: World) -> Desks:
    """The city's desk is for housing in districts 1 to 3, the other for families in Ukrainian."""
    with transaction() as session:
        kim = Desk(
            organisation_id=world.kim.id,
            name="KIM Innenstadt",
            needs=["housing", "residence"],
            districts=[1, 2, 3],
            languages=[],
            capacity=30,
        )
        welfare = Desk(
            organisation_id=world.welfare.id,
            name="Brücke",
            needs=["family"],
            districts=[],
            languages=["uk"],
            capacity=10,
        )
        session.add_all([kim, welfare])
    return Desks(kim.id, welfare.id)


@dataclass(frozen=True)
class Way:
    """Takes one case along the way to KIM."""

    world: World
    open_case: OpenCase

    def case(self, **family: object) -> Case:
        """A Ukrainian family of Anna Beraterin's, with two children."""
        return self.open_case(advisor="advisor", family=family_sheet(**family))  # type: ignore[arg-type]

    def consent(self, case: Case, body: UUID | None = None) -> Consent:
        """The family's consent to a handover to a body, the city's KIM unless named."""
        return record_consent(
            self.world.actor("advisor"),
            case_id=case.id,
            purpose=ConsentPurpose.KIM_HANDOVER,
            legal_basis=LegalBasis.CONSENT,
            given_on=clock.today(),
            detail=ConsentDetail(given_by="Olena mother", explained_in="uk"),
            recipient_id=body or self.world.kim.id,
        )

    def requested(self, case: Case | None = None, **wanted: object) -> Handover:
        """A handover that waits to be routed."""
        case = case or self.case()
        given = {"needs": [Need.HOUSING, Need.WORK], "reason": REASON, **wanted}
        return services.request_handover(
            self.world.actor("advisor"),
            case_id=case.id,
            consent_id=self.consent(case).id,
            **given,  # type: ignore[arg-type]
        )

    def offered(self, case: Case | None = None) -> Handover:
        """A handover that the worker has offered to the city's desk."""
        handover = self.requested(case)
        return services.route(self.system(handover), handover_id=handover.id)

    def accepted(self, case: Case | None = None) -> Handover:
        """A handover that Mira Manager has accepted."""
        handover = self.offered(case)
        return services.accept(self.world.actor("manager"), handover_id=handover.id)

    def system(self, handover: Handover) -> Actor:
        """Who routes."""
        owner = queries.owner_of(handover.id)
        assert owner is not None
        return owner


@pytest.fixture
def way(world: World, desks: Desks, open_case: OpenCase) -> Way:
    """The way of a case to KIM, with desks to receive it."""
    return Way(world, open_case)


@pytest.fixture
def tasks_of(world: World) -> Callable[[str], list[str]]:
    """A function that answers what somebody is told on the list of tasks."""

    def read(who: str) -> list[str]:
        lines = task_queries.open_tasks(world.actor(who), team=False, today=clock.today())
        return [line.remark for line in lines if line.task.kind is TaskKind.HANDOVER_ANSWER]

    return read
