"""What the outbox needs from time to time: crashed tries noticed, planned messages made due, bells rung again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data.database import retrying, session, transaction
from app.messages import states
from app.messages.channels import gateway_for
from app.messages.kinds import Channel, MessageState, Reason
from app.messages.models import Leader, Message

MOST_AT_ONCE = 200


def sweep() -> list[UUID]:
    """Put the outbox in order and answer what is due and was not rung for lately, oldest first.

    Repeatable, and harmless when two do it at once.
    """
    return retrying(_sweep)


def due_now(*, limit: int = MOST_AT_ONCE) -> list[UUID]:
    """Everything that could be sent at this moment, oldest first: for who delivers without a bell."""
    query = select(Message.id).where(*_ready(clock.now())).order_by(Message.next_try_at).limit(limit)
    return list(session().scalars(query))


def unheard() -> list[UUID]:
    """What is due although a bell was rung for it half a minute ago: no worker listens, or it is far behind."""
    now = clock.now()
    query = select(Message.id).where(*_ready(now), Message.rung_at <= now - states.RING_AGAIN)
    return list(session().scalars(query.order_by(Message.next_try_at).limit(MOST_AT_ONCE)))


def lead(name: str, owner: str, *, seconds: float) -> bool:
    """Become or stay the one who does `name`, for so many seconds; False while somebody else is."""
    try:
        return retrying(lambda: _lead(name, owner, timedelta(seconds=seconds)))
    except IntegrityError:
        return False  # somebody else wrote the first row a moment ago


def step_down(name: str, owner: str) -> None:
    """Let the next one lead at once."""
    with transaction():
        session().execute(
            update(Leader).where(Leader.name == name, Leader.owner == owner).values(owner="", until=clock.now())
        )


def _sweep() -> list[UUID]:
    now = clock.now()
    with transaction():
        over = _lease_over(now)
        _change(Message.state == MessageState.CLAIMED, over, state=MessageState.DUE, reason="")
        for channel in Channel:
            gateway = gateway_for(channel)
            repeats = gateway is not None and gateway.knows_repeats
            _change(
                Message.state == MessageState.SENDING,
                Message.channel == channel,
                over,
                state=MessageState.DUE if repeats else MessageState.UNCERTAIN,
                reason="" if repeats else Reason.INTERRUPTED.value,
            )
        _change(
            Message.state == MessageState.PLANNED,
            Message.next_try_at <= now,
            state=MessageState.DUE,
            reason="",
        )
        silent = or_(Message.rung_at.is_(None), Message.rung_at <= now - states.RING_AGAIN, Message.rung_at > now)
        query = select(Message.id).where(*_ready(now), silent).order_by(Message.next_try_at).limit(MOST_AT_ONCE)
        found = list(session().scalars(query))
        if found:
            session().execute(
                update(Message)
                .where(Message.id.in_(found))
                .values(rung_at=now)
                .execution_options(synchronize_session=False)
            )
        return found


def _lead(name: str, owner: str, length: timedelta) -> bool:
    now = clock.now()
    with transaction():
        row = session().get(Leader, name, with_for_update=True, populate_existing=True)
        if row is None:
            session().add(Leader(name=name, owner=owner, until=now + length))
            return True
        if row.owner != owner and now < row.until <= now + 2 * length:
            return False
        row.owner, row.until = owner, now + length
        return True


def _ready(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Message.state == MessageState.DUE, Message.next_try_at <= now)


def _lease_over(now: datetime) -> ColumnElement[bool]:
    """`states.lease_is_over` in SQL."""
    return or_(
        Message.lease_until.is_(None),
        Message.lease_until <= now,
        Message.lease_until > now + 2 * states.LEASE,
    )


def _change(*conditions: ColumnElement[bool], **values: object) -> None:
    query = update(Message).where(*conditions).values(lease_until=None, **values)
    session().execute(query.execution_options(synchronize_session=False))
