"""The outbox as other packages use it: plan a message with the change it tells of, and take it back.

Both run inside the transaction of a service that has authorised already; they decide nothing about who may.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.database import after_commit, session
from app.data.records import Scope
from app.messages import states
from app.messages.models import Channel, Message, MessagePayload, MessageState
from app.queue import JobName


def plan(
    *,
    scope: Scope,
    case_id: UUID | None,
    subject_id: UUID | None,
    kind: str,
    channel: Channel,
    due_at: datetime,
    dedupe_key: str,
    payload: MessagePayload | None,
    expires_at: datetime | None = None,
) -> Message | None:
    """Put a message into the outbox as part of the caller's open transaction; None when it stands there already.

    `dedupe_key` names the occurrence, such as `appointment:<id>:<sequence>:reminder:email`. Without a payload
    the kind needs a composer (`app.messages.composers`), which is asked for the text when it is sent.
    """
    now = clock.now()
    is_due = due_at <= now
    message = Message(
        id=new_id(),
        organisation_id=scope.organisation_id,
        case_id=case_id,
        subject_id=subject_id,
        kind=kind,
        channel=channel,
        dedupe_key=dedupe_key,
        state=MessageState.DUE if is_due else MessageState.PLANNED,
        due_at=due_at,
        next_try_at=due_at,
        expires_at=expires_at,
        rung_at=now if is_due else None,
    )
    try:
        with session().begin_nested():
            session().add(message)
    except IntegrityError:
        if session().scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is None:
            raise
        return None
    if payload is not None:
        records.create(payload, record_id=message.id, scope=scope)
    if is_due:
        ring_after_commit(message.id)
    return message


def cancel_for(subject_id: UUID, *, kinds: Collection[str] | None = None) -> int:
    """Take back what is not being sent yet, of these kinds (None: of all); answers how many.

    Part of the caller's open transaction. A message that is just on its way out cannot be taken back.
    """
    query = update(Message).where(Message.subject_id == subject_id, Message.state.in_(states.REVOCABLE))
    if kinds is not None:
        query = query.where(Message.kind.in_(kinds))
    result = session().execute(query.values(state=MessageState.CANCELLED, reason="withdrawn", lease_until=None))
    return result.rowcount if isinstance(result, CursorResult) else 0


def ring_after_commit(message_id: UUID) -> None:
    """Wake a worker for this message once the open transaction is kept; without a worker the sweep finds it."""
    bell = current_app.extensions["doorbell"]
    after_commit(lambda: bell.ring(JobName.DELIVER_MESSAGE, str(message_id)))
