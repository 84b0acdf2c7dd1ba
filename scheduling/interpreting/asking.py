"""Seeing to it that every interpreter is asked for what she is booked for, and told what is off.

Nobody who books, moves or cancels has to think of it: a round compares the appointments as they are with the
questions that are open, ends those that no longer fit, and asks what nobody has asked yet. Done twice, nothing
changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from flask import current_app
from sqlalchemy import exists, or_, select

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import retrying, session, transaction
from app.data.records import Scope
from app.messages import composers
from app.messages.composers import Cancelled
from app.messages.models import Message, MessagePayload
from app.messages.services import cancel_for, plan
from config import Config
from scheduling import codes
from scheduling.booking.links import token_hash
from scheduling.interpreting import texts
from scheduling.interpreting.models import InterpreterAsk
from scheduling.models import Appointment, Interpreter, InterpreterProfile
from scheduling.queries import lock_case, sheet_of
from scheduling.resource_kinds import Answer
from scheduling.slots import interpreter_notice_ends
from scheduling.states import AppointmentState

ASKED = "interpreter.asked"
RELEASED = "interpreter.released"
BEFORE_THE_TALK = timedelta(hours=24)
AT_LEAST = timedelta(hours=2)
MOST_AT_ONCE = 100


def declare() -> None:
    """Declare the kinds of messages to interpreters; they know quiet hours like all others."""
    composers.register(ASKED, label="Anfrage an die Sprachmittlung", compose=still_open)
    composers.register(RELEASED, label="Absage an die Sprachmittlung")


def follow() -> int:
    """Bring questions and appointments together; answers how many questions were ended or asked."""
    ended = [ask_id for ask_id in _outdated() if retrying(partial(end, ask_id))]
    asked = [one for one in _unasked() if retrying(partial(ask, one))]
    return len(ended) + len(asked)


def still_open(message: Message) -> MessagePayload | Cancelled:
    """The planned question, unless it was answered or became void since."""
    question = session().get(InterpreterAsk, message.subject_id, populate_existing=True)
    if question is None or question.ended_at is not None or question.answer is not Answer.ASKED:
        return Cancelled()
    return composers.planned(message)


def end(ask_id: UUID) -> bool:
    """End one question whose talk is off, elsewhen or somebody else's, and say so unless she had declined."""
    with transaction():
        question = session().get(InterpreterAsk, ask_id, populate_existing=True, with_for_update=True)
        if question is None or question.ended_at is not None or _fits(question):
            return False
        now = clock.now()
        question.ended_at = now
        cancel_for(question.id, kinds=[ASKED])
        if question.answer is not Answer.DECLINED and question.starts_at > now:
            _tell_released(question)
        _note(question, Action.CHANGED)
    return True


def ask(appointment_id: UUID, *, answer: Answer = Answer.ASKED) -> bool:
    """Ask the interpreter of one appointment, once; an `answer` that is known already is noted without a message."""
    with transaction() as current:
        appointment = current.get(Appointment, appointment_id, populate_existing=True)
        if appointment is None:
            return False
        lock_case(appointment.case_id)
        current.refresh(appointment)
        if appointment.interpreter_id is None or current_ask(appointment) is not None:
            return False
        token, now = codes.new_token(), clock.now()
        way = texts.way_to(_profile(appointment.organisation_id, appointment.interpreter_id))
        question = InterpreterAsk(
            id=new_id(),
            organisation_id=appointment.organisation_id,
            appointment_id=appointment.id,
            interpreter_id=appointment.interpreter_id,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            token_hash=token_hash(token),
            answer=answer,
            asked_at=now,
            answer_by=_answer_by(now, appointment.starts_at) if way else now,
            answered_at=None if answer is Answer.ASKED else now,
        )
        current.add(question)
        current.flush()
        if way is not None and answer is Answer.ASKED:
            _tell_asked(question, appointment, token, way)
        _note(question, Action.CREATED)
    return True


def current_ask(appointment: Appointment) -> InterpreterAsk | None:
    """The open question for this appointment as it is now: this interpreter, this time."""
    found = session().scalars(
        select(InterpreterAsk).where(InterpreterAsk.appointment_id == appointment.id, InterpreterAsk.ended_at.is_(None))
    )
    return next((question for question in found if _is_for(question, appointment)), None)


def language_for(appointment: Appointment) -> str:
    """The tag of the language that is interpreted, as it was booked."""
    return appointment.interpreter_language or sheet_of(appointment).interpreter_language


def _outdated() -> list[UUID]:
    """Open questions whose appointment says something else by now."""
    differs = or_(
        Appointment.state != AppointmentState.BOOKED,
        Appointment.interpreter_id.is_(None),
        Appointment.interpreter_id != InterpreterAsk.interpreter_id,
        Appointment.starts_at != InterpreterAsk.starts_at,
        Appointment.ends_at != InterpreterAsk.ends_at,
    )
    query = select(InterpreterAsk.id).join(Appointment, Appointment.id == InterpreterAsk.appointment_id)
    query = query.where(InterpreterAsk.ended_at.is_(None), differs).order_by(InterpreterAsk.id)
    return list(session().scalars(query.limit(MOST_AT_ONCE)))


def _unasked() -> list[UUID]:
    """Booked talks ahead whose interpreter nobody has asked, the soonest first."""
    asked = exists().where(
        InterpreterAsk.appointment_id == Appointment.id,
        InterpreterAsk.interpreter_id == Appointment.interpreter_id,
        InterpreterAsk.starts_at == Appointment.starts_at,
        InterpreterAsk.ends_at == Appointment.ends_at,
        InterpreterAsk.ended_at.is_(None),
    )
    query = select(Appointment.id).join(Interpreter, Interpreter.id == Appointment.interpreter_id)
    query = query.where(
        Interpreter.is_active.is_(True),
        Appointment.state == AppointmentState.BOOKED,
        Appointment.starts_at > clock.now(),
        ~asked,
    )
    return list(session().scalars(query.order_by(Appointment.starts_at).limit(MOST_AT_ONCE)))


def _fits(question: InterpreterAsk) -> bool:
    appointment = session().get(Appointment, question.appointment_id, populate_existing=True)
    return appointment is not None and _is_for(question, appointment)


def _is_for(question: InterpreterAsk, appointment: Appointment) -> bool:
    return appointment.state is AppointmentState.BOOKED and (
        question.interpreter_id,
        question.starts_at,
        question.ends_at,
    ) == (appointment.interpreter_id, appointment.starts_at, appointment.ends_at)


def _answer_by(now: datetime, starts_at: datetime) -> datetime:
    """Some working days from now, at the latest a day before the talk, yet never at once."""
    config: Config = current_app.extensions["config"]
    usual = interpreter_notice_ends(int(now.timestamp()), config.answer_days)
    latest = min(datetime.fromtimestamp(usual, clock.BERLIN), starts_at - BEFORE_THE_TALK)
    return max(latest, now + AT_LEAST)


def _tell_asked(question: InterpreterAsk, appointment: Appointment, token: str, way: texts.Way) -> None:
    errand = texts.errand_of(appointment, language_for(appointment))
    _plan(question, ASKED, way, texts.asked(errand, token, answer_by=question.answer_by, way=way))


def _tell_released(question: InterpreterAsk) -> None:
    way = texts.way_to(_profile(question.organisation_id, question.interpreter_id))
    appointment = session().get(Appointment, question.appointment_id)
    if way is None or appointment is None:
        return
    errand = texts.errand_of(appointment, language_for(appointment)).at(question.starts_at, question.ends_at)
    _plan(question, RELEASED, way, texts.released(errand, way=way))


def _plan(question: InterpreterAsk, kind: str, way: texts.Way, payload: MessagePayload) -> None:
    """Write once, now, and not after the talk has begun; the message belongs to no case."""
    plan(
        scope=Scope(question.organisation_id),
        case_id=None,
        subject_id=question.id,
        kind=kind,
        channel=way[0],
        due_at=clock.now(),
        dedupe_key=f"{kind}:{question.id}",
        payload=payload,
        expires_at=question.starts_at,
    )


def _profile(organisation_id: UUID, interpreter_id: UUID) -> InterpreterProfile | None:
    stored = records.find(InterpreterProfile, interpreter_id, reader=organisation_id)
    return stored.sheet if stored else None


def _note(question: InterpreterAsk, action: Action) -> None:
    audit.record(
        action,
        organisation_id=question.organisation_id,
        actor_id=None,
        subject_kind="interpreter_ask",
        subject_id=question.id,
        facts={"answer": question.answer.value},
    )
