"""Cutting off the oldest entries when their time is over, so that the rest can still be checked.

The hash before the first kept entry is noted as the beginning, and an entry of the trail itself says so. What the
cut part said of records that are still there is entered again first.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from app import clock
from app.data import audit
from app.data.audit import Action, AuditBeginning, AuditEntry, AuditHead, AuditMention
from app.data.chaining import SEPARATOR, parts_of
from app.data.checkpoints import AuditCheckpoint
from app.data.database import session, transaction

KEPT_DAYS = 730
AT_ONCE = 5_000


def cut(*, keep_days: int = KEPT_DAYS) -> int:
    """Delete entries older than `keep_days`, up to the last checkpoint before that day; answers how many.

    Without a checkpoint there nothing is cut: the new beginning has to be known outside.
    """
    end = _last_to_go(keep_days)
    if end is None:
        return 0
    with transaction() as current:
        current.execute(select(AuditHead).where(AuditHead.id == 1).with_for_update())
        _enter_again(end)
        begin = current.get(AuditBeginning, 1, with_for_update=True)
        last = current.get_one(AuditEntry, end)
        gone = end - (begin.seq if begin else 0)
        if begin is None:
            current.add(AuditBeginning(id=1, seq=end, hash=last.hash))
        else:
            begin.seq, begin.hash = end, last.hash
        facts: audit.Facts = {"until": end, "hash": last.hash.hex(), "entries": gone}
        audit.record(Action.DELETED, organisation_id=None, actor_id=None, subject_kind="log", facts=facts)
        current.expunge(last)
        current.execute(delete(AuditMention).where(AuditMention.seq <= end))
        current.execute(delete(AuditEntry).where(AuditEntry.seq <= end))
    return gone


def _last_to_go(keep_days: int) -> int | None:
    """The size of the last checkpoint whose whole part is past its time."""
    limit = clock.now() - timedelta(days=keep_days)
    begin = session().scalar(select(AuditBeginning.seq)) or 0
    newest = session().scalar(select(func.max(AuditEntry.seq)).where(AuditEntry.at < limit)) or 0
    query = select(func.max(AuditCheckpoint.size)).where(AuditCheckpoint.size <= newest, AuditCheckpoint.size > begin)
    return session().scalar(query)


def _enter_again(end: int) -> None:
    """State once more what the part to go says of records that nothing later has written; others wait for the head."""
    names: dict[str, str] = {}
    has_written = ~AuditEntry.details.endswith(SEPARATOR)
    query = select(AuditEntry.seq, AuditEntry.details).where(has_written).order_by(AuditEntry.seq)
    for seq, details in session().execute(query.execution_options(yield_per=AT_ONCE)):
        for one in parts_of(details).written.split(";"):
            name = one.rsplit(" ", 2)[0]
            if seq <= end:
                names[name] = one
            else:
                names.pop(name, None)
    for one in names.values():
        kind, record_id, version, digest = one.split(" ")
        if int(version) != audit.REMOVED:
            audit.wrote(kind, UUID(record_id), int(version), digest)
