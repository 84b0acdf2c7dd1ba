"""The key ring: one key an organisation, one key a scope, wrapped in a store that lies apart from the data.

A scope is a case, or an organisation for what belongs to no case (its staff, its interpreters).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import cipher, rotation
from app.data.among import among
from app.data.key_tables import record_keys
from app.data.organisation_keys import ATTEMPTS, OrganisationKeys, VersionGone, key_context
from app.data.prepared import Prepared
from app.data.providers import KeyProvider
from app.errors import Conflict, KeyMissing, Tampered

INSTALLATION = UUID(int=0)
Wrap = tuple[UUID, int, int, bytes, bytes]
"""Scope, generation, version of the holder's key, wrapped key, commitment."""

_WRAPS = (
    record_keys.c.scope_id,
    record_keys.c.generation,
    record_keys.c.kek_version,
    record_keys.c.wrapped,
    record_keys.c.commitment,
)
_READ = select(*_WRAPS).where(
    among(record_keys.c.scope_id, "scope_ids"),
    record_keys.c.organisation_id == bindparam("reader"),
    or_(record_keys.c.expires_at.is_(None), record_keys.c.expires_at > bindparam("now")),
)
"""Built once, as it is asked for every page."""
_READ_POSTGRESQL = Prepared(
    "keys_of_scopes",
    "SELECT scope_id, generation, kek_version, wrapped, commitment FROM record_key WHERE scope_id = ANY($1::uuid[])"
    " AND organisation_id = $2::uuid AND (expires_at IS NULL OR expires_at > $3::timestamptz)",
)
"""The same; it needs no transaction around it, and so one round trip instead of three."""


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
        self.keks = OrganisationKeys(engine, provider)
        self._subkeys: dict[tuple[UUID, str], bytes] = {}

    def ensure_organisation(self, organisation_id: UUID) -> None:
        """Make the first keys of an organisation unless it has them; another process may do the same at once."""
        if not self.keks.versions(organisation_id):
            with suppress(IntegrityError):  # another process made it a moment ago
                self.keks.create({organisation_id: 1})
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
        found: dict[UUID, dict[int, ScopeKey]] = {}
        for key in self._open_some(scope_ids, reader) if scope_ids else ():
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
        with self.keks.write() as connection:
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

    def rotate_organisation(self, organisation_id: UUID) -> int:
        """Move all of an organisation's wraps to a key made now and destroy its older ones; answers how many moved.

        Runs beside readers and writers; after a crash, called again, it ends as if nothing had happened.
        """
        return rotation.rotate(self.keks, organisation_id)

    def rewrap_organisation_keys(self) -> int:
        """Wrap every organisation key under the provider's current root version; answers how many moved."""
        return self.keks.rewrap()

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
        if not keys:
            return
        stale = record_keys.c.scope_id == keys[0].scope_id
        stale &= record_keys.c.generation.in_(replacing) & record_keys.c.organisation_id.in_(holders)
        for _ in range(ATTEMPTS):
            versions = {holder: self.keks.newest(holder) for holder in holders}
            try:
                rows = [self._wrapped(key, holder, versions[holder], expires_at) for holder in holders for key in keys]
            except VersionGone:
                continue
            with self.keks.write() as connection:
                if self.keks.lock_newest(connection, holders) != versions:
                    continue  # a rotation came in between: what is written now might miss it and be lost
                if replacing:
                    connection.execute(delete(record_keys).where(stale))
                connection.execute(insert(record_keys), rows)
            return
        raise Conflict("the keys of an organisation are rotated again and again")

    def _wrapped(self, key: ScopeKey, holder: UUID, version: int, expires_at: datetime | None) -> dict[str, object]:
        context = key_context(key.scope_id, key.generation, holder, version)
        return {
            "scope_id": key.scope_id,
            "generation": key.generation,
            "organisation_id": holder,
            "kek_version": version,
            "wrapped": cipher.seal(self.keks.open(holder, version), key.secret, context),
            "commitment": cipher.commitment(key.secret),
            "created_at": clock.now(),
            "expires_at": expires_at,
        }

    def _open_some(self, scope_ids: Collection[UUID], reader: UUID) -> list[ScopeKey]:
        for attempt in range(1, ATTEMPTS + 1):
            with self._engine.connect() as connection:
                rows = _wraps_of(connection, scope_ids, reader)
            try:
                return self._unwrap(rows, reader)
            except VersionGone:  # re-wrapped and its former key destroyed since it was read
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _unwrap(self, rows: Sequence[Wrap], holder: UUID) -> list[ScopeKey]:
        """The keys themselves."""
        openers: dict[int, cipher.Opener] = {}
        keys = []
        for scope_id, generation, version, wrapped, commitment in rows:
            opener = openers.get(version)
            if opener is None:
                opener = openers[version] = cipher.Opener(self.keks.open(holder, version))
            secret = opener.unseal(wrapped, key_context(scope_id, generation, holder, version))
            if not hmac.compare_digest(cipher.commitment(secret), commitment):
                raise Tampered("key commitment differs")
            keys.append(ScopeKey(scope_id, generation, secret))
        return keys


def _wraps_of(connection: Connection, scope_ids: Collection[UUID], reader: UUID) -> Sequence[Wrap]:
    """What `reader` holds of these scopes now."""
    now = clock.now()
    if connection.dialect.name != "postgresql":
        wanted = {"scope_ids": scope_ids, "reader": reader, "now": now}
        rows: Sequence[Any] = connection.execute(_READ, wanted).all()
        return rows
    asked = (f"{{{','.join([scope_id.hex for scope_id in scope_ids])}}}", reader.hex, now.isoformat())
    answer = _READ_POSTGRESQL.run(connection, asked)
    return [
        (
            UUID(bytes=answer.get_value(row, 0)),
            int.from_bytes(answer.get_value(row, 1) or b"", "big"),
            int.from_bytes(answer.get_value(row, 2) or b"", "big"),
            answer.get_value(row, 3) or b"",
            answer.get_value(row, 4) or b"",
        )
        for row in range(answer.ntuples)
    ]
