"""What needs no decision because it decides nothing about people: technical leftovers, ended by the rules.

Messages, ended sign-ins, expired invitations, receipts that ran out; never a case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.engine import CursorResult

from app import clock
from app.accounts.models import UserSession
from app.clock import BERLIN
from app.data import tombstones
from app.data.database import session, transaction
from app.data.records import SealedRecord
from app.messages.models import Message, MessagePayload
from app.messages.states import ENDED
from cases.retention import hooks
from cases.retention.models import ErasureReceipt
from cases.retention.rule_book import RuleKey
from cases.retention.rules import earlier, rule_for

AT_ONCE = 500


def sweep() -> dict[str, int]:
    """End what the rules let end by itself; answers how many of each kind. May run at any time and twice."""
    return {
        "messages": _sweep_messages(_end_of(RuleKey.MESSAGE)),
        "sign_ins": _sweep_sign_ins(_end_of(RuleKey.SIGN_IN)),
        "invitations": _sweep_invitations(_end_of(RuleKey.INVITATION)),
        "receipts": _sweep_receipts(_end_of(RuleKey.RECEIPT)),
    }


def _end_of(key: RuleKey) -> datetime:
    """The instant before which a thing of this kind has run out."""
    return datetime.combine(_last_day(key), time(), BERLIN)


def _last_day(key: RuleKey) -> date:
    today = clock.today()
    return earlier(today, rule_for(key, on=today))


def _sweep_messages(before: datetime) -> int:
    """Messages that came to an end, with their sealed texts; what waits for a person stays."""
    query = select(Message.id).where(Message.state.in_(ENDED), Message.due_at < before)
    ids = list(session().scalars(query))
    for some in _batches(ids):
        with transaction() as current:
            of_these = (SealedRecord.kind == MessagePayload.KIND, SealedRecord.record_id.in_(some))
            current.execute(delete(SealedRecord).where(*of_these))
            current.execute(delete(Message).where(Message.id.in_(some)))
    return len(ids)


def _sweep_sign_ins(before: datetime) -> int:
    ended = or_(UserSession.ended_at < before, UserSession.last_seen_at < before)
    with transaction() as current:
        result = current.execute(delete(UserSession).where(ended))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _sweep_invitations(before: datetime) -> int:
    with transaction():
        return hooks.sweep_invitations(before)


def _sweep_receipts(before: datetime) -> int:
    """Receipts and the notes beside the keys: no backup that holds what they name exists any more."""
    query = select(ErasureReceipt).where(
        ErasureReceipt.erased_at < before,
        ErasureReceipt.settled_at.is_not(None),
        ErasureReceipt.effective_on < before.date(),
    )
    subjects = [receipt.subject_id for receipt in session().scalars(query)]
    for some in _batches(subjects):
        with transaction() as current:
            current.execute(delete(ErasureReceipt).where(ErasureReceipt.subject_id.in_(some)))
        for subject_id in some:
            tombstones.remove(subject_id)
    return len(subjects)


def _batches(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    listed = list(ids)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
