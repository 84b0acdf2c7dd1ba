"""Sealed shards in the database: opened and written here alone, each body bound to its shard, kind and version."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.engine import CursorResult

from app.data import cipher, records
from app.data.base import new_id
from app.data.binary import BINARY
from app.data.database import session
from app.data.keyring import ScopeKey
from app.errors import KeyMissing, Tampered, VersionConflict
from cases.shards.columns import Columns, Mask
from cases.shards.errors import ShardBroken
from cases.shards.facts import CaseFacts
from cases.shards.list_body import ListBody
from cases.shards.models import RECENT, BodyKind, Shard, ShardBody
from cases.shards.people_body import DuplicateBody, PeopleBody
from cases.shards.search_body import SearchBody

log = logging.getLogger(__name__)

TABLE = "shard_body"
BODIES: dict[BodyKind, type[Columns]] = {
    BodyKind.SEARCH: SearchBody,
    BodyKind.DUPLICATES: DuplicateBody,
    BodyKind.PEOPLE: PeopleBody,
    BodyKind.LIST: ListBody,
}
Keys = dict[UUID, dict[int, ScopeKey]]


@dataclass(frozen=True, slots=True, repr=False)
class Bodies:
    """The four opened bodies of a shard; they hold the same cases in the same order."""

    search: SearchBody
    duplicates: DuplicateBody
    people: PeopleBody
    list: ListBody

    def restricted(self, keep: Mask) -> Bodies:
        """The same with the kept cases alone."""
        return Bodies(
            self.search.restricted(keep),
            self.duplicates.restricted(keep),
            self.people.restricted(keep),
            self.list.restricted(keep),
        )

    def joined(self, other: Bodies) -> Bodies:
        """Both together; no case may lie in both."""
        return Bodies(
            self.search.joined(other.search),
            self.duplicates.joined(other.duplicates),
            self.people.joined(other.people),
            self.list.joined(other.list),
        )

    def by_kind(self) -> dict[BodyKind, Columns]:
        """Each body under its kind."""
        return {
            BodyKind.SEARCH: self.search,
            BodyKind.DUPLICATES: self.duplicates,
            BodyKind.PEOPLE: self.people,
            BodyKind.LIST: self.list,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """Sealed bodies and their keys, as they come from the databases."""

    rows: Sequence[Row[tuple[UUID, UUID, int, int, BodyKind, bytes]]]
    keys: Keys

    def opened(self) -> list[tuple[int, BodyKind, Columns]]:
        """Every body with its shard's number; asks no database. Raises KeyMissing and ShardBroken."""
        return [(row.number, row.kind, unseal(row, row.kind, row.body, self.keys)) for row in self.rows]  # type: ignore[arg-type]


def build(cases: Sequence[CaseFacts]) -> Bodies:
    """The bodies of some cases."""
    return Bodies(SearchBody.build(cases), DuplicateBody.build(cases), PeopleBody.build(cases), ListBody.build(cases))


def create(organisation_id: UUID, number: int, bodies: Bodies) -> Shard:
    """A new shard under a new key, inside the open transaction."""
    shard = Shard(
        id=new_id(), organisation_id=organisation_id, number=number, version=1, cases=len(bodies.list.case_ids)
    )
    key = records.keyring().create_key(shard.id, organisation_id)
    session().add(shard)
    session().flush()
    session().execute(insert(ShardBody), _rows(shard, bodies, key))
    return shard


def save(shard: Shard, bodies: Bodies, key: ScopeKey | None = None) -> None:
    """Seal the next version of a shard; raises VersionConflict when another has been written since it was read."""
    version = shard.version + 1
    result = session().execute(
        update(Shard)
        .where(Shard.id == shard.id, Shard.version == shard.version)
        .values(version=version, cases=len(bodies.list.case_ids))
        .execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise VersionConflict("shard")
    session().refresh(shard)
    key = key or records.keyring().open_key(shard.id, shard.organisation_id)
    session().execute(delete(ShardBody).where(ShardBody.shard_id == shard.id))
    session().execute(insert(ShardBody), _rows(shard, bodies, key))


def load(shard: Shard) -> Bodies:
    """The bodies of one shard whose row is locked; raises ShardBroken."""
    query = select(ShardBody.kind, ShardBody.body).where(ShardBody.shard_id == shard.id)
    sealed = {row[0]: row[1] for row in session().execute(query.execution_options(**BINARY))}
    keys = records.keyring().open_keys([shard.id], shard.organisation_id)
    opened = {kind: unseal(shard, kind, sealed[kind], keys) for kind in BodyKind if kind in sealed}
    if len(opened) < len(BODIES):
        raise _broken(shard.number, "missing")
    return Bodies(**{kind.value: opened[kind] for kind in BodyKind})  # type: ignore[arg-type]


def unseal(shard: Shard | Row[tuple[UUID, UUID, int, int, bytes]], kind: BodyKind, body: bytes, keys: Keys) -> Columns:
    """Open one body; raises KeyMissing for a generation that is not in `keys`, ShardBroken for a body not of here."""
    key = keys.get(shard.id, {}).get(cipher.generation_of(body))
    if key is None:
        raise KeyMissing("no key for this shard")
    context = _context(shard.organisation_id, shard.id, kind, shard.version)
    try:
        return BODIES[kind].from_bytes(cipher.unseal(cipher.derive(key.secret, "shard"), body, context))
    except Tampered:
        raise _broken(shard.number, "tampered") from None


def lock_recent(organisation_id: UUID) -> Shard | None:
    """The small shard, locked until the transaction ends: whoever writes shards of an organisation holds it."""
    return session().scalar(
        select(Shard)
        .where(Shard.organisation_id == organisation_id, Shard.number == RECENT)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def full_shards(organisation_id: UUID) -> Sequence[Shard]:
    """The shards counted from 1, in order."""
    query = select(Shard).where(Shard.organisation_id == organisation_id, Shard.number != RECENT)
    return session().scalars(query.order_by(Shard.number).execution_options(populate_existing=True)).all()


def remove(shards: Iterable[Shard]) -> None:
    """Delete shards with their bodies; their keys are dropped by the caller after commit."""
    ids = [shard.id for shard in shards]
    session().execute(delete(ShardBody).where(ShardBody.shard_id.in_(ids)))
    session().execute(delete(Shard).where(Shard.id.in_(ids)))


def fetch(organisation_id: UUID, kinds: Collection[BodyKind]) -> Fetched:
    """Every sealed body of these kinds with its key, the small shard first; raises KeyMissing.

    One query for bodies and one for keys, whatever the number of shards.
    """
    query = (
        select(Shard.id, Shard.organisation_id, Shard.number, Shard.version, ShardBody.kind, ShardBody.body)
        .join(ShardBody, ShardBody.shard_id == Shard.id)
        .where(Shard.organisation_id == organisation_id, ShardBody.kind.in_(kinds))
        .order_by(Shard.number)
    )
    rows = session().execute(query.execution_options(**BINARY)).all()
    return Fetched(rows, records.keyring().open_keys({row.id for row in rows}, organisation_id))  # type: ignore[arg-type]


def _rows(shard: Shard, bodies: Bodies, key: ScopeKey) -> list[dict[str, object]]:
    secret = cipher.derive(key.secret, "shard")
    return [
        {
            "shard_id": shard.id,
            "kind": kind,
            "body": cipher.seal(
                secret,
                columns.to_bytes(),
                _context(shard.organisation_id, shard.id, kind, shard.version),
                generation=key.generation,
            ),
        }
        for kind, columns in bodies.by_kind().items()
    ]


def _context(organisation_id: UUID, shard_id: UUID, kind: BodyKind, version: int) -> bytes:
    return cipher.bind(organisation_id.bytes, TABLE, shard_id.bytes, kind.value, version)


def _broken(number: int, reason: str) -> ShardBroken:
    log.error("search shard %d does not open: %s", number, reason)
    return ShardBroken(reason)
