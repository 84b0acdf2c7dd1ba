"""The audit trail: who saw and changed what, chained by hashes, written in the transaction of the act.

An entry holds no personal detail: ids, the action, non-personal facts such as the class of record, and of every
sealed document that the transaction wrote its class, id, version and the SHA-256 of its ciphertext.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Connection, Dialect, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app import clock
from app.data.base import choice
from app.data.chaining import EPOCH, MICROSECOND, SEPARATOR, Act, append, parts_of
from app.data.database import Model, before_commit, has_taken

GENESIS = bytes(32)
WRITES_AN_ENTRY = 500
REMOVED = 0

Facts = dict[str, str | int | list[str]]
_ABOUT_A_CASE = text("case_id IS NOT NULL")
_ENCODER = msgspec.json.Encoder(order="sorted")


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
    """One link of the chain; `seq` counts without gaps, and two writers can never take the same number.

    What no page looks for stands in `details`, joined as it is hashed: each column costs every act and every check.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "case_id", "seq", sqlite_where=_ABOUT_A_CASE, postgresql_where=_ABOUT_A_CASE),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(Microseconds)
    organisation_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    action: Mapped[Action] = choice(Action, is_checked=False)
    case_id: Mapped[UUID | None]
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    @property
    def subject_kind(self) -> str:
        """What kind of thing the act was about."""
        return parts_of(self.details).subject_kind

    @property
    def subject_id(self) -> UUID | None:
        """Which one; None where there is none or many."""
        subject = parts_of(self.details).subject_id
        return UUID(subject) if subject else None

    @property
    def digest(self) -> str:
        """SHA-256 of what left the house, as hex; "" when nothing did."""
        return parts_of(self.details).digest

    @property
    def facts(self) -> str:
        """`Facts` as JSON; "" when there are none."""
        return parts_of(self.details).facts

    @property
    def written(self) -> str:
        """`class id version digest` of each sealed record it wrote, with ";" between them."""
        return parts_of(self.details).written


class AuditHead(Model):
    """The last link, in the one row that writers queue at."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
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


@dataclass(slots=True)
class _Pending:
    """What the open transaction has to enter: acts in their order, and the last state of each record it wrote."""

    acts: list[Act] = field(default_factory=list)
    writes: dict[tuple[str, UUID], str] = field(default_factory=dict)

    def __call__(self, connection: Connection) -> None:
        """Link it behind the head, as the last thing before the commit."""
        append(connection, _with_writes(self))


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
    act = Act(
        clock.now(),
        organisation_id,
        actor_id,
        action.value,
        case_id,
        subject_kind,
        subject_id,
        digest,
        _ENCODER.encode(facts).decode() if facts else "",
        cases=_named(facts),
    )
    before_commit(_Pending).acts.append(act)


def wrote(kind: str, record_id: UUID, version: int, digest: str) -> None:
    """Enter that the open transaction wrote this version of a sealed record; `REMOVED` with no digest drops it.

    Several writes of one transaction share an entry, the last one of a record counts.
    """
    before_commit(_Pending).writes[(kind, record_id)] = f"{kind} {record_id.hex} {version} {digest}"


def has_entered() -> bool:
    """Whether this request has left an entry."""
    return has_taken(_Pending)


def _named(facts: Facts | None) -> list[UUID]:
    """The cases that the facts name."""
    named = facts.get("cases") if facts else None
    return [UUID(one) for one in dict.fromkeys(named)] if isinstance(named, list) else []


def _with_writes(pending: _Pending) -> list[Act]:
    """The acts with what was written on the last of them; more than an entry should hold goes to further ones."""
    acts, writes = pending.acts, list(pending.writes.values())
    for start in range(0, len(writes), WRITES_AN_ENTRY):
        if start or not acts:
            acts.append(Act(clock.now(), None, None, Action.WRITTEN.value, None, "sealed_record", None))
        acts[-1].written = ";".join(writes[start : start + WRITES_AN_ENTRY])
    return acts
