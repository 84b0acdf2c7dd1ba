"""No sealed body opens in the place of another: over record, case, class, organisation and version."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from uuid import UUID

from sqlalchemy import select, update

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope, SealedRecord, Sheet, keyring
from app.errors import KeyMissing, Tampered
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
