"""What an interpreter sees and says behind her own link; whoever holds the link is the interpreter."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import NotFound
from scheduling.booking.links import token_hash
from scheduling.interpreting.asking import current_ask, language_for
from scheduling.interpreting.models import InterpreterAsk
from scheduling.interpreting.texts import Errand, errand_of
from scheduling.models import Appointment, Interpreter
from scheduling.resource_kinds import Answer

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One talk an interpreter is asked for."""

    ask_id: UUID
    errand: Errand
    answer: Answer


@dataclass(frozen=True, slots=True)
class Page:
    """The talk the link is about, None once it is off or over, and her other talks ahead."""

    asked: Line | None
    others: tuple[Line, ...]


def open_link(token: str) -> Page:
    """What stands behind a link; raises NotFound for an unknown one, one of long ago, and one who left the pool."""
    question = _question(token)
    lines = _lines(question.interpreter_id)
    asked = next((line for line in lines if line.ask_id == question.id), None)
    if asked is None and question.ends_at <= clock.now():
        raise NotFound("link")
    return Page(asked, tuple(line for line in lines if line is not asked))


def answer(token: str, *, ask_id: UUID, said: Answer) -> None:
    """Say yes or no to one of one's own talks; raises NotFound when it is off, over, or somebody else's.

    The talk keeps its time and its people whatever the answer is: staff settle a no.
    """
    if said is Answer.ASKED:
        raise ValueError("that is no answer")
    with transaction():
        holder = _question(token)
        question = session().get(InterpreterAsk, ask_id, populate_existing=True, with_for_update=True)
        if question is None or question.interpreter_id != holder.interpreter_id or not _stands(question):
            raise NotFound("ask")
        if question.answer is said:
            return
        question.answer, question.answered_at = said, clock.now()
        audit.record(
            Action.CHANGED,
            organisation_id=question.organisation_id,
            actor_id=None,
            subject_kind="interpreter_ask",
            subject_id=question.id,
            facts={"answer": said.value, "by": "interpreter"},
        )


def _question(token: str) -> InterpreterAsk:
    found = session().scalar(select(InterpreterAsk).where(InterpreterAsk.token_hash == token_hash(token)))
    if found is None:
        raise NotFound("link")
    interpreter = session().get(Interpreter, found.interpreter_id)
    if interpreter is None or not interpreter.is_active:
        raise NotFound("link")
    return found


def _stands(question: InterpreterAsk) -> bool:
    appointment = session().get(Appointment, question.appointment_id, populate_existing=True)
    if appointment is None or question.starts_at <= clock.now():
        return False
    current = current_ask(appointment)
    return current is not None and current.id == question.id


def _lines(interpreter_id: UUID) -> list[Line]:
    query = (
        select(InterpreterAsk, Appointment)
        .join(Appointment, Appointment.id == InterpreterAsk.appointment_id)
        .where(
            InterpreterAsk.interpreter_id == interpreter_id,
            InterpreterAsk.ended_at.is_(None),
            InterpreterAsk.starts_at > clock.now(),
            Appointment.interpreter_id == interpreter_id,
        )
        .order_by(InterpreterAsk.starts_at)
        .limit(MOST_SHOWN)
    )
    return [
        Line(question.id, errand_of(appointment, language_for(appointment)), question.answer)
        for question, appointment in session().execute(query).unique()
        if _stands(question)
    ]
