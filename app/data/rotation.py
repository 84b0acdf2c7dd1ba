"""Rotation of an organisation's key: a new version for writers at once, re-wrapped in batches, the old one destroyed.

It runs beside readers and writers and can be killed anywhere: what is half done opens as before, and the next
run ends where the killed one would have. Unfinished is an organisation that has more than one version.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.data import cipher
from app.data.organisation_keys import OrganisationKeys, VersionGone
from app.errors import Tampered

BATCH = 4_000
HEADER = bytes((cipher.FORMAT, cipher.AES_256_GCM, 0, 0))
"""How every wrap of a scope's key begins: the layout of `cipher.seal`, generation 0."""
START = HEADER + cipher.bind("dek") + (16).to_bytes(4, "big")
"""How the associated data of every wrap begins, up to the 16 bytes of its scope: see `key_context`."""
Wrap = Any
"""scope, generation, version, wrapped, commitment, rowid."""

# Plain statements for the driver: binding each row through the ORM's types costs more than the encryption.
# A row is compared and set: by the version and the key it was read with. SQLite finds it by its rowid.
_READ = {
    "sqlite": (
        "SELECT scope_id, generation, kek_version, wrapped, commitment, rowid FROM record_key WHERE organisation_id = ?"
        " AND kek_version < ? AND (scope_id, generation) > (?, ?) ORDER BY scope_id, generation LIMIT ?"
    ),
    "postgresql": (
        "SELECT scope_id, generation, kek_version, wrapped, commitment, 0 FROM record_key WHERE organisation_id = %s"
        " AND kek_version < %s AND (scope_id, generation) > (%s, %s) ORDER BY scope_id, generation LIMIT %s"
    ),
}
_WRITE = {
    "sqlite": (
        "UPDATE record_key SET kek_version = ?, wrapped = ? WHERE rowid = ? AND kek_version = ? AND commitment = ?"
    ),
    "postgresql": (
        "UPDATE record_key SET kek_version = %s, wrapped = fresh.wrapped FROM unnest(%b::uuid[], %b::int[], %b::int[],"
        " %b::bytea[], %b::bytea[]) AS fresh (scope_id, generation, former, commitment, wrapped)"
        " WHERE record_key.organisation_id = %s AND record_key.scope_id = fresh.scope_id"
        " AND record_key.generation = fresh.generation AND record_key.kek_version = fresh.former"
        " AND record_key.commitment = fresh.commitment"
    ),
}

_END = (
    "SELECT scope_id, generation FROM record_key WHERE organisation_id = ? AND (scope_id, generation) > (?, ?)"
    " ORDER BY scope_id, generation LIMIT 1 OFFSET ?"
)
_REWRITE = (
    "UPDATE record_key SET kek_version = ?, wrapped = einstieg_rewrap(scope_id, generation, kek_version, wrapped)"
    " WHERE organisation_id = ? AND kek_version < ? AND (scope_id, generation) > (?, ?)"
    " AND (scope_id, generation) <= (?, ?)"
)
"""SQLite calls back for each row in one statement: half the work of reading and writing rows one by one."""
_BEHIND_ALL = ("~", 0)
"""Behind every id as SQLite holds it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn of all keys came to: the root version now, whether it ended a former one, wraps moved."""

    root_version: int
    resumed: bool
    moved: dict[UUID, int]


def rotate(keks: OrganisationKeys, organisation_id: UUID) -> int:
    """Give an organisation a new key and destroy its older ones; answers how many wraps moved.

    One that an earlier run left unfinished is finished first: the key it made may be older than what this
    rotation was called for. Raises Tampered when wraps do not open; the versions they need stay.
    """
    moved = finish(keks, organisation_id)
    keks.create_next([organisation_id])
    return moved + finish(keks, organisation_id)


def rotate_all(keks: OrganisationKeys) -> Turn:
    """A new root version and new keys for all organisations; an unfinished turn is ended instead.

    Raises Tampered once everything else is done when wraps of an organisation do not open.
    """
    waiting = unfinished(keks)
    resumed = bool(waiting) or not root_is_settled(keks)
    if not resumed:
        keks.provider.rotate()
    if not waiting:
        keks.create_next(list(keks.versions()))
        waiting = unfinished(keks)
    turn, broken = Turn(keks.provider.current(), resumed, {}), 0
    for organisation_id in waiting:
        try:
            turn.moved[organisation_id] = finish(keks, organisation_id)
        except Tampered:
            broken += 1
    keks.rewrap()
    if broken:
        raise Tampered(f"bei {broken} Stellen lassen sich Schlüssel nicht öffnen; deren alte Fassungen bleiben")
    return turn


def rotate_root(keks: OrganisationKeys) -> Turn:
    """A new root version, and all organisations' keys wrapped under it; an unfinished turn is ended instead."""
    resumed = not root_is_settled(keks)
    if not resumed:
        keks.provider.rotate()
    keks.rewrap()
    return Turn(keks.provider.current(), resumed, {})


def unfinished(keks: OrganisationKeys) -> list[UUID]:
    """Organisations with more than one version of their key: a rotation runs, or was broken off."""
    return [organisation_id for organisation_id, versions in keks.versions().items() if len(versions) > 1]


def root_is_settled(keks: OrganisationKeys) -> bool:
    """Whether all organisations' keys lie under the root version that is current."""
    return set(keks.root_versions()) <= {keks.provider.current()}


def finish(keks: OrganisationKeys, organisation_id: UUID) -> int:
    """Move all wraps of an organisation to its newest key and destroy the older ones; answers how many moved."""
    moved = 0
    while len(keks.versions(organisation_id).get(organisation_id, ())) > 1:
        target = keks.newest(organisation_id)
        done, broken = _move(keks, organisation_id, target)
        moved += done
        if keks.destroy_below(organisation_id, target):
            continue
        if broken and not done:
            raise Tampered(f"{broken} Schlüssel lassen sich nicht öffnen; die alte Fassung bleibt")
    return moved


def _move(keks: OrganisationKeys, organisation_id: UUID, target: int) -> tuple[int, int]:
    """Walk the wraps below `target` once; answers how many moved and how many did not open."""
    moved = broken = 0
    rewrapper = _Rewrapper(keks, organisation_id, target)
    if keks.engine.dialect.name == "sqlite":
        moved = _move_in_place(keks, organisation_id, target, rewrapper)
        if not rewrapper.met_broken:
            return moved, 0
    for rows in _batches(keks, organisation_id, target):
        changes = rewrapper.changes(rows)
        broken += len(rows) - len(changes)
        if changes:
            _write(keks, organisation_id, target, changes)
            moved += len(changes)
    return moved, broken


def _move_in_place(keks: OrganisationKeys, organisation_id: UUID, target: int, rewrapper: _Rewrapper) -> int:
    """Rewrite the wraps where they lie; a batch with one that does not open is left as it was. Answers how many."""
    moved, last = 0, ("", 0)
    while last != _BEHIND_ALL:
        with keks.engine.connect() as connection:
            values = (organisation_id.hex, *last, BATCH - 1)
            found = connection.exec_driver_sql(_END, values).one_or_none()
        end = (found[0], found[1]) if found else _BEHIND_ALL
        try:
            with keks.write() as connection, rewrapper.as_function(connection):
                values = (target, organisation_id.hex, target, *last, *end)
                moved += connection.exec_driver_sql(_REWRITE, values).rowcount
        except OperationalError:
            if not rewrapper.met_broken:
                raise
        last = end
    return moved


def _batches(keks: OrganisationKeys, organisation_id: UUID, target: int) -> Iterator[Sequence[Wrap]]:
    dialect = keks.engine.dialect.name
    holder, last = _as_stored(organisation_id, dialect), (_as_stored(UUID(int=0), dialect), 0)
    while True:
        with keks.engine.connect() as connection:
            _by_index(connection)
            rows = connection.exec_driver_sql(_READ[dialect], (holder, target, *last, BATCH)).all()
        if not rows:
            return
        yield rows
        last = (rows[-1][0], rows[-1][1])


def _write(keks: OrganisationKeys, organisation_id: UUID, target: int, changes: list[tuple[Wrap, bytes]]) -> None:
    with keks.write() as connection:
        if keks.engine.dialect.name == "sqlite":
            rows = [(target, fresh, wrap[5], wrap[2], wrap[4]) for wrap, fresh in changes]
            connection.exec_driver_sql(_WRITE["sqlite"], rows)
        else:
            _by_index(connection)
            scopes, generations, formers, commitments = ([wrap[at] for wrap, _ in changes] for at in (0, 1, 2, 4))
            fresh = [wrapped for _, wrapped in changes]
            values = (target, scopes, generations, formers, commitments, fresh, organisation_id)
            connection.exec_driver_sql(_WRITE["postgresql"], values)


def _by_index(connection: Connection) -> None:
    """Keep PostgreSQL from sorting or hashing the whole table for every batch, as it would for a small one."""
    if connection.dialect.name == "postgresql":
        ways = ("sort", "hashjoin", "mergejoin")
        connection.exec_driver_sql("; ".join(f"SET LOCAL enable_{way} = off" for way in ways))


def _as_stored(value: UUID, dialect: str) -> UUID | str:
    return value.hex if dialect == "sqlite" else value


@lru_cache(maxsize=64)
def _bound(generation: int) -> bytes:
    return cipher.bind(generation)


def _nonces() -> Iterator[bytes]:
    """Random ones without end, drawn many at a time."""
    while True:
        drawn = secrets.token_bytes(cipher.NONCE * 1000)
        yield from [drawn[at : at + cipher.NONCE] for at in range(0, len(drawn), cipher.NONCE)]


class _Rewrapper:
    """Opens wraps with the old keys and seals them under the new one; ciphers and fixed context are made once."""

    def __init__(self, keks: OrganisationKeys, organisation_id: UUID, target: int) -> None:
        self._keks = keks
        self._organisation_id = organisation_id
        self._target = target
        self._ciphers: dict[int, tuple[AESGCM, bytes]] = {}
        self.met_broken = False

    def changes(self, wraps: Sequence[Wrap]) -> list[tuple[Wrap, bytes]]:
        """Each wrap that opens, with what to write; the others' versions went since, or they were changed."""
        rewrap = self._rewrap()
        found: list[tuple[Wrap, bytes]] = []
        for wrap in wraps:
            with suppress(InvalidTag, ValueError, VersionGone):
                found.append((wrap, rewrap(*wrap[:4])))
        return found

    @contextmanager
    def as_function(self, connection: Connection) -> Iterator[None]:
        """Let SQLite call it on this connection; `met_broken` tells of a wrap that does not open."""
        driver: Any = connection.connection.driver_connection
        rewrap = self._rewrap()

        def called(scope_id: str, generation: int, version: int, wrapped: bytes) -> bytes:
            try:
                return rewrap(scope_id, generation, version, wrapped)
            except Exception:
                self.met_broken = True
                raise

        driver.create_function("einstieg_rewrap", 4, called)
        try:
            yield
        finally:
            driver.create_function("einstieg_rewrap", 4, None)

    def _rewrap(self) -> Callable[[UUID | str, int, int, bytes], bytes]:
        """What opens one wrap and seals it anew. Its commitment stays as it is, and is checked where it is used."""
        sealer, end = self._cipher(self._target)
        encrypt, ciphers, nonces = sealer.encrypt, self._ciphers, _nonces()

        def rewrap(scope_id: UUID | str, generation: int, version: int, wrapped: bytes) -> bytes:
            if wrapped[:4] != HEADER:
                raise ValueError("no wrap")
            opener, former = ciphers.get(version) or self._cipher(version)
            scope = bytes.fromhex(scope_id) if isinstance(scope_id, str) else scope_id.bytes
            where = START + scope + _bound(generation)
            secret = opener.decrypt(wrapped[4:16], wrapped[16:], where + former)
            nonce = next(nonces)
            return HEADER + nonce + encrypt(nonce, secret, where + end)

        return rewrap

    def _cipher(self, version: int) -> tuple[AESGCM, bytes]:
        """The cipher of one version, and how every context under it ends."""
        if version not in self._ciphers:
            key = self._keks.open(self._organisation_id, version)
            self._ciphers[version] = (AESGCM(key), cipher.bind(self._organisation_id.bytes, version))
        return self._ciphers[version]
