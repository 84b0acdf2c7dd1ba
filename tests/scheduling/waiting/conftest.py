"""An office with one time left in weeks, Friday 27.11.2026 from 10:00 to 11:30, and families that wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from app import clock
from app.data.base import new_id
from app.data.database import session, transaction
from app.policies import Actor
from cases.models import Case
from scheduling import services as booking
from scheduling.kinds import GateReason
from scheduling.models import Absence
from scheduling.states import AppointmentKind
from scheduling.waiting import services
from scheduling.waiting.filling import fill
from scheduling.waiting.kinds import OfferState
from scheduling.waiting.models import WaitingEntry, WaitingOffer, WaitingSheet
from scheduling.waiting.services import Suits
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FIRST = AppointmentKind.FIRST_TALK
CONTACT = WaitingSheet(language="uk", channel="email", email="familie@einstieg.example")
ANY_TIME = Suits()


@dataclass
class Queue:
    """The waiting list of the office, as tests use it."""

    world: World
    office: Office
    open_case: OpenCase

    def only(self, *starts: datetime) -> None:
        """Let the advisor be there for these 90 minutes alone, for more than a year."""
        edges = [clock.now() - timedelta(days=60)]
        for start in sorted(starts):
            edges += [start, start + timedelta(minutes=90)]
        edges.append(clock.now() + timedelta(days=400))
        with transaction() as current:
            current.execute(delete(Absence))
            for starts_at, ends_at in zip(edges[::2], edges[1::2], strict=True):
                current.add(
                    Absence(
                        id=new_id(),
                        organisation_id=self.office.organisation_id,
                        resource_id=self.office.advisor_id,
                        starts_at=starts_at,
                        ends_at=ends_at,
                    )
                )

    def book(self, starts: datetime = FRIDAY, case: Case | None = None) -> booking.Booked:
        """A family takes a time on the telephone."""
        return booking.book(
            self.world.actor("reception"),
            case_id=(case or self.open_case()).id,
            kind=FIRST,
            starts=starts,
            details=DETAILS,
            without_papers=GateReason.URGENT,
        )

    def join(
        self, case: Case | None = None, *, suits: Suits = ANY_TIME, contact: WaitingSheet = CONTACT
    ) -> WaitingEntry:
        """A family waits from now on; the next one a minute later."""
        waiting = case or self.open_case()
        entry = services.join(
            self.world.actor("reception"),
            case_id=waiting.id,
            kind=FIRST,
            suits=suits,
            contact=contact,
            without_papers=GateReason.URGENT,
        )
        clock.start_at(clock.now() + timedelta(minutes=1))
        return entry

    def fill(self) -> int:
        """A round of the list."""
        return fill(self.office.organisation_id)

    def offers(self, state: OfferState | None = OfferState.OPEN) -> list[WaitingOffer]:
        """The offers in a state (None: all), oldest first."""
        session().rollback()
        query = select(WaitingOffer).order_by(WaitingOffer.id).execution_options(populate_existing=True)
        found = list(session().scalars(query))
        return [offer for offer in found if state is None or offer.state is state]

    def family(self, entry: WaitingEntry) -> Actor:
        """The family behind an entry, come by its link."""
        case = session().get(Case, entry.case_id)
        assert case is not None
        return self.office.family(case)

    def count(self, model: type) -> int:
        """Rows of a table."""
        session().rollback()
        return session().scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def queue(world: World, office: Office, open_case: OpenCase) -> Queue:
    """The office with its one time, and nobody waiting yet."""
    found = Queue(world, office, open_case)
    found.only(FRIDAY)
    return found
