"""What stops with a restriction: nothing planned is sent any more, nothing that failed is sent again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from app.data.database import session
from app.messages.kinds import Channel, MessageState, Reason
from app.messages.models import Message
from app.messages.states import NEEDS_A_PERSON, REVOCABLE
from cases.models import Case


def take_back_messages(case_id: UUID) -> None:
    """Take back every message of a case that could still go out, inside the open transaction."""
    waiting = (Message.case_id == case_id, Message.state.in_(REVOCABLE | NEEDS_A_PERSON))
    session().execute(
        update(Message)
        .where(*waiting)
        .values(state=MessageState.CANCELLED, reason=Reason.WITHDRAWN.value, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def may_write(case_id: UUID, _: Channel) -> bool:
    """Whether anything may be sent in this case: nothing in a restricted one, whoever planned it and when."""
    return session().scalar(select(Case.restricted_on).where(Case.id == case_id)) is None
