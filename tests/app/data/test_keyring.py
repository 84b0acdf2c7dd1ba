"""The key ring: who holds which key, since when and how long; and several processes at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.data.base import new_id
from app.data.database import db
from app.data.key_file import KeyFile
from app.data.key_tables import organisation_keys, record_keys
from app.data.keyring import _WRAPS, KeyRing
from app.data.organisation_keys import OrganisationKeys
from app.data.records import keyring
from app.errors import KeyMissing, Tampered
from config import Config
from tests.plugins.application import World

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
RACER = """
import sys, time
from pathlib import Path
from uuid import UUID
from sqlalchemy import create_engine
from app.data.database import prepare_engine
from app.data.keyring import KeyRing
from app.data.organisation_keys import OrganisationKeys
from app.data.key_file import KeyFile
engine = create_engine(sys.argv[1])
prepare_engine(engine)
ring = KeyRing(engine, KeyFile(Path(sys.argv[2])))
time.sleep(max(0, float(sys.argv[3]) - time.time()))
for number in range(1, 9):
    print(ring.subkey(UUID(int=number), "index").hex())
"""


@pytest.fixture
def case_id(world: World) -> UUID:
    """A case of the KI with its first key."""
    made = new_id()
    keyring().create_key(made, world.ki.id)
    return made


def _fresh_ring(config: Config) -> KeyRing:
    """A ring that has opened nothing yet, as another process has it."""
    return KeyRing(db.engines["keys"], KeyFile(config.key_file))


def _turn_a_bit(column: str, table: str, key: UUID) -> None:
    chosen = organisation_keys if table == "organisation_key" else record_keys
    owner = chosen.c.organisation_id if table == "organisation_key" else chosen.c.scope_id
    with db.engines["keys"].begin() as connection:
        value = bytearray(connection.execute(select(chosen.c[column]).where(owner == key)).scalar_one())
        value[-1] ^= 1
        connection.execute(update(chosen).where(owner == key).values({column: bytes(value)}))


@pytest.mark.parametrize("column", ["wrapped", "commitment"])
@pytest.mark.parametrize("table", ["organisation_key", "record_key"])
def test_a_changed_wrap_or_commitment_opens_nothing(
    world: World, config: Config, case_id: UUID, table: str, column: str
) -> None:
    _turn_a_bit(column, table, world.ki.id if table == "organisation_key" else case_id)
    with pytest.raises(Tampered):
        _fresh_ring(config).open_key(case_id, world.ki.id)


def test_a_wrap_moved_to_another_case_generation_or_body_opens_nothing(
    world: World, config: Config, case_id: UUID
) -> None:
    other, table = new_id(), record_keys
    for change in ({"scope_id": other}, {"generation": 7}, {"organisation_id": world.kim.id}):
        with db.engines["keys"].connect() as connection:
            connection.execute(update(table).where(table.c.scope_id == case_id).values(**change))
            scope = table.c.scope_id == change.get("scope_id", case_id)
            rows = connection.execute(select(*_WRAPS).where(scope, table.c.kek_version == 1)).all()
            assert len(rows) == 1
            with pytest.raises(Tampered):
                _fresh_ring(config)._unwrap(rows, change.get("organisation_id", world.ki.id))
            connection.rollback()


def test_a_share_opens_until_it_expires_and_again_when_it_is_renewed(world: World, case_id: UUID) -> None:
    clock.start_at(NOON)
    ring = keyring()
    ring.share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=NOON + timedelta(days=1))
    assert ring.open_key(case_id, world.kim.id).secret == ring.open_key(case_id, world.ki.id).secret
    clock.start_at(NOON + timedelta(days=2))
    with pytest.raises(KeyMissing):
        ring.open_key(case_id, world.kim.id)
    ring.share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=NOON + timedelta(days=3))
    assert ring.open_key(case_id, world.kim.id).secret == ring.open_key(case_id, world.ki.id).secret
    ring.share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
    clock.start_at(NOON + timedelta(days=300))
    assert ring.open_key(case_id, world.kim.id).generation == 1


def test_sharing_twice_changes_nothing(world: World, case_id: UUID) -> None:
    ring = keyring()
    ring.share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
    once = ring.holders(case_id)
    ring.share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
    assert ring.holders(case_id) == once


def test_who_was_never_shared_with_and_who_was_revoked_holds_nothing(world: World, case_id: UUID) -> None:
    ring = keyring()
    assert ring.open_keys([case_id], world.kim.id) == {}
    ring.share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
    ring.drop_keys(case_id, organisation_id=world.kim.id)
    assert ring.open_keys([case_id], world.kim.id) == {}
    assert ring.open_key(case_id, world.ki.id).generation == 1


def test_a_new_generation_is_for_those_who_keep_access(world: World, case_id: UUID) -> None:
    ring = keyring()
    for body in (world.kim, world.welfare):
        ring.share(case_id, owner=world.ki.id, recipient=body.id, expires_at=None)
    fresh = ring.next_generation(case_id, owner=world.ki.id, recipients=[world.welfare.id])
    assert fresh.generation == 2
    assert ring.open_key(case_id, world.welfare.id).secret == fresh.secret
    assert ring.open_key(case_id, world.kim.id).generation == 1
    ring.drop_keys(case_id, below=2)
    assert {body: sorted(held) for body, held in ring.holders(case_id).items()} == {
        world.ki.id: [2],
        world.welfare.id: [2],
    }
    assert case_id in ring.scopes_with_several_wraps()


def test_dropped_keys_are_gone_for_everybody(world: World, case_id: UUID) -> None:
    keyring().drop_keys(case_id)
    with pytest.raises(KeyMissing):
        keyring().open_key(case_id, world.ki.id)


def test_an_organisation_without_a_key_is_given_none(world: World, case_id: UUID) -> None:
    with pytest.raises(KeyMissing):
        keyring().create_key(new_id(), new_id())


def test_a_thousand_cases_are_opened_at_once(world: World) -> None:
    ring = keyring()
    wanted = [new_id() for _ in range(1001)]
    for case_id in wanted[::100]:
        ring.create_key(case_id, world.ki.id)
    assert set(ring.open_keys(wanted, world.ki.id)) == set(wanted[::100])


def test_an_unwrapped_key_is_never_shown(world: World, case_id: UUID) -> None:
    key = keyring().open_key(case_id, world.ki.id)
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_organisation_keys_are_wrapped_anew_under_a_new_root_key(world: World, config: Config, case_id: UUID) -> None:
    provider = KeyFile(config.key_file)
    before = keyring().open_key(case_id, world.ki.id).secret
    provider.rotate()
    ring = KeyRing(db.engines["keys"], provider)
    assert ring.rewrap_organisation_keys() >= 4
    provider.destroy(1)
    assert _fresh_ring(config).open_key(case_id, world.ki.id).secret == before


def test_processes_that_make_the_same_first_keys_agree(app: Flask, config: Config) -> None:
    """All start at one instant and make the keys of the same eight organisations."""
    address = db.engines["keys"].url.render_as_string(hide_password=False)
    start = str(clock.now().timestamp() + 2.5)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, address, str(config.key_file), start],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    told = [racer.communicate(timeout=60) for racer in racers]
    assert [error for _, error in told if error] == []
    assert len({out for out, _ in told}) == 1
    assert len(told[0][0].split()) == 8


def test_a_rotated_organisation_keeps_every_wrap_and_one_version_of_its_key(
    world: World, config: Config, case_id: UUID
) -> None:
    ring, running = keyring(), _fresh_ring(config)
    ring.share(case_id, owner=world.ki.id, recipient=world.kim.id, expires_at=None)
    before = {body: running.open_key(case_id, body).secret for body in (world.ki.id, world.kim.id)}
    held = len(_wraps(world.ki.id))
    assert ring.rotate_organisation(world.ki.id) == held
    assert ring.keks.versions(world.ki.id, world.kim.id) == {world.ki.id: [2], world.kim.id: [1]}
    assert set(_wraps(world.ki.id)) == {2}
    for reader in (ring, running, _fresh_ring(config)):
        assert {body: reader.open_key(case_id, body).secret for body in before} == before
    assert (world.ki.id, 1) not in running.keks._opened


def test_a_wrap_that_does_not_open_keeps_the_version_it_needs(world: World, case_id: UUID) -> None:
    ring = keyring()
    _turn_a_bit("wrapped", "record_key", case_id)
    for _ in range(2):
        with pytest.raises(Tampered):
            ring.rotate_organisation(world.ki.id)
        assert ring.keks.versions(world.ki.id) == {world.ki.id: [1, 2]}
        assert sorted(set(_wraps(world.ki.id))) == [1, 2]
    _turn_a_bit("wrapped", "record_key", case_id)
    ring.rotate_organisation(world.ki.id)
    assert set(_wraps(world.ki.id)) == {3}


def test_a_writer_that_a_rotation_overtakes_uses_the_new_key(
    world: World, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking up the newest version and writing, all of a rotation happens."""
    ring, asked = keyring(), OrganisationKeys.newest
    overtaken: list[int] = []

    def newest(keks: OrganisationKeys, organisation_id: UUID) -> int:
        version = asked(keks, organisation_id)
        if not overtaken:
            overtaken.append(version)
            ring.rotate_organisation(organisation_id)
        return version

    monkeypatch.setattr(OrganisationKeys, "newest", newest)
    made = ring.create_key(new_id(), world.ki.id)
    assert overtaken == [1]
    assert ring.keks.versions(world.ki.id) == {world.ki.id: [2]}
    assert ring.open_key(made.scope_id, world.ki.id).secret == made.secret


def _wraps(holder: UUID) -> list[int]:
    """The version each wrap of an organisation lies under."""
    with db.engines["keys"].connect() as connection:
        return list(
            connection.scalars(select(record_keys.c.kek_version).where(record_keys.c.organisation_id == holder))
        )
