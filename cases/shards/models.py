"""The tables of the shards: sealed bodies, and in which shard a case lies; nothing here says who anybody is."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.data.base import choice, primary_key
from app.data.database import Model

RECENT = 0
"""The number of an organisation's small shard that takes what changed last; the others count from 1."""


class BodyKind(StrEnum):
    """What one sealed body of a shard holds."""

    SEARCH = "search"
    DUPLICATES = "duplicates"
    PEOPLE = "people"
    LIST = "list"


class Shard(Model):
    """Some hundred cases of one organisation, packed; its id is the scope of its key."""

    __tablename__ = "shard"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[UUID] = primary_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    version: Mapped[int]
    cases: Mapped[int]


class ShardBody(Model):
    """One sealed body of a shard, bound to the shard's version."""

    __tablename__ = "shard_body"

    shard_id: Mapped[UUID] = mapped_column(ForeignKey("shard.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[BodyKind] = choice(BodyKind, primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ShardPlace(Model):
    """Where a case lies: `number` of its full shard (None: none yet), `is_recent` while the small one overrides it.

    `digest` is a keyed token of the facts, so that an autosave that changes none of them writes nothing here.
    """

    __tablename__ = "shard_place"
    __table_args__ = (Index(None, "organisation_id", "number"),)

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int | None]
    is_recent: Mapped[bool]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
