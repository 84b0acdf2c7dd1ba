"""Rotation of an organisation's key: wraps a second while another process reads, which may not fail once.

The promise for SQLite (50,000 a second) is the baseline: a ratio of 1 or more keeps it. PostgreSQL has none.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import Engine, create_engine, insert

from app.data import cipher
from app.data.base import new_id
from app.data.database import prepare_engine
from app.data.key_file import KeyFile, create_key_file
from app.data.key_tables import record_keys
from app.data.keyring import KeyRing
from app.data.organisation_keys import key_context
from app.data.setup import migrate
from tests.benchmarks.registry import Measurement, benchmark
from tests.house.source import ROOT
from tests.servers.postgres import PostgresCluster, find_binaries

PROMISED = 50_000
ORGANISATION = UUID(int=1)
READER = """
import random, sys, time
from pathlib import Path
from uuid import UUID
from sqlalchemy import create_engine, select
from app.data.database import prepare_engine
from app.data.key_tables import record_keys
from app.data.keyring import KeyRing
from app.data.key_file import KeyFile
engine = create_engine(sys.argv[1])
prepare_engine(engine)
ring = KeyRing(engine, KeyFile(Path(sys.argv[2])))
with engine.connect() as connection:
    cases = list(connection.scalars(select(record_keys.c.scope_id).limit(5000)))
reads = failed = 0
print("ready", flush=True)
while not Path(sys.argv[3]).exists():
    wanted = random.sample(cases, 50)
    try:
        failed += len(ring.open_keys(wanted, UUID(int=1))) != 50
    except Exception:
        failed += 1
    reads += 1
    time.sleep(0.002)
print(reads, failed)
"""


@benchmark("rewrap", unit="wraps/s", n=100_000)
def rewrap_on_sqlite(n: int) -> Measurement:
    """A full rotation on SQLite by the promised 50,000 a second."""
    with TemporaryDirectory() as folder:
        rate = _rotate_beside_a_reader(f"sqlite:///{folder}/keys.sqlite", Path(folder), n)
    return Measurement(rate, PROMISED, n)


@benchmark("rewrap_postgresql", unit="wraps/s", n=50_000)
def rewrap_on_postgresql(n: int) -> Measurement:
    """A full rotation on PostgreSQL with its usual durability."""
    with TemporaryDirectory() as folder, _cluster() as cluster:
        return Measurement(_rotate_beside_a_reader(cluster.fresh(), Path(folder), n), None, n)


def _rotate_beside_a_reader(url: str, folder: Path, n: int) -> float:
    """Wraps a second of a rotation with `n` wraps; raises when one read of the other process failed."""
    key_file, stop = folder / "root.key", folder / "stop"
    create_key_file(key_file)
    engine = create_engine(url)
    prepare_engine(engine)
    migrate(engine, "keys")
    ring = KeyRing(engine, KeyFile(key_file))
    _fill(ring, engine, n)
    arguments = [sys.executable, "-c", READER, url, str(key_file), str(stop)]
    reader = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        if reader.stdout is None or reader.stdout.readline() != "ready\n":
            raise RuntimeError("the reader did not start")
        start = time.perf_counter()
        moved = ring.rotate_organisation(ORGANISATION)
        seconds = time.perf_counter() - start
    finally:
        stop.touch()
        told, _ = reader.communicate(timeout=60)
        engine.dispose()
    reads, failed = (int(word) for word in told.split())
    if moved != n + 1 or failed or not reads:
        raise RuntimeError(f"{moved} wraps moved, {failed} of {reads} reads failed")
    return moved / seconds


def _fill(ring: KeyRing, engine: Engine, n: int) -> None:
    ring.ensure_organisation(ORGANISATION)
    kek, made = ring.keks.open(ORGANISATION, 1), datetime.now(UTC)
    with engine.begin() as connection:
        for start in range(0, n, 5000):
            rows = []
            for _ in range(min(5000, n - start)):
                scope_id, secret = new_id(), secrets.token_bytes(cipher.KEY_BYTES)
                rows.append(
                    {
                        "scope_id": scope_id,
                        "generation": 1,
                        "organisation_id": ORGANISATION,
                        "kek_version": 1,
                        "wrapped": cipher.seal(kek, secret, key_context(scope_id, 1, ORGANISATION, 1)),
                        "commitment": cipher.commitment(secret),
                        "created_at": made,
                        "expires_at": None,
                    }
                )
            connection.execute(insert(record_keys), rows)


@contextmanager
def _cluster() -> Iterator[PostgresCluster]:
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL on this machine")
    cluster = PostgresCluster(binaries, durable=True)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
