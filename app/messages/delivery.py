"""Sending one message at most once: claimed, marked as on its way, handed over, and what came of it noted.

Three short transactions around a call without one. Each is fenced by the token of the claim, so a worker that
slept through its lease changes nothing. What nobody can know after a crash is shown to a person, not guessed.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.database import retrying, session, transaction
from app.messages import states
from app.messages.channels import gateway_for
from app.messages.composers import Cancelled, is_wanted, kind_of, planned
from app.messages.gateways import Letter, Outcome, Verdict
from app.messages.kinds import Channel, MessageState, Reason
from app.messages.models import DeliveryAttempt, Message
from app.messages.suppressions import is_suppressed

log = logging.getLogger(__name__)
_random = secrets.SystemRandom()

# A result that comes late still counts where nobody has begun another try.
OPEN_TO_SUCCESS = frozenset({MessageState.SENDING, MessageState.UNCERTAIN, MessageState.DUE})


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """The right to try this message once: void as soon as somebody else holds a higher token."""

    message_id: UUID
    token: int
    channel: Channel


def deliver(message_id: UUID) -> MessageState | None:
    """Send the message if it is due and nobody else does; answers where it stands, None when it was not ours.

    May be called at any time, twice, and in many processes at once.
    """
    claim = retrying(lambda: _claim(message_id))
    if claim is None:
        return None
    try:
        letter = retrying(lambda: _begin(claim))
    except Exception as error:
        log.error("message not composed: %s", type(error).__name__)
        return retrying(lambda: _settle(claim, Outcome(Verdict.LATER, Reason.NOT_COMPOSED), MessageState.CLAIMED))
    if not isinstance(letter, Letter):
        return letter
    gateway = gateway_for(claim.channel)
    outcome = gateway.send(letter) if gateway else Outcome(Verdict.NEVER, Reason.NO_GATEWAY)
    return retrying(lambda: _settle(claim, outcome, MessageState.SENDING))


def _claim(message_id: UUID) -> Claim | None:
    """Take the message for one lease; what comes too late or by night is put aside instead."""
    with transaction():
        message = _locked(message_id)
        now = clock.now()
        if message is None or message.state is not MessageState.DUE or not states.is_ready(message.next_try_at, now):
            return None
        if states.is_expired(message.expires_at, now):
            _move(message, MessageState.CANCELLED, Reason.EXPIRED)
            return None
        morning = _morning(message, now)
        if morning is not None:
            message.next_try_at = morning
            _move(message, MessageState.PLANNED, Reason.QUIET_HOURS)
            return None
        _move(message, MessageState.CLAIMED)
        message.token += 1
        message.lease_until = now + states.LEASE
        return Claim(message.id, message.token, message.channel)


def _begin(claim: Claim) -> Letter | MessageState | None:
    """Have the text written and mark the message as on its way; answers the letter, or where it ended instead."""
    with transaction():
        message = _held(claim, MessageState.CLAIMED)
        if message is None:
            return None
        if not is_wanted(message.case_id, message.channel):
            return _move(message, MessageState.CANCELLED, Reason.WITHDRAWN)
        written = (kind_of(message.kind).compose or planned)(message)
        if isinstance(written, Cancelled):
            return _move(message, MessageState.CANCELLED, written.reason)
        if is_suppressed(written.address, message.channel):
            return _move(message, MessageState.SUPPRESSED, Reason.SUPPRESSED)
        _move(message, MessageState.SENDING)
        message.attempts += 1
        message.lease_until = clock.now() + states.LEASE
        return Letter(message.id, message.due_at, written)


def _settle(claim: Claim, outcome: Outcome, begun: MessageState) -> MessageState | None:
    """Note what came of the try; a result that somebody else has overtaken is kept as evidence alone."""
    with transaction():
        message = _locked(claim.message_id)
        if message is None:
            return None
        now = clock.now()
        session().add(DeliveryAttempt(message_id=message.id, token=claim.token, at=now, outcome=str(outcome)))
        allowed = OPEN_TO_SUCCESS if outcome.verdict is Verdict.SENT else {begun}
        if message.token != claim.token or message.state not in allowed:
            return None
        if begun is MessageState.CLAIMED:
            message.attempts += 1
        return _conclude(message, outcome, now)


def _conclude(message: Message, outcome: Outcome, now: datetime) -> MessageState:
    if outcome.verdict is Verdict.SENT:
        return note_sent(message, now)
    if outcome.verdict is Verdict.UNSURE:
        return _move(message, MessageState.UNCERTAIN, outcome.reason)
    if outcome.verdict is Verdict.NEVER or states.is_used_up(
        message.attempts, outcome.reason, due_at=message.due_at, now=now
    ):
        return _move(message, MessageState.FAILED, outcome.reason)
    pause = states.pause_after(message.attempts, outcome.reason, jitter=_random.uniform(0.8, 1.2))
    message.next_try_at = now + pause
    message.rung_at = None
    return _move(message, MessageState.DUE, outcome.reason)


def note_sent(message: Message, now: datetime, reason: Reason | None = None) -> MessageState:
    """Mark a locked message as sent and say so in the audit trail; part of the caller's transaction."""
    message.sent_at = now
    audit.record(
        Action.SENT,
        organisation_id=message.organisation_id,
        actor_id=None,
        subject_kind="message",
        subject_id=message.id,
        case_id=message.case_id,
        facts={"kind": message.kind, "channel": message.channel.value},
    )
    message.state = MessageState.SENT
    message.reason = reason.value if reason else ""
    message.lease_until = None
    return MessageState.SENT


def _morning(message: Message, now: datetime) -> datetime | None:
    """When the night that keeps this message waiting ends; None when nothing does, or it would then be too late."""
    if kind_of(message.kind).is_immediate:
        return None
    morning = states.end_of_quiet(now)
    return None if morning is None or states.is_expired(message.expires_at, morning) else morning


def _held(claim: Claim, state: MessageState) -> Message | None:
    message = _locked(claim.message_id)
    if message is None or message.token != claim.token or message.state is not state:
        return None
    return None if states.lease_is_over(message.lease_until, clock.now()) else message


def _locked(message_id: UUID) -> Message | None:
    return session().get(Message, message_id, with_for_update=True, populate_existing=True)


def _move(message: Message, state: MessageState, reason: Reason | None = None) -> MessageState:
    """One step of the table; whoever held the message before does not any more."""
    states.require_step(message.state, state)
    message.state = state
    message.reason = reason.value if reason else ""
    message.lease_until = None
    return state
