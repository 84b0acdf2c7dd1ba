"""No sealed body opens in the place of another: over record, case, class, organisation and version."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, update

from app import clock
from app.data import files, records
from app.data.base import new_id
from app.data.database import db, session, transaction
from app.data.key_tables import organisation_keys, record_keys
from app.data.keyring import _WRAPS
from app.data.organisation_keys import kek_context
from app.data.records import Scope, SealedRecord, Sheet, keyring
from app.errors import KeyMissing, Tampered
from cases.shards import store
from cases.shards.errors import ShardBroken
from cases.shards.facts import CaseFacts
from cases.shards.models import BodyKind, Shard, ShardBody
from cases.sheets import CaseSummary, FamilySheet
from tests.plugins.application import World

KINDS: tuple[type[Sheet], ...] = (CaseSummary, FamilySheet)


@dataclass(frozen=True)
class Place:
    """Where a sealed body lies: everything its seal binds it to."""

    kind: type[Sheet]
    record_id: UUID
    scope: Scope
    version: int
    schema: int


def _lay_out(world: World) -> dict[Place, bytes]:
    """Two organisations with two cases each, two records of both classes in each, in their first and second version."""
    bodies: dict[Place, bytes] = {}
    for place in (world.ki, world.kim):
        for _ in range(2):
            scope = Scope(place.id, new_id())
            keyring().create_key(scope.key_id, place.id)
            for record_id in (new_id(), new_id()):
                for kind in KINDS:
                    for version in (1, 2):
                        with transaction():
                            records.put(kind(family_name="Kovalenko"), record_id=record_id, scope=scope)
                        bodies[Place(kind, record_id, scope, version, 1)] = _body(kind, record_id)
    return bodies


def _body(kind: type[Sheet], record_id: UUID) -> bytes:
    query = select(SealedRecord.body).where(SealedRecord.kind == kind.KIND, SealedRecord.record_id == record_id)
    return session().scalars(query).one()


def _opens(place: Place, body: bytes) -> bool:
    """Let a row say that it is `place` and hold `body`; open it as every query does."""
    scope = place.scope
    row = (scope.organisation_id, scope.case_id, place.record_id, place.version, place.schema, body, clock.now())
    try:
        records._open(place.kind, [row], place.scope.organisation_id)  # type: ignore[list-item]
    except (Tampered, KeyMissing):
        return False
    return True


def test_every_swap_of_two_bodies_is_found(world: World) -> None:
    bodies = _lay_out(world)
    assert len(bodies) == 32
    assert [place for place, body in bodies.items() if not _opens(place, body)] == []
    pairs = list(permutations(bodies, 2))
    undetected = [(to, source) for to, source in pairs if _opens(to, bodies[source])]
    assert undetected == []
    print(f"swap matrix: {len(pairs)} swaps, all found")


def test_every_column_a_seal_binds_to_is_found_when_it_is_changed(world: World) -> None:
    """A row whose columns are turned to another place does not open there, whoever holds which key."""
    bodies = _lay_out(world)
    places = [place for place in bodies if place.version == 2]
    moved = found = 0
    for place, other in zip(places, places[5:] + places[:5], strict=True):
        columns = {
            "organisation_id": other.scope.organisation_id,
            "case_id": other.scope.case_id,
            "version": other.version + 1,
            "schema": other.schema + 1,
        }
        for column, value in columns.items():
            if value == getattr(place.scope, column, None):
                continue
            moved += 1
            row = update(SealedRecord).where(
                SealedRecord.kind == place.kind.KIND, SealedRecord.record_id == place.record_id
            )
            session().execute(row.values({column: value}))
            found += _refuses(place, other)
            session().rollback()
    assert moved >= 48
    assert found == moved


def _refuses(place: Place, other: Place) -> bool:
    for reader in (place.scope.organisation_id, other.scope.organisation_id):
        try:
            records.get(place.kind, place.record_id, reader=reader)
        except (Tampered, KeyMissing):
            continue
        return False
    return True


def test_every_swap_of_two_wrapped_case_keys_is_found(world: World) -> None:
    """Over case, generation, holder and version of the organisation's key, in both bodies' hands."""
    ring, holders = keyring(), (world.ki.id, world.kim.id)
    for owner, other in (holders, holders[::-1]):
        for _ in range(2):
            scope_id = new_id()
            ring.create_key(scope_id, owner)
            ring.next_generation(scope_id, owner=owner, recipients=[])
            ring.share(scope_id, owner=owner, recipient=other, expires_at=None)
    with db.engines["keys"].connect() as connection:
        held = {holder: _wraps_of(connection, holder) for holder in holders}
    wraps = [(holder, row) for holder, rows in held.items() for row in rows if row[0] not in holders]
    assert len(wraps) == 16
    pairs = [(to, source) for to in wraps for source in wraps]
    opening = [(to, source) for to, source in pairs if _unwraps(*to, source[1])]
    assert opening == [(wrap, wrap) for wrap in wraps], "a wrap opens in the place of another, or not in its own"
    print(f"swap matrix of wraps: {len(pairs) - len(wraps)} swaps, all found")


def _wraps_of(connection: Connection, holder: UUID) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(select(*_WRAPS).where(record_keys.c.organisation_id == holder))]


def _unwraps(holder: UUID, place: tuple[Any, ...], source: tuple[Any, ...]) -> bool:
    """Let the row of `place` hold the wrap and the commitment of `source`."""
    row = (*place[:3], *source[3:])
    try:
        keyring()._unwrap([row], holder)  # type: ignore[list-item]
    except (Tampered, KeyMissing):
        return False
    return True


def test_every_swap_of_two_organisation_keys_is_found(world: World) -> None:
    keys = keyring().keks
    keys.create({place.id: keys.newest(place.id) + 1 for place in (world.ki, world.kim)})
    with db.engines["keys"].connect() as connection:
        rows = connection.execute(select(organisation_keys)).all()
    assert len(rows) >= 6
    for to, source in permutations(rows, 2):
        with pytest.raises(Tampered):
            keys.provider.unwrap(source.wrapped, kek_context(to.organisation_id, to.version))


def test_every_swap_of_two_shard_bodies_is_found(world: World) -> None:
    """Over kind of body, shard, organisation and version."""
    bodies: list[tuple[Shard, BodyKind, bytes]] = []
    for place in (world.ki, world.kim):
        for number in (1, 2):
            told = store.build([CaseFacts(new_id(), "Kovalenko", "uk", False, 3, [], [])])
            with transaction():
                shard = store.create(place.id, number, told)
                bodies += _bodies_of(shard)
                store.save(shard, told)
                bodies += _bodies_of(shard)
    assert len(bodies) == 32
    places = [(row, kind, body) for row, kind, body in bodies]
    undetected = [
        (to[0].number, to[1], source[0].number, source[1])
        for to, source in permutations(places, 2)
        if _shard_opens(to[0], to[1], source[2])
    ]
    assert undetected == []
    assert all(_shard_opens(*place) for place in places)


def _bodies_of(shard: Shard) -> list[tuple[Any, BodyKind, bytes]]:
    """A shard's bodies with the shard as it stood when they were sealed."""
    stood = SimpleNamespace(
        id=shard.id, organisation_id=shard.organisation_id, number=shard.number, version=shard.version
    )
    query = select(ShardBody.kind, ShardBody.body).where(ShardBody.shard_id == shard.id)
    return [(stood, kind, body) for kind, body in session().execute(query)]


def _shard_opens(shard: Any, kind: BodyKind, body: bytes) -> bool:
    keys = keyring().open_keys([shard.id], shard.organisation_id)
    try:
        store.unseal(shard, kind, body, keys)
    except (ShardBroken, Tampered, KeyMissing):
        return False
    return True


def test_every_swap_of_two_files_is_found(world: World, tmp_path: Path) -> None:
    places: list[tuple[UUID, Scope]] = []
    for place in (world.ki, world.kim):
        for _ in range(2):
            scope = Scope(place.id, new_id())
            keyring().create_key(scope.key_id, place.id)
            for file_id in (new_id(), new_id()):
                files.write(tmp_path, file_id, BytesIO(b"%PDF-1.7 Zeugnis"), scope=scope)
                places.append((file_id, scope))
    raw = {file_id: (tmp_path / file_id.hex).read_bytes() for file_id, _ in places}
    for (file_id, scope), (other, _) in permutations(places, 2):
        (tmp_path / file_id.hex).write_bytes(raw[other])
        with pytest.raises((Tampered, KeyMissing)):
            list(files.read(tmp_path, file_id, scope=scope, reader=scope.organisation_id))
        (tmp_path / file_id.hex).write_bytes(raw[file_id])
    assert all(list(files.read(tmp_path, each, scope=scope, reader=scope.organisation_id)) for each, scope in places)
