"""What was agreed, as those who agreed on it are told, and what stands in the way of agreeing or changing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app import clock
from app.errors import Conflict, Invalid
from app.policies import Actor
from scheduling import queries
from scheduling.models import Appointment
from scheduling.states import AppointmentKind, AppointmentState, may_cancel, require_transition


class AlreadyBooked(Conflict):
    """The family has an appointment of this kind already; it can be moved instead."""


class TooLate(Conflict):
    """The time for changing it oneself is over; the office can still be called."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What was agreed; the code is told once here and in messages, only its keyed hash can be searched for."""

    appointment_id: UUID
    code: str
    token: str
    starts_at: datetime
    ends_at: datetime
    advisor_id: UUID
    interpreter_id: UUID | None
    room_id: UUID | None


def require_none_booked(case_id: UUID, kind: AppointmentKind) -> None:
    """Raise AlreadyBooked when an appointment of this kind lies ahead of the family."""
    present = queries.open_of_case(case_id)
    if present is not None and present.kind is kind:
        raise AlreadyBooked(kind.value)


def require_changeable(actor: Actor, appointment: Appointment) -> None:
    """Raise TooLate for a family after its deadline, WrongState or Invalid for what does not stand (any more)."""
    by_staff = actor.user_id is not None
    now = clock.now()
    if not may_cancel(appointment.state, starts_at=appointment.starts_at, now=now, by_staff=True):
        require_transition(appointment.state, AppointmentState.CANCELLED)
    if not may_cancel(appointment.state, starts_at=appointment.starts_at, now=now, by_staff=by_staff):
        raise TooLate("notice")
    if appointment.state is not AppointmentState.BOOKED:
        raise Invalid("appointment", "not_booked")


def told(appointment: Appointment, code: str, token: str) -> Booked:
    """What the services answer of a row, with the code and the link that only its sheet knows."""
    return Booked(
        appointment_id=appointment.id,
        code=code,
        token=token,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        advisor_id=appointment.advisor_id,
        interpreter_id=appointment.interpreter_id,
        room_id=appointment.room_id,
    )
