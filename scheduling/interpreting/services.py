"""What staff note for an interpreter who answered on the telephone."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Invalid
from app.messages.services import cancel_for
from app.policies import Actor
from cases.keeping import note
from scheduling.interpreting.asking import ASKED, ask, current_ask
from scheduling.queries import get_appointment
from scheduling.resource_kinds import Answer


def note_answer(actor: Actor, *, appointment_id: UUID, said: Answer) -> None:
    """Keep what the interpreter of an appointment said; raises Invalid for an appointment without one."""
    appointment, case = get_appointment(actor, appointment_id)
    with transaction():
        session().refresh(appointment)
        if appointment.interpreter_id is None:
            raise Invalid("appointment", "no_interpreter")
        question = current_ask(appointment)
        if question is None:
            ask(appointment.id, answer=said)
        else:
            question.answer = said
            question.answered_at = None if said is Answer.ASKED else clock.now()
            cancel_for(question.id, kinds=[ASKED])
        facts: dict[str, str | int | list[str]] = {"interpreter": said.value}
        note(actor, case, Action.CHANGED, "appointment", subject_id=appointment.id, facts=facts)
