"""Four threads that work for four organisations in turn never seal a value under another's key."""

from __future__ import annotations

import random
import threading
from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.database import db, transaction
from app.data.records import Scope, keyring
from app.errors import KeyMissing, Tampered
from cases.sheets import TaskText
from tests.plugins.application import World

THREADS = 4
VALUES = 80_000
BATCH = 250
ROWS = 40


class Worker(threading.Thread):
    """Seals batches for one organisation after another, opens them again, and keeps what went wrong."""

    def __init__(self, app: Flask, scopes: list[Scope], seed: int) -> None:
        super().__init__()
        self.app, self.scopes, self.dice = app, scopes, random.Random(seed)
        self.count = 0
        self.foreign: list[UUID] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """All batches of this thread, some of them through the database."""
        try:
            with self.app.app_context():
                for number in range(VALUES // THREADS // BATCH):
                    scope = self.dice.choice(self.scopes)
                    self._seal_and_open(scope, number)
                    if number % 16 == 0:
                        self._through_the_database(scope)
                db.session.remove()
        except BaseException as error:
            self.error = error

    def _seal_and_open(self, scope: Scope, number: int) -> None:
        mark = str(scope.organisation_id)
        key = keyring().open_key(scope.key_id, scope.organisation_id)
        rows = []
        for _ in range(BATCH):
            record_id = new_id()
            sealed = records._sealed_values(TaskText(text=mark), record_id, scope, key, version=1)
            body = sealed["body"]
            rows.append((scope.organisation_id, scope.case_id, record_id, 1, 1, body, clock.now()))
        opened = records._open(TaskText, rows, scope.organisation_id)  # type: ignore[arg-type]
        self.count += len(opened)
        self.foreign += [key for key, stored in opened.items() if stored.sheet.text != mark]
        self._nobody_else_opens(rows[number % BATCH], scope)

    def _nobody_else_opens(self, row: tuple[object, ...], scope: Scope) -> None:
        for other in self.scopes:
            if other != scope:
                with pytest.raises((KeyMissing, Tampered)):
                    records._open(TaskText, [row], other.organisation_id)  # type: ignore[list-item]

    def _through_the_database(self, scope: Scope) -> None:
        mark = str(scope.organisation_id)
        ids = [new_id() for _ in range(ROWS)]
        with transaction():
            records.create_all([(TaskText(text=mark), record_id, scope) for record_id in ids])
        opened = records.find_many(TaskText, ids, reader=scope.organisation_id)
        assert len(opened) == ROWS
        self.foreign += [key for key, stored in opened.items() if stored.sheet.text != mark]


def test_of_80_000_values_of_four_threads_and_organisations_none_is_foreign(app: Flask, world: World) -> None:
    scopes = []
    for place in (world.ki, world.kim, world.welfare, world.authority):
        scope = Scope(place.id, new_id())
        keyring().create_key(scope.key_id, place.id)
        scopes.append(scope)
    workers = [Worker(app, scopes, seed) for seed in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert [worker.error for worker in workers if worker.error] == []
    assert sum(worker.count for worker in workers) == VALUES
    assert [foreign for worker in workers for foreign in worker.foreign] == []
