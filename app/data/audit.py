"""The audit trail: who saw and changed what, chained by hashes, written in the transaction of the act.

An entry holds no personal detail: ids, the action, non-personal facts such as the class of record, and of every
sealed document that the transaction wrote its class, id, version and the SHA-256 of its ciphertext.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Dialect, Index, Integer, LargeBinary, String, Text, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from app import clock
from app.data.base import choice
from app.data.database import Model, before_commit, session

GENESIS = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SEPARATOR = "\x1f"
"""Between the parts of what is hashed: JSON never holds it, so no letter can move from one part to the next."""
WRITES_AN_ENTRY = 500
REMOVED = 0

Facts = dict[str, str | int | list[str]]


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
    WRITTEN = "written"
    CORRECTED = "corrected"
    RESTRICTED = "restricted"
    RELEASED = "released"
    ERASED = "erased"
    MERGED = "merged"
    SEPARATED = "separated"
    EMERGENCY = "emergency"


class Microseconds(TypeDecorator[datetime]):
    """An instant as whole microseconds since 1970: both databases then give the same digits to hash."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Count from 1970; a naive datetime is refused by the subtraction."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """An aware instant again."""
        return None if value is None else EPOCH + value * MICROSECOND


class AuditEntry(Model):
    """One link of the chain; `seq` counts without gaps, and two writers can never take the same number."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "case_id", "seq"), Index(None, "organisation_id", "seq"))

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(Microseconds)
    organisation_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    action: Mapped[Action] = choice(Action)
    case_id: Mapped[UUID | None]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    facts: Mapped[str] = mapped_column(Text, default="")
    written: Mapped[str] = mapped_column(Text, default="")
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Model):
    """The last link, in the one row that writers queue at."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditBeginning(Model):
    """Behind which entry the kept part of the chain begins; no row while nothing was cut off."""

    __tablename__ = "audit_beginning"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditMention(Model):
    """A case that stood on a list or among the hits of a search: found again by case, derived from the facts."""

    __tablename__ = "audit_mention"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


ENTRIES, HEAD, MENTIONS = AuditEntry.__table__, AuditHead.__table__, AuditMention.__table__
_HEAD_TAKEN = select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == 1).with_for_update()
_HEAD_MOVED = update(HEAD).where(HEAD.c.id == 1)


@dataclass(slots=True)
class _Pending:
    """What the open transaction has to enter: acts in their order, and the last state of each record it wrote."""

    acts: list[dict[str, Any]] = field(default_factory=list)
    writes: dict[tuple[str, UUID], str] = field(default_factory=dict)


def record(
    action: Action,
    *,
    organisation_id: UUID | None,
    actor_id: UUID | None,
    subject_kind: str,
    subject_id: UUID | None = None,
    case_id: UUID | None = None,
    digest: str = "",
    facts: Facts | None = None,
) -> None:
    """Add an entry to the open transaction; it is chained as that transaction's last step.

    Cases that `facts` names under "cases" can be asked for this entry later.
    """
    if SEPARATOR in subject_kind or SEPARATOR in digest:
        raise ValueError("a part of an entry holds the separator")
    act = {
        "at": clock.now(),
        "organisation_id": organisation_id,
        "actor_id": actor_id,
        "action": action,
        "case_id": case_id,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "digest": digest,
        "facts": msgspec.json.encode(facts, order="sorted").decode() if facts else "",
        "written": "",
    }
    _pending().acts.append(act)


def wrote(kind: str, record_id: UUID, version: int, digest: str) -> None:
    """Enter that the open transaction wrote this version of a sealed record; `REMOVED` with no digest drops it.

    Several writes of one transaction share an entry, the last one of a record counts.
    """
    _pending().writes[(kind, record_id)] = f"{kind} {record_id.hex} {version} {digest}"


def content(values: dict[str, Any]) -> bytes:
    """What is hashed of an entry behind the hash before it; `app.data.audit_verify` says the same in SQL."""
    parts = (
        str(values["seq"]),
        str((values["at"] - EPOCH) // MICROSECOND),
        _hex(values["organisation_id"]),
        _hex(values["actor_id"]),
        values["action"],
        _hex(values["case_id"]),
        values["subject_kind"],
        _hex(values["subject_id"]),
        values["digest"],
        values["facts"],
        values["written"],
    )
    return SEPARATOR.join(parts).encode()


def _hex(identity: UUID | None) -> str:
    return identity.hex if identity is not None else ""


def _pending() -> _Pending:
    """What waits in this transaction; what a failed one before left behind is forgotten."""
    current = session()
    if not before_commit("audit", _chain):
        current.info["audit"] = _Pending()
    pending: _Pending = current.info["audit"]
    return pending


def _chain(current: Session) -> None:
    """Take the head's lock, link what is pending behind it, and move the head."""
    pending: _Pending = current.info.pop("audit")
    acts = _with_writes(pending)
    connection = current.connection()
    head = connection.execute(_HEAD_TAKEN).one_or_none()
    if head is None:
        raise RuntimeError("the audit trail has no head: run the migrations")
    seq, last = head
    for act in acts:
        seq += 1
        act["seq"], act["previous"] = seq, last
        last = act["hash"] = sha256(last + content(act)).digest()
    connection.execute(insert(ENTRIES), acts)
    connection.execute(_HEAD_MOVED.values(seq=seq, hash=last))
    mentions = [mention for act in acts if '"cases":[' in act["facts"] for mention in _mentions(act)]
    if mentions:
        connection.execute(insert(MENTIONS), mentions)


def _with_writes(pending: _Pending) -> list[dict[str, Any]]:
    """The acts with what was written on the last of them; more than an entry should hold goes to further ones."""
    acts, writes = pending.acts, list(pending.writes.values())
    for start in range(0, len(writes), WRITES_AN_ENTRY):
        if start or not acts:
            acts.append(_bare(clock.now()))
        acts[-1]["written"] = ";".join(writes[start : start + WRITES_AN_ENTRY])
    return acts


def _bare(at: datetime) -> dict[str, Any]:
    """An entry for writes that no act of a person came with."""
    ids = dict.fromkeys(("organisation_id", "actor_id", "case_id", "subject_id"))
    texts = {"digest": "", "facts": "", "written": ""}
    return {"at": at, "action": Action.WRITTEN, "subject_kind": "sealed_record", **ids, **texts}


def _mentions(act: dict[str, Any]) -> list[dict[str, Any]]:
    named = msgspec.json.decode(act["facts"]).get("cases")
    return [{"case_id": UUID(one), "seq": act["seq"]} for one in dict.fromkeys(named)]
