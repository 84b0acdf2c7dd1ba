"""Rotation of all keys: broken off at every step, ended by the next run at the same place, with nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, delete, select

from app.data import rotation
from app.data.base import new_id
from app.data.database import prepare_engine
from app.data.key_file import KeyFile, create_key_file
from app.data.key_tables import organisation_keys, record_keys
from app.data.key_transit import KeyTransit
from app.data.keyring import KeyRing
from app.data.organisation_keys import OrganisationKeys
from app.data.setup import migrate
from app.errors import KeyMissing
from tests.servers.transit import TransitServer

HOUSES = (UUID(int=1), UUID(int=2), UUID(int=3))
CASES = 7


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated key store of this module's own."""
    made = create_engine(database_url)
    prepare_engine(made)
    migrate(made, "keys")
    yield made
    made.dispose()


@pytest.fixture
def ring(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyRing:
    """Three organisations with seven cases each, shared in a circle, in an otherwise empty store; small batches."""
    monkeypatch.setattr(rotation, "BATCH", 3)
    with engine.begin() as connection:
        connection.execute(delete(organisation_keys))
        connection.execute(delete(record_keys))
    create_key_file(tmp_path / "root.key")
    made = _other_process(engine, tmp_path)
    for house, neighbour in zip(HOUSES, HOUSES[1:] + HOUSES[:1], strict=True):
        made.ensure_organisation(house)
        for _ in range(CASES):
            case = new_id()
            made.create_key(case, house)
            made.share(case, owner=house, recipient=neighbour, expires_at=None)
    return made


def _other_process(engine: Engine, folder: Path) -> KeyRing:
    return KeyRing(engine, KeyFile(folder / "root.key"))


def _secrets(ring: KeyRing) -> dict[tuple[UUID, UUID], bytes]:
    """Every key by scope and holder, as a process that has opened nothing yet finds it."""
    with ring.keks.engine.connect() as connection:
        held = connection.execute(select(record_keys.c.scope_id, record_keys.c.organisation_id)).all()
    wanted = {holder: [scope for scope, each in held if each == holder] for _, holder in held}
    found = {holder: ring.open_keys(scopes, holder) for holder, scopes in wanted.items()}
    return {(scope, holder): found[holder][scope][1].secret for scope, holder in held}


def _dying_at(
    step: int, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, counted: list[int], *, after: bool
) -> None:
    """Let the process end before or after the `step`th call of a method, counted over all patched methods."""
    real: Callable[..., Any] = getattr(owner, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        number = counted[0] = counted[0] + 1
        if number == step and not after:
            raise Killed
        result = real(*arguments, **options)
        if number == step:
            raise Killed
        return result

    monkeypatch.setattr(owner, name, dying)


def test_a_rotation_broken_off_at_any_step_is_ended_by_the_next_at_the_same_place(
    ring: KeyRing, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, was_killed, step = _secrets(ring), True, 0
    while was_killed:
        step += 1
        generation = KeyFile(tmp_path / "root.key").current()
        start = {house: versions[-1] for house, versions in ring.keks.versions().items()}
        with monkeypatch.context() as patch:
            counted = [0]
            for name in ("write", "destroy_below", "create"):
                _dying_at(step, patch, OrganisationKeys, name, counted, after=name != "write")
            _dying_at(step, patch, KeyFile, "rotate", counted, after=True)
            try:
                rotation.rotate_all(_other_process(engine, tmp_path).keks)
                was_killed = False
            except Killed:
                was_killed = True
        assert _secrets(_other_process(engine, tmp_path)) == before
        fresh = _other_process(engine, tmp_path)
        if rotation.unfinished(fresh.keks) or not rotation.root_is_settled(fresh.keks):
            assert rotation.rotate_all(fresh.keks).resumed
        assert _secrets(_other_process(engine, tmp_path)) == before
        present = fresh.keks.versions()
        assert fresh.keks.provider.current() in (generation, generation + 1)
        assert {house: [start[house] + fresh.keks.provider.current() - generation] for house in HOUSES} == present
    assert step > 20


def test_a_process_that_ran_all_along_opens_everything_and_forgets_the_old_keys(
    ring: KeyRing, engine: Engine, tmp_path: Path
) -> None:
    running, before = _other_process(engine, tmp_path), _secrets(ring)
    assert _secrets(running) == before
    turn = rotation.rotate_all(ring.keks)
    ring.keks.provider.destroy(1)
    assert (turn.root_version, turn.resumed, sum(turn.moved.values())) == (2, False, 3 * (2 * CASES + 1))
    assert _secrets(running) == before
    assert {version for _, version in running.keks._opened} == {2}
    fresh_case = running.create_key(new_id(), HOUSES[0])
    assert ring.open_key(fresh_case.scope_id, HOUSES[0]).secret == fresh_case.secret


def test_a_new_organisation_made_while_the_root_rotates_outlives_the_old_root_key(
    ring: KeyRing, engine: Engine, tmp_path: Path
) -> None:
    running = _other_process(engine, tmp_path)
    rotation.rotate_root(ring.keks)
    running.ensure_organisation(UUID(int=9))
    assert set(ring.keks.root_versions()) == {2}
    ring.keks.provider.destroy(1)
    assert _other_process(engine, tmp_path).open_key(UUID(int=9), UUID(int=9)).generation == 1


def test_wraps_below_the_newest_key_are_counted(ring: KeyRing) -> None:
    ring.keks.create_next(HOUSES[:1])
    ring.next_generation(_a_case(ring, HOUSES[0]), owner=HOUSES[0], recipients=[])
    count = ring.keks.wraps()[HOUSES[0]]
    assert (count.total, count.below, count.generation) == (2 * CASES + 2, 2 * CASES + 1, 2)
    assert rotation.unfinished(ring.keks) == [HOUSES[0]]


def test_a_version_that_is_still_needed_is_not_destroyed(ring: KeyRing) -> None:
    ring.keks.create_next(HOUSES)
    assert not ring.keks.destroy_below(HOUSES[0], 2)
    assert ring.keks.versions(HOUSES[0]) == {HOUSES[0]: [1, 2]}
    with pytest.raises(KeyMissing):
        ring.keks.open(HOUSES[0], 3)


def _a_case(ring: KeyRing, owner: UUID) -> UUID:
    with ring.keks.engine.connect() as connection:
        query = select(record_keys.c.scope_id).where(record_keys.c.organisation_id == owner)
        return next(scope for scope in connection.scalars(query) if scope != owner)


def test_all_keys_turn_under_a_key_service_as_under_a_file(engine: Engine, ring: KeyRing, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("hvs.token-of-this-test")
    token.chmod(0o400)
    service = TransitServer("hvs.token-of-this-test")
    service.start()
    try:
        with engine.begin() as connection:
            connection.execute(delete(organisation_keys))
            connection.execute(delete(record_keys))
        served = KeyRing(engine, KeyTransit(service.url, "einstieg", token))
        made = served.subkey(HOUSES[0], "index")
        assert rotation.rotate_all(served.keks).root_version == 2
        served.keks.provider.destroy(1)
        assert (set(served.keks.root_versions()), service.lowest) == ({2}, 2)
        other = KeyRing(engine, KeyTransit(service.url, "einstieg", token))
        assert other.subkey(HOUSES[0], "index") == made
    finally:
        service.stop()
