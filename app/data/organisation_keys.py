"""The keys of organisations (KEK): made in versions, wrapped by the root key, opened once a process."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import cipher
from app.data.database import WRITE
from app.data.key_tables import organisation_keys, record_keys
from app.data.providers import KeyProvider, root_version_of
from app.errors import Conflict, KeyMissing, Tampered

ATTEMPTS = 8


class VersionGone(KeyMissing):
    """A wrap names a version of an organisation's key that is not there: rotated away since the wrap was read."""


@dataclass(frozen=True, slots=True)
class WrapCount:
    """Wraps of an organisation: all, those below its newest key, and the highest generation of a scope."""

    total: int
    below: int
    generation: int


class OrganisationKeys:
    """One key an organisation and version; a version that was destroyed leaves memory with the next one opened."""

    def __init__(self, engine: Engine, provider: KeyProvider) -> None:
        self.engine = engine
        self.provider = provider
        self._opened: dict[tuple[UUID, int], bytes] = {}

    def open(self, organisation_id: UUID, version: int) -> bytes:
        """The key itself; raises VersionGone, or Tampered when the row was changed or moved."""
        known = self._opened.get((organisation_id, version))
        if known is not None:
            return known
        with self.engine.connect() as connection:
            query = select(organisation_keys).where(organisation_keys.c.organisation_id == organisation_id)
            rows = {row.version: row for row in connection.execute(query)}
        for former in [pair for pair in self._opened if pair[0] == organisation_id and pair[1] not in rows]:
            self._opened.pop(former, None)
        if version not in rows:
            raise VersionGone("no such key of this organisation")
        key = self.provider.unwrap(rows[version].wrapped, kek_context(organisation_id, version))
        if not hmac.compare_digest(cipher.commitment(key), rows[version].commitment):
            raise Tampered("key commitment differs")
        self._opened[(organisation_id, version)] = key
        return key

    def versions(self, *organisation_ids: UUID) -> dict[UUID, list[int]]:
        """The versions there are, ascending, by organisation; of all organisations when none is named."""
        query = select(organisation_keys.c.organisation_id, organisation_keys.c.version)
        if organisation_ids:
            query = query.where(organisation_keys.c.organisation_id.in_(organisation_ids))
        found: dict[UUID, list[int]] = {}
        with self.engine.connect() as connection:
            for organisation_id, version in connection.execute(query.order_by(organisation_keys.c.version)):
                found.setdefault(organisation_id, []).append(version)
        return found

    def newest(self, organisation_id: UUID) -> int:
        """The version that new wraps use; raises KeyMissing."""
        present = self.versions(organisation_id).get(organisation_id)
        if not present:
            raise KeyMissing("no key of this organisation")
        return present[-1]

    def create(self, wanted: dict[UUID, int]) -> None:
        """Make these versions, all or none; raises IntegrityError when another process made one of them first."""
        rows, under = [], []
        for organisation_id, version in wanted.items():
            key = cipher.new_key()
            wrapped = self.provider.wrap(key, kek_context(organisation_id, version))
            under.append(root_version_of(wrapped))
            rows.append(
                {
                    "organisation_id": organisation_id,
                    "version": version,
                    "wrapped": wrapped,
                    "commitment": cipher.commitment(key),
                    "created_at": clock.now(),
                }
            )
        if rows:
            with self.write() as connection:
                connection.execute(insert(organisation_keys), rows)
            if min(under) != self.provider.current():  # rotated meanwhile: the version just used may go soon
                self.rewrap()

    def create_next(self, organisation_ids: Collection[UUID]) -> None:
        """A new version for each organisation that has a single one: writers use it from now on."""
        for _ in range(ATTEMPTS):
            present = self.versions()
            wanted = {each: present[each][0] + 1 for each in organisation_ids if len(present.get(each, ())) == 1}
            try:
                self.create(wanted)
            except IntegrityError:  # another process rotates as well
                continue
            return
        raise Conflict("several processes rotate at once")

    def lock_newest(self, connection: Connection, organisation_ids: Collection[UUID]) -> dict[UUID, int]:
        """The newest versions, kept from being destroyed until this transaction ends."""
        query = select(organisation_keys.c.organisation_id, organisation_keys.c.version)
        locked = query.where(organisation_keys.c.organisation_id.in_(organisation_ids)).with_for_update(read=True)
        found: dict[UUID, int] = {}
        for organisation_id, version in connection.execute(locked):
            found[organisation_id] = max(version, found.get(organisation_id, 0))
        return found

    def destroy_below(self, organisation_id: UUID, version: int) -> bool:
        """Destroy all older versions unless a wrap still needs one; answers whether they are gone."""
        older = (organisation_keys.c.organisation_id == organisation_id) & (organisation_keys.c.version < version)
        needed = select(func.count()).where(
            record_keys.c.organisation_id == organisation_id, record_keys.c.kek_version < version
        )
        with self.write() as connection:
            # Locked before counting: a writer that still uses an older version ends first, or finds it gone.
            connection.execute(select(organisation_keys.c.version).where(older).with_for_update()).all()
            if connection.execute(needed).scalar_one():
                return False
            connection.execute(delete(organisation_keys).where(older))
        for former in [pair for pair in self._opened if pair[0] == organisation_id and pair[1] < version]:
            self._opened.pop(former, None)
        return True

    def rewrap(self) -> int:
        """Wrap under the provider's current root version whatever lies under an older one; answers how many."""
        current, count = self.provider.current(), 0
        with self.engine.connect() as connection:
            rows = connection.execute(select(organisation_keys)).all()
        for row in rows:
            if root_version_of(row.wrapped) != current:
                context = kek_context(row.organisation_id, row.version)
                fresh = self.provider.wrap(self.provider.unwrap(row.wrapped, context), context)
                with self.write() as connection:
                    present = (
                        (organisation_keys.c.organisation_id == row.organisation_id)
                        & (organisation_keys.c.version == row.version)
                        & (organisation_keys.c.wrapped == row.wrapped)
                    )
                    connection.execute(update(organisation_keys).where(present).values(wrapped=fresh))
                count += 1
        return count

    def root_versions(self) -> Counter[int]:
        """How many keys lie under each version of the root key."""
        with self.engine.connect() as connection:
            return Counter(
                root_version_of(wrapped) for wrapped in connection.scalars(select(organisation_keys.c.wrapped))
            )

    def wraps(self) -> dict[UUID, WrapCount]:
        """How many wraps each organisation holds."""
        columns = record_keys.c
        newest = (
            select(organisation_keys.c.organisation_id, func.max(organisation_keys.c.version).label("version"))
            .group_by(organisation_keys.c.organisation_id)
            .subquery()
        )
        query = (
            select(
                columns.organisation_id,
                func.count(),
                func.count().filter(columns.kek_version < newest.c.version),
                func.max(columns.generation),
            )
            .join(newest, newest.c.organisation_id == columns.organisation_id)
            .group_by(columns.organisation_id)
        )
        with self.engine.connect() as connection:
            return {row[0]: WrapCount(*row[1:]) for row in connection.execute(query)}

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction of the key store that writes."""
        return self.engine.execution_options(**{WRITE: True}).begin()


def kek_context(organisation_id: UUID, version: int) -> bytes:
    """Where an organisation's key belongs."""
    return cipher.bind("kek", organisation_id.bytes, version)


def key_context(scope_id: UUID, generation: int, organisation_id: UUID, version: int) -> bytes:
    """Where the key of a scope belongs."""
    return cipher.bind("dek", scope_id.bytes, generation, organisation_id.bytes, version)
