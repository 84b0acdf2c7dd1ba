"""An office that offers first talks on the open page."""

from __future__ import annotations

import pytest

from app import clock
from app.data.base import new_id
from app.data.database import transaction
from scheduling.offering.models import KindChoice
from scheduling.offering.settings import DEFAULTS, BookingAccess
from scheduling.states import AppointmentKind
from tests.scheduling.conftest import Office


@pytest.fixture
def open_page(office: Office) -> None:
    """The office offers first talks to everybody."""
    usual = DEFAULTS[AppointmentKind.FIRST_TALK]
    with transaction() as current:
        current.add(
            KindChoice(
                id=new_id(), organisation_id=office.organisation_id, kind=usual.kind, minutes=usual.minutes,
                minutes_interpreted=usual.minutes_interpreted, buffer_before=usual.buffer_before,
                buffer_after=usual.buffer_after, lead_minutes=usual.lead_minutes, horizon_days=usual.horizon_days,
                step_minutes=usual.step_minutes, capacity=usual.capacity, questions=[], papers=usual.papers,
                papers_listed=[], access=BookingAccess.OPEN, modes=list(usual.modes), needs_room=usual.needs_room,
                changed_at=clock.now(),
            )
        )  # fmt: skip
