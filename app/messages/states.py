"""The outbox as a table of steps, and the times around them: leases, back-off, quiet hours; plain Python."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from app import clock
from app.errors import WrongState
from app.messages.kinds import MessageState, Reason

LEASE = timedelta(seconds=60)
SKEW = timedelta(seconds=5)
RING_AGAIN = timedelta(seconds=30)
MOST_ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
LONGEST_SILENCE = timedelta(days=3)
SILENCE_PAUSE = timedelta(minutes=5)
QUIET_FROM = time(21)
QUIET_UNTIL = time(8)

_M = MessageState

STEPS: dict[MessageState, frozenset[MessageState]] = {
    _M.PLANNED: frozenset({_M.DUE, _M.CANCELLED, _M.HELD}),
    _M.DUE: frozenset({_M.CLAIMED, _M.PLANNED, _M.CANCELLED, _M.HELD}),
    _M.CLAIMED: frozenset({_M.SENDING, _M.DUE, _M.CANCELLED, _M.SUPPRESSED, _M.FAILED, _M.HELD}),
    _M.SENDING: frozenset({_M.SENT, _M.FAILED, _M.UNCERTAIN, _M.DUE, _M.HELD}),
    _M.SENT: frozenset({_M.DELIVERED, _M.BOUNCED}),
    _M.UNCERTAIN: frozenset({_M.SENT, _M.DUE, _M.CANCELLED}),
    _M.FAILED: frozenset({_M.SENT, _M.DUE, _M.CANCELLED}),
    _M.HELD: frozenset({_M.SENT, _M.DUE, _M.PLANNED, _M.CANCELLED}),
    _M.DELIVERED: frozenset(),
    _M.BOUNCED: frozenset(),
    _M.CANCELLED: frozenset(),
    _M.SUPPRESSED: frozenset(),
}

REVOCABLE = frozenset({_M.PLANNED, _M.DUE, _M.CLAIMED, _M.HELD})
NEEDS_A_PERSON = frozenset({_M.UNCERTAIN, _M.FAILED, _M.HELD})
ENDED = frozenset({_M.SENT, _M.DELIVERED, _M.BOUNCED, _M.CANCELLED, _M.SUPPRESSED})


def require_step(old: MessageState, new: MessageState) -> None:
    """Go on only if the outbox has this step; raises WrongState."""
    if new not in STEPS[old]:
        raise WrongState(old.value, new.value)


def pause_after(attempts: int, reason: Reason | None, *, jitter: float) -> timedelta:
    """How long to wait after this many tries: 30 s doubling up to 2 h, times `jitter` (0.8 to 1.2).

    A server that cannot be reached is asked again after 5 min at most: its return concerns all messages.
    """
    doubled: timedelta = FIRST_PAUSE * 2 ** min(max(attempts, 1) - 1, 16)
    longest = SILENCE_PAUSE if reason is Reason.UNREACHABLE else LONGEST_PAUSE
    return min(doubled, longest) * jitter


def is_used_up(attempts: int, reason: Reason | None, *, due_at: datetime, now: datetime) -> bool:
    """Whether trying again by itself has gone on for long enough and a person should look.

    A server that said no for now gets 12 tries (half a day); one that cannot be reached gets three days.
    """
    if reason is Reason.UNREACHABLE:
        return now - due_at >= LONGEST_SILENCE
    return attempts >= MOST_ATTEMPTS


def lease_is_over(lease_until: datetime | None, now: datetime) -> bool:
    """Whether nobody holds this any more; a lease longer than any we give comes from a clock that was set back."""
    return lease_until is None or lease_until <= now or lease_until > now + 2 * LEASE


def is_ready(next_try_at: datetime, now: datetime) -> bool:
    """Whether its time has come, give or take the five seconds by which two machines' clocks may differ."""
    return next_try_at <= now + SKEW


def is_expired(expires_at: datetime | None, now: datetime) -> bool:
    """Whether the message would come too late to be of use."""
    return expires_at is not None and expires_at <= now


def end_of_quiet(now: datetime) -> datetime | None:
    """When the quiet hours (21 to 8 o'clock in Düsseldorf) that hold `now` end; None by day."""
    here = clock.local(now)
    if QUIET_UNTIL <= here.time() < QUIET_FROM:
        return None
    day = here.date() if here.time() < QUIET_UNTIL else here.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=clock.BERLIN)
