"""Selects over the outbox: what a person should look at, and what was sent in a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.data.database import session
from app.errors import NotFound
from app.messages import states
from app.messages.models import Message, MessageState
from app.messages.policies import MessagePermission
from app.policies import Actor, permits

LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What should have left by now and has not: how many, and since when."""

    count: int
    oldest_at: datetime


def get_message(actor: Actor, message_id: UUID) -> Message:
    """A message this actor looks after; raises NotFound otherwise, as if it were not there."""
    message = session().get(Message, message_id, populate_existing=True)
    if message is None or not permits(actor, MessagePermission.RESOLVE, message):
        raise NotFound("message")
    return message


def messages_to_look_at(organisation_id: UUID, *, limit: int = 200) -> Sequence[Message]:
    """What is uncertain, failed or held at one organisation, oldest first."""
    query = select(Message).where(Message.organisation_id == organisation_id, Message.state.in_(states.NEEDS_A_PERSON))
    return session().scalars(query.order_by(Message.due_at).limit(limit)).all()


def count_to_look_at(organisation_id: UUID) -> int:
    """How many messages of one organisation wait for a person."""
    query = select(func.count()).where(
        Message.organisation_id == organisation_id, Message.state.in_(states.NEEDS_A_PERSON)
    )
    return session().scalar(query) or 0


def messages_of_case(case_id: UUID) -> Sequence[Message]:
    """All messages of one case, newest first; whoever calls has asked whether the case may be read."""
    return session().scalars(select(Message).where(Message.case_id == case_id).order_by(Message.due_at.desc())).all()


def backlog(organisation_id: UUID | None = None) -> Backlog | None:
    """What has been due for more than two minutes (of one organisation, or of all); None when nothing has.

    More than a few of these mean that no worker runs or that the mail server does not answer.
    """
    query = select(func.count(), func.min(Message.due_at)).where(
        Message.state.in_((MessageState.DUE, MessageState.PLANNED, MessageState.CLAIMED)),
        Message.due_at <= clock.now() - LATE,
        Message.next_try_at <= clock.now() + states.SILENCE_PAUSE * 2,
    )
    if organisation_id is not None:
        query = query.where(Message.organisation_id == organisation_id)
    count, oldest_at = session().execute(query).one()
    return Backlog(count, oldest_at) if count else None
