"""What a family may still say of its booked talk: that it would come earlier. Nothing personal changes by the link."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.policies import Actor
from cases.keeping import note
from scheduling.queries import get_appointment, lock_case
from scheduling.states import AppointmentState


def wish_earlier(actor: Actor, *, appointment_id: UUID, wanted: bool) -> None:
    """Note whether this family would take an earlier time; only for a time held or booked that lies ahead."""
    get_appointment(actor, appointment_id)
    with transaction():
        appointment, case = get_appointment(actor, appointment_id)
        lock_case(case.id)
        session().refresh(appointment)
        is_ahead = appointment.starts_at > clock.now()
        if not is_ahead or appointment.state not in (AppointmentState.HELD, AppointmentState.BOOKED):
            return
        if appointment.wants_earlier == wanted:
            return
        appointment.wants_earlier = wanted
        note(
            actor,
            case,
            Action.CHANGED,
            "appointment",
            subject_id=appointment.id,
            facts={"earlier": "yes" if wanted else "no"},
        )
