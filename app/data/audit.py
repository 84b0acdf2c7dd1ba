"""The audit trail: who saw and changed what, chained by hashes, written in the transaction of the act.

An entry holds no personal detail: ids, the action, and non-personal facts such as the class of record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.data.base import choice
from app.data.database import Model, before_commit, session

GENESIS = "0" * 64
SECONDS = "%Y-%m-%dT%H:%M:%S.%fZ"


class Action(StrEnum):
    """What somebody did."""

    READ = "read"
    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    SEARCHED = "searched"
    EXPORTED = "exported"
    REFUSED = "refused"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    SHARED = "shared"
    REVOKED = "revoked"
    SENT = "sent"
    KEY_EVENT = "key_event"


class AuditEntry(Model):
    """One link of the chain; `seq` counts from 1 without gaps."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "case_id", "seq"), Index(None, "organisation_id", "seq"))

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    organisation_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    action: Mapped[Action] = choice(Action)
    case_id: Mapped[UUID | None]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    facts: Mapped[str] = mapped_column(Text, default="")
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Model):
    """The last link, in the one row that writers queue at."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and how."""

    seq: int
    kind: str


def record(
    action: Action,
    *,
    organisation_id: UUID | None,
    actor_id: UUID | None,
    subject_kind: str,
    subject_id: UUID | None = None,
    case_id: UUID | None = None,
    digest: str = "",
    facts: dict[str, str | int | list[str]] | None = None,
) -> None:
    """Add an entry to the open transaction; it is chained as that transaction's last step."""
    entry = AuditEntry(
        at=clock.now(),
        organisation_id=organisation_id,
        actor_id=actor_id,
        action=action,
        case_id=case_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        digest=digest,
        facts=msgspec.json.encode(facts, order="sorted").decode() if facts else "",
    )
    pending: list[AuditEntry] = session().info.setdefault("audit", [])
    if not before_commit("audit", _chain):
        pending.clear()
    pending.append(entry)


def verify(*, batch: int = 5000) -> tuple[int, list[Break]]:
    """Walk the whole chain; answers the number of entries and every break found (at most 20)."""
    breaks: list[Break] = []
    previous, expected = GENESIS, 1
    for entry in _walk(batch):
        if entry.seq != expected:
            breaks.append(Break(expected, "missing"))
        if entry.previous != previous:
            breaks.append(Break(entry.seq, "unlinked"))
        if entry.hash != link(entry):
            breaks.append(Break(entry.seq, "altered"))
        previous, expected = entry.hash, entry.seq + 1
        if len(breaks) >= 20:
            return expected - 1, breaks
    head = session().get(AuditHead, 1, populate_existing=True)
    if (head.seq, head.hash) != (expected - 1, previous) if head else expected > 1:
        breaks.append(Break(expected, "cut"))
    return expected - 1, breaks


def link(entry: AuditEntry) -> str:
    """The hash of an entry over the hash before it and its canonical bytes."""
    canonical = msgspec.json.encode(
        [
            entry.previous,
            entry.seq,
            entry.at.strftime(SECONDS),
            str(entry.organisation_id or ""),
            str(entry.actor_id or ""),
            entry.action.value,
            str(entry.case_id or ""),
            entry.subject_kind,
            str(entry.subject_id or ""),
            entry.digest,
            entry.facts,
        ]
    )
    return sha256(canonical).hexdigest()


def _chain(current: Session) -> None:
    """Take the head's lock, link what is pending behind it, and move the head."""
    pending: list[AuditEntry] = current.info.pop("audit", [])
    head = current.scalar(
        select(AuditHead).where(AuditHead.id == 1).with_for_update().execution_options(populate_existing=True)
    )
    if head is None:
        raise RuntimeError("the audit trail has no head: run the migrations")
    for entry in pending:
        entry.seq, entry.previous = head.seq + 1, head.hash
        entry.hash = link(entry)
        head.seq, head.hash = entry.seq, entry.hash
    current.add_all(pending)
    current.flush()


def _walk(batch: int) -> Iterator[AuditEntry]:
    last = 0
    while True:
        rows = (
            session()
            .scalars(select(AuditEntry).where(AuditEntry.seq > last).order_by(AuditEntry.seq).limit(batch))
            .all()
        )
        if not rows:
            return
        yield from rows
        last = rows[-1].seq
        session().expunge_all()
