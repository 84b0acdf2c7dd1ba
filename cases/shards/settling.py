"""Dropping keys that no shard is sealed under any more, so that older copies of shards do not open."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from app.data import cipher, records
from app.data.database import session
from cases.shards.models import Shard, ShardBody


def settle(organisation_id: UUID) -> None:
    """Drop keys no shard is sealed under any more; may run at any time and twice."""
    ring = records.keyring()
    query = (
        select(Shard.id, func.substr(ShardBody.body, 1, cipher.HEADER))
        .join(ShardBody, ShardBody.shard_id == Shard.id)
        .where(Shard.organisation_id == organisation_id)
    )
    oldest: dict[UUID, int] = {}
    for shard_id, header in session().execute(query):
        generation = cipher.generation_of(header)
        oldest[shard_id] = min(generation, oldest.get(shard_id, generation))
    for shard_id, generation in oldest.items():
        ring.drop_keys(shard_id, below=generation)


def settle_all() -> int:
    """Do so wherever a shard has several keys, as a crash right after their renewal leaves them; answers for how many.

    Organisations are counted. May run at any time and twice.
    """
    several = set(records.keyring().scopes_with_several_wraps())
    shards = session().execute(select(Shard.id, Shard.organisation_id)).all()
    owners = {owner for shard_id, owner in shards if shard_id in several}
    for owner in sorted(owners):
        settle(owner)
    return len(owners)
