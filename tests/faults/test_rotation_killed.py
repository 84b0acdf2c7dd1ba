"""Rotations killed again and again while other processes read and write: no read fails and no key is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Event
from signal import SIGKILL
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, insert, select

from app import clock
from app.data import cipher, records, rotation
from app.data.base import new_id
from app.data.database import db, prepare_engine, session, transaction
from app.data.key_tables import record_keys
from app.data.organisation_keys import OrganisationKeys, key_context
from app.data.providers import open_provider
from app.data.records import Scope
from app.errors import EinstiegError
from app.factory import create_app
from cases.sheets import TaskText
from config import Config
from tests.plugins.application import World

FORK = multiprocessing.get_context("fork")
CASES = 60
MORE_WRAPS = 800
KILLS = 5

pytestmark = pytest.mark.slow


@dataclass
class Told:
    """What a reader or writer did: how often, what failed, and for a writer what it wrote last."""

    done: int
    failures: list[str]
    written: dict[UUID, str]


def test_killed_rotations_fail_no_read_and_lose_no_key(
    app: Flask, world: World, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 100)
    owner = world.ki.id
    scopes = [Scope(owner, new_id()) for _ in range(CASES)]
    _fill(owner, scopes)
    _let_go()
    stop = FORK.Event()
    workers = [_begin(config, _read, scopes, stop)]
    workers += [_begin(config, _write, scopes[at::2], stop) for at in (0, 1)]
    broken_off = sum(_kill_a_rotation(config) for _ in range(KILLS))
    keks = records.keyring().keks
    turn = rotation.rotate_all(keks)
    stop.set()
    told = [pipe.recv() for _, pipe in workers]
    for process, _ in workers:
        process.join(20)
    assert broken_off >= 2, "hardly a rotation was under way when it was killed"
    assert [failure for each in told for failure in each.failures] == []
    assert all(each.done > 5 for each in told), [each.done for each in told]
    assert set(keks.root_versions()) == {turn.root_version}
    assert {len(versions) for versions in keks.versions().values()} == {1}
    written = {case: text for each in told for case, text in each.written.items()}
    _all_opens(owner, {scope.key_id for scope in scopes}, written)


def _all_opens(owner: UUID, cases: set[UUID], written: dict[UUID, str]) -> None:
    """Every wrap opens, under the newest key alone, and every record says what was written last."""
    ring = records.keyring()
    newest = ring.keks.newest(owner)
    with db.engines["keys"].connect() as connection:
        query = select(record_keys.c.scope_id, record_keys.c.kek_version).where(record_keys.c.organisation_id == owner)
        rows = connection.execute(query).all()
    assert {version for _, version in rows} == {newest}
    held = ring.open_keys([scope_id for scope_id, _ in rows], owner)
    assert set(held) >= {owner} | cases | set(written)
    assert len(held) == MORE_WRAPS + len({owner} | cases | set(written))
    session().rollback()
    for record_id, text in written.items():
        assert records.get(TaskText, record_id, reader=owner).sheet.text == text


def _fill(owner: UUID, scopes: list[Scope]) -> None:
    """Cases with a record each, and many wraps besides, so that a rotation takes its time."""
    ring = records.keyring()
    for scope in scopes:
        ring.create_key(scope.key_id, owner)
        with transaction():
            records.create(TaskText(text="0"), record_id=scope.key_id, scope=scope)
    kek, rows = ring.keks.open(owner, 1), []
    for _ in range(MORE_WRAPS):
        scope_id, secret = new_id(), cipher.new_key()
        sealed = cipher.seal(kek, secret, key_context(scope_id, 1, owner, 1))
        row = {"scope_id": scope_id, "generation": 1, "organisation_id": owner, "kek_version": 1}
        rows.append(row | {"wrapped": sealed, "commitment": cipher.commitment(secret), "created_at": clock.now()})
    with ring.keks.write() as connection:
        connection.execute(insert(record_keys), rows)


def _kill_a_rotation(config: Config) -> bool:
    """Let rotations run for a moment and kill them; answers whether one was left unfinished."""
    here, there = FORK.Pipe()
    process = FORK.Process(target=_rotate, args=(config, there), daemon=True)
    process.start()
    assert here.poll(20) and here.recv() == "ready" and process.pid is not None
    time.sleep(random.uniform(0.01, 0.3))
    os.kill(process.pid, SIGKILL)
    process.join(10)
    keks = records.keyring().keks
    is_unfinished = bool(rotation.unfinished(keks)) or not rotation.root_is_settled(keks)
    _let_go()
    return is_unfinished


def _rotate(config: Config, pipe: Connection) -> None:
    """One rotation after the other, until killed."""
    engine = create_engine(config.keys_database_url)
    prepare_engine(engine)
    keks = OrganisationKeys(engine, open_provider(config))
    pipe.send("ready")
    while True:
        rotation.rotate_all(keks)


def _read(scopes: list[Scope], stop: Event) -> Told:
    """Open records of random cases, as pages do."""
    told = Told(0, [], {})
    while not stop.is_set():
        wanted = [scope.key_id for scope in random.sample(scopes, 20)]
        try:
            session().rollback()
            if len(records.find_many(TaskText, wanted, reader=scopes[0].organisation_id)) != 20:
                told.failures.append("records are missing")
        except EinstiegError as error:
            told.failures.append(f"reading: {error!r}")
        told.done += 1
        time.sleep(0.02)
    return told


def _write(scopes: list[Scope], stop: Event) -> Told:
    """Save a record of a case of one's own again, and open a new case, as advisors do."""
    told, owner = Told(0, [], {}), scopes[0].organisation_id
    while not stop.is_set():
        text, new = str(told.done), Scope(owner, new_id())
        try:
            records.keyring().create_key(new.key_id, owner)
            for scope in (random.choice(scopes), new):
                with transaction():
                    records.put(TaskText(text=text), record_id=scope.key_id, scope=scope)
                told.written[scope.key_id] = text
        except EinstiegError as error:
            told.failures.append(f"writing: {error!r}")
        told.done += 1
        time.sleep(0.02)
    return told


def _begin(
    config: Config, work: Callable[[list[Scope], Event], Told], scopes: list[Scope], stop: Event
) -> tuple[ForkProcess, Connection]:
    """A process that works until it is stopped, once it has begun to."""
    here, there = FORK.Pipe()
    process = FORK.Process(target=_work, args=(config, work, scopes, stop, there), daemon=True)
    process.start()
    assert here.poll(20) and here.recv() == "ready"
    return process, here


def _work(
    config: Config, work: Callable[[list[Scope], Event], Told], scopes: list[Scope], stop: Event, pipe: Connection
) -> None:
    with create_app(config).app_context():
        pipe.send("ready")
        pipe.send(work(scopes, stop))


def _let_go() -> None:
    """Nothing of a connection may go along into another process."""
    session().rollback()
    session().close()
    for engine in db.engines.values():
        engine.dispose()
