"""What the demo's interpreters answered: nearly all said yes, so that no flood of questions leaves at its start."""

from __future__ import annotations

from sqlalchemy import select

from app import clock
from app.data.database import session
from scheduling.interpreting.asking import ask
from scheduling.models import Appointment
from scheduling.resource_kinds import Answer
from scheduling.states import AppointmentState

EVERY = 9
"""Of so many talks one interpreter said no, for the list of conflicts to have something on it."""


def answer_all() -> int:
    """Note an answer for every booked talk ahead that needs an interpreter; answers how many."""
    query = select(Appointment.id).where(
        Appointment.state == AppointmentState.BOOKED,
        Appointment.interpreter_id.is_not(None),
        Appointment.starts_at > clock.now(),
    )
    ids = list(session().scalars(query.order_by(Appointment.starts_at, Appointment.id)))
    for number, appointment_id in enumerate(ids, start=1):
        ask(appointment_id, answer=Answer.DECLINED if number % EVERY == 0 else Answer.CONFIRMED)
    return len(ids)
