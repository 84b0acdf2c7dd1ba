"""What stops with a restriction: nothing planned is sent any more, nothing that failed is sent again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from app.data.database import session
from app.messages.kinds import MessageState, Reason
from app.messages.models import Message
from app.messages.states import NEEDS_A_PERSON, REVOCABLE


def take_back_messages(case_id: UUID) -> None:
    """Take back every message of a case that could still go out, inside the open transaction."""
    waiting = (Message.case_id == case_id, Message.state.in_(REVOCABLE | NEEDS_A_PERSON))
    session().execute(
        update(Message)
        .where(*waiting)
        .values(state=MessageState.CANCELLED, reason=Reason.WITHDRAWN.value, lease_until=None)
        .execution_options(synchronize_session=False)
    )
