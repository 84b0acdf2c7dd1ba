"""The outbox as other packages use it, and what staff decide about messages that did not go out.

`plan` and `cancel_for` run inside the transaction of a service that has authorised already.
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
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import after_commit, session, transaction
from app.data.records import Scope
from app.errors import Invalid, NotFound, WrongState
from app.messages import states
from app.messages.composers import is_wanted
from app.messages.delivery import note_sent
from app.messages.kinds import Reason
from app.messages.models import Channel, Message, MessagePayload, MessageState
from app.messages.policies import MessagePermission
from app.policies import Actor, authorise
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
    """Put a message into the outbox as part of the caller's open transaction.

    Answers None when it stands there already, or the family wants nothing written this way.

    `dedupe_key` names the occurrence, such as `appointment:<id>:<sequence>:reminder:email`. Without a payload
    the kind needs a composer (`app.messages.composers`), which is asked for the text when it is sent.
    """
    if not is_wanted(case_id, channel):
        return None
    now = clock.now()
    is_due = due_at <= now
    message = Message(
        id=new_id(), organisation_id=scope.organisation_id, case_id=case_id, subject_id=subject_id,
        kind=kind, channel=channel, dedupe_key=dedupe_key, due_at=due_at, next_try_at=due_at, expires_at=expires_at,
        state=MessageState.DUE if is_due else MessageState.PLANNED,
        rung_at=now if is_due else None,
    )  # fmt: skip
    if not _is_first(message):
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
    result = session().execute(
        query.values(state=MessageState.CANCELLED, reason=Reason.WITHDRAWN.value, lease_until=None)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def cancel_channel(case_id: UUID, channel: Channel) -> int:
    """Take back all that would still go to a family this way, as it no longer wants to be written to so.

    Part of the caller's open transaction; answers how many.
    """
    query = update(Message).where(
        Message.case_id == case_id, Message.channel == channel, Message.state.in_(states.REVOCABLE)
    )
    result = session().execute(
        query.values(state=MessageState.CANCELLED, reason=Reason.WITHDRAWN.value, lease_until=None)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def ring_after_commit(message_id: UUID) -> None:
    """Wake a worker for this message once the open transaction is kept; without a worker the sweep finds it."""
    bell = current_app.extensions["doorbell"]
    after_commit(lambda: bell.ring(JobName.DELIVER_MESSAGE, str(message_id)))


def mark_sent(actor: Actor, message: Message) -> None:
    """A person knows that it arrived, from the family or the mail server's log; raises WrongState."""
    authorise(actor, MessagePermission.RESOLVE, message)
    with transaction():
        fresh = _waiting(message.id, MessageState.SENT)
        note_sent(fresh, clock.now(), Reason.BY_HAND)
        _note(actor, fresh)


def send_again(actor: Actor, message: Message) -> None:
    """Send it once more, though it may have arrived; raises WrongState, or Invalid when it would come too late."""
    authorise(actor, MessagePermission.RESOLVE, message)
    with transaction():
        fresh = _waiting(message.id, MessageState.DUE)
        now = clock.now()
        if states.is_expired(fresh.expires_at, now):
            raise Invalid("message", "expired")
        is_due = fresh.due_at <= now
        fresh.state = MessageState.DUE if is_due else MessageState.PLANNED
        fresh.reason, fresh.attempts = "", 0
        fresh.next_try_at = now if is_due else fresh.due_at
        fresh.rung_at = now if is_due else None
        fresh.token += 1
        _note(actor, fresh)
        if is_due:
            ring_after_commit(fresh.id)


def give_up(actor: Actor, message: Message) -> None:
    """Do without it, for example because the family was called; raises WrongState."""
    authorise(actor, MessagePermission.RESOLVE, message)
    with transaction():
        fresh = _waiting(message.id, MessageState.CANCELLED)
        fresh.state, fresh.reason = MessageState.CANCELLED, Reason.GIVEN_UP.value
        _note(actor, fresh)


def hold_unsent() -> int:
    """Hold everything that has not left, after a backup was restored: it may have left before; answers how many."""
    with transaction():
        result = session().execute(
            update(Message)
            .where(Message.state.in_(states.REVOCABLE | {MessageState.SENDING}))
            .values(state=MessageState.HELD, reason=Reason.RESTORED.value, lease_until=None, token=Message.token + 1)
            .execution_options(synchronize_session=False)
        )
        return result.rowcount if isinstance(result, CursorResult) else 0


def _is_first(message: Message) -> bool:
    """Add the message unless its occurrence stands in the outbox already; other errors stay errors."""
    try:
        with session().begin_nested():
            session().add(message)
    except IntegrityError:
        if session().scalar(select(Message.id).where(Message.dedupe_key == message.dedupe_key)) is None:
            raise
        return False
    return True


def _waiting(message_id: UUID, wanted: MessageState) -> Message:
    """The message, locked, if a person may still decide about it."""
    message = session().get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        raise NotFound("message")
    if message.state not in states.NEEDS_A_PERSON:
        raise WrongState(message.state.value, wanted.value)
    states.require_step(message.state, wanted)
    return message


def _note(actor: Actor, message: Message) -> None:
    audit.record(
        Action.CHANGED,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="message",
        subject_id=message.id,
        case_id=message.case_id,
        facts={"state": message.state.value},
    )
