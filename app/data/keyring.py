"""The key ring: one key an organisation, one key a scope, wrapped in a store that lies apart from the data.

A scope is a case, or an organisation for what belongs to no case (its staff, its interpreters).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import cipher
from app.data.database import WRITE
from app.data.key_tables import organisation_keys, record_keys
from app.data.providers import KeyProvider
from app.errors import KeyMissing, Tampered

INSTALLATION = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ScopeKey:
    """The unwrapped key of a case or an organisation's own records: never stored, never logged."""

    scope_id: UUID
    generation: int
    secret: bytes

    def __repr__(self) -> str:
        return f"ScopeKey({self.scope_id}, {self.generation})"


class KeyRing:
    """Makes, opens, shares and drops keys; each call is a short transaction of its own in the key store.

    Keys are written before the data that needs them: a crash in between leaves a key nobody uses.
    """

    def __init__(self, engine: Engine, provider: KeyProvider) -> None:
        self._engine = engine
        self._provider = provider
        self._opened: dict[tuple[UUID, int], bytes] = {}
        self._subkeys: dict[tuple[UUID, str], bytes] = {}

    def ensure_organisation(self, organisation_id: UUID) -> None:
        """Make the first keys of an organisation unless it has them; another process may do the same at once."""
        if self._newest_version(organisation_id) is None:
            with suppress(IntegrityError):  # another process made it a moment ago
                self._create_kek(organisation_id)
        if not self.open_keys([organisation_id], organisation_id):
            with suppress(IntegrityError):
                self.create_key(organisation_id, organisation_id)

    def subkey(self, organisation_id: UUID, purpose: str) -> bytes:
        """A lasting key of an organisation for a purpose other than sealing, such as "index"."""
        known = self._subkeys.get((organisation_id, purpose))
        if known is None:
            self.ensure_organisation(organisation_id)
            first = self.open_keys([organisation_id], organisation_id)[organisation_id][1]
            known = self._subkeys[(organisation_id, purpose)] = cipher.derive(first.secret, purpose)
        return known

    def create_key(self, scope_id: UUID, owner: UUID) -> ScopeKey:
        """The first key of a new scope, wrapped for the organisation that owns it."""
        key = ScopeKey(scope_id, 1, cipher.new_key())
        self._store([key], [owner], expires_at=None)
        return key

    def open_keys(self, scope_ids: Collection[UUID], reader: UUID) -> dict[UUID, dict[int, ScopeKey]]:
        """Every key of these scopes that `reader` (an organisation) holds now, by scope and generation."""
        if not scope_ids:
            return {}
        found: dict[UUID, dict[int, ScopeKey]] = {}
        wanted = list(scope_ids)
        with self._engine.connect() as connection:
            for start in range(0, len(wanted), 500):
                query = select(record_keys).where(
                    record_keys.c.scope_id.in_(wanted[start : start + 500]),
                    record_keys.c.organisation_id == reader,
                    or_(record_keys.c.expires_at.is_(None), record_keys.c.expires_at > clock.now()),
                )
                for row in connection.execute(query):
                    key = self._unwrap(row)
                    found.setdefault(key.scope_id, {})[key.generation] = key
        return found

    def open_key(self, scope_id: UUID, reader: UUID) -> ScopeKey:
        """The newest key of a scope that `reader` holds; raises KeyMissing."""
        keys = self.open_keys([scope_id], reader).get(scope_id)
        if not keys:
            raise KeyMissing("no key for this reader")
        return keys[max(keys)]

    def share(self, scope_id: UUID, *, owner: UUID, recipient: UUID, expires_at: datetime | None) -> None:
        """Wrap the case's keys for another organisation, only after it accepted; again to change the expiry."""
        self.ensure_organisation(recipient)
        held = self.open_keys([scope_id], owner).get(scope_id, {})
        present = self._expiries(scope_id, recipient)
        wanted = expires_at.astimezone(UTC) if expires_at else None
        stale = [number for number in held if present.get(number, wanted) != wanted]
        fresh = [key for number, key in held.items() if number not in present or number in stale]
        self._store(fresh, [recipient], expires_at=expires_at, replacing=stale)

    def next_generation(self, scope_id: UUID, *, owner: UUID, recipients: Collection[UUID]) -> ScopeKey:
        """A new key of the case for the owner and those who keep access; the caller then seals anew."""
        newest = self.open_key(scope_id, owner)
        key = ScopeKey(scope_id, newest.generation + 1, cipher.new_key())
        self._store([key], [owner, *recipients], expires_at=None)
        return key

    def drop_keys(self, scope_id: UUID, *, below: int | None = None, organisation_id: UUID | None = None) -> None:
        """Delete wraps of a case: all, those of older generations, or those of one organisation."""
        query = delete(record_keys).where(record_keys.c.scope_id == scope_id)
        if below is not None:
            query = query.where(record_keys.c.generation < below)
        if organisation_id is not None:
            query = query.where(record_keys.c.organisation_id == organisation_id)
        with self._write() as connection:
            connection.execute(query)

    def holders(self, scope_id: UUID) -> dict[UUID, dict[int, datetime]]:
        """Who holds wraps of a scope: by organisation, each generation and the instant it was wrapped."""
        query = select(record_keys.c.organisation_id, record_keys.c.generation, record_keys.c.created_at)
        found: dict[UUID, dict[int, datetime]] = {}
        with self._engine.connect() as connection:
            for holder, generation, made in connection.execute(query.where(record_keys.c.scope_id == scope_id)):
                found.setdefault(holder, {})[generation] = made.replace(tzinfo=made.tzinfo or UTC)
        return found

    def scopes_with_several_wraps(self) -> list[UUID]:
        """Scopes that are shared with somebody or have more than one generation."""
        query = select(record_keys.c.scope_id).group_by(record_keys.c.scope_id).having(func.count() > 1)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def rewrap_organisation_keys(self) -> int:
        """Wrap every organisation key under the provider's current root version; answers how many."""
        with self._write() as connection:
            rows = connection.execute(select(organisation_keys)).all()
            for row in rows:
                context = _kek_context(row.organisation_id, row.version)
                fresh = self._provider.wrap(self._provider.unwrap(row.wrapped, context), context)
                connection.execute(
                    update(organisation_keys)
                    .where(
                        organisation_keys.c.organisation_id == row.organisation_id,
                        organisation_keys.c.version == row.version,
                    )
                    .values(wrapped=fresh)
                )
        return len(rows)

    def _create_kek(self, organisation_id: UUID) -> None:
        key = cipher.new_key()
        row = {
            "organisation_id": organisation_id,
            "version": 1,
            "wrapped": self._provider.wrap(key, _kek_context(organisation_id, 1)),
            "commitment": cipher.commitment(key),
            "created_at": clock.now(),
        }
        with self._write() as connection:
            connection.execute(insert(organisation_keys), row)

    def _expiries(self, scope_id: UUID, holder: UUID) -> dict[int, datetime | None]:
        query = select(record_keys.c.generation, record_keys.c.expires_at).where(
            record_keys.c.scope_id == scope_id, record_keys.c.organisation_id == holder
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {number: until and until.replace(tzinfo=until.tzinfo or UTC) for number, until in rows}

    def _store(
        self,
        keys: list[ScopeKey],
        holders: list[UUID],
        *,
        expires_at: datetime | None,
        replacing: Collection[int] = (),
    ) -> None:
        rows = []
        for holder in holders:
            version = self._newest_version(holder)
            if version is None:
                raise KeyMissing("no key of this organisation")
            kek = self._kek(holder, version)
            rows += [
                {
                    "scope_id": key.scope_id,
                    "generation": key.generation,
                    "organisation_id": holder,
                    "kek_version": version,
                    "wrapped": cipher.seal(
                        kek, key.secret, _key_context(key.scope_id, key.generation, holder, version)
                    ),
                    "commitment": cipher.commitment(key.secret),
                    "created_at": clock.now(),
                    "expires_at": expires_at,
                }
                for key in keys
            ]
        if rows:
            with self._write() as connection:
                if replacing:
                    connection.execute(
                        delete(record_keys).where(
                            record_keys.c.scope_id == keys[0].scope_id,
                            record_keys.c.generation.in_(replacing),
                            record_keys.c.organisation_id.in_(holders),
                        )
                    )
                connection.execute(insert(record_keys), rows)

    def _unwrap(self, row: Row[Any]) -> ScopeKey:
        scope_id, generation = row.scope_id, row.generation
        holder, version = row.organisation_id, row.kek_version
        secret = cipher.unseal(
            self._kek(holder, version),
            row.wrapped,
            _key_context(scope_id, generation, holder, version),
        )
        if not hmac.compare_digest(cipher.commitment(secret), row.commitment):
            raise Tampered("key commitment differs")
        return ScopeKey(scope_id, generation, secret)

    def _kek(self, organisation_id: UUID, version: int) -> bytes:
        """The organisation's key, unwrapped once a process."""
        known = self._opened.get((organisation_id, version))
        if known is not None:
            return known
        query = select(organisation_keys).where(
            organisation_keys.c.organisation_id == organisation_id, organisation_keys.c.version == version
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise KeyMissing("no key of this organisation")
        key = self._provider.unwrap(row.wrapped, _kek_context(organisation_id, version))
        if not hmac.compare_digest(cipher.commitment(key), row.commitment):
            raise Tampered("key commitment differs")
        self._opened[(organisation_id, version)] = key
        return key

    def _newest_version(self, organisation_id: UUID) -> int | None:
        query = select(func.max(organisation_keys.c.version)).where(
            organisation_keys.c.organisation_id == organisation_id
        )
        with self._engine.connect() as connection:
            newest: int | None = connection.execute(query).scalar_one()
        return newest

    def _write(self) -> AbstractContextManager[Connection]:
        return self._engine.execution_options(**{WRITE: True}).begin()


def _kek_context(organisation_id: UUID, version: int) -> bytes:
    return cipher.bind("kek", organisation_id.bytes, version)


def _key_context(scope_id: UUID, generation: int, organisation_id: UUID, version: int) -> bytes:
    return cipher.bind("dek", scope_id.bytes, generation, organisation_id.bytes, version)
