"""What the trail costs: a transaction that changes a sealed record with and without it, and checking a million entries.

`audit`: microseconds of a change (read, seal, save, commit) with its entry in the chain, against the same change with
none. `audit_verify`: seconds to walk a million entries, half of which wrote a record, against five seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from statistics import fmean
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import insert, update

from app import clock
from app.data import audit, records
from app.data.audit import Action, AuditEntry, AuditHead
from app.data.audit_verify import verify
from app.data.base import new_id
from app.data.chaining import MICROSECOND, Act, details_of, rest_of
from app.data.database import db, session, transaction
from app.data.records import Scope, SealedRecord, Sheet
from tests.benchmarks.houses import house
from tests.benchmarks.registry import Measurement, benchmark, microseconds_each, pace

MOST_SECONDS = 5.0
CASES, WRITERS, AT_ONCE = 20_000, 40, 10_000


class LineSheet(Sheet):
    """A sheet of a usual length."""

    KIND = "bench.audit"

    text: str


def _change(organisation_id: UUID, n: int) -> Measurement:
    """One change of a sealed record with the trail, against the same without it."""
    scope, record_id, actor_id = Scope(organisation_id), new_id(), new_id()
    with transaction():
        records.create(LineSheet(text="x" * 400), record_id=record_id, scope=scope)

    def change() -> None:
        stored = records.get(LineSheet, record_id, reader=organisation_id)
        records.save(stored.sheet, record_id=record_id, scope=scope, expected=stored.version)

    def with_trail() -> None:
        with transaction():
            change()
            audit.record(
                Action.CHANGED,
                organisation_id=organisation_id,
                actor_id=actor_id,
                subject_kind="child",
                subject_id=record_id,
                facts={"fields": ["school"]},
            )

    def without() -> None:
        with patch.object(records, "_enter", _nothing), transaction():
            change()

    return microseconds_each(with_trail, without, n=n)


def _nothing(*_: object) -> None:
    """In place of entering."""


def _entries(cases: list[UUID], count: int, seq: int, last: bytes) -> Iterator[dict[str, Any]]:
    """A day's work many times over: every second entry wrote one of the records."""
    actors = [new_id() for _ in range(WRITERS)]
    organisation_id, at = new_id(), clock.now()
    for number in range(count):
        seq += 1
        case_id = cases[number % CASES]
        version, body = number // CASES + 1, _body(number % CASES)
        written = f"child.core {case_id.hex} {version} {sha256(body).hexdigest()}"
        act = Act(
            at + number * MICROSECOND, organisation_id, actors[number % WRITERS],
            "changed" if number % 2 else "read", case_id, "case", case_id, "", '{"part":"overview"}',
            written if number % 2 else "",
        )  # fmt: skip
        entry: dict[str, Any] = {name: getattr(act, name) for name in ("at", "organisation_id", "actor_id", "case_id")}
        entry.update(action=Action(act.action), details=details_of(act), seq=seq, previous=last)
        last = entry["hash"] = sha256(last + f"{seq}{rest_of(act)}".encode()).digest()
        yield entry


def _body(number: int) -> bytes:
    """What stands for the ciphertext of a case: of a usual length, the same in every version."""
    return b"%d" % number * 64


def _records(organisation_id: UUID, cases: list[UUID], count: int) -> Iterator[dict[str, Any]]:
    """The sealed records as the trail last wrote them: those of every second case."""
    for number, case_id in enumerate(cases):
        if number % 2:
            version = (count - number - 1) // CASES + 1
            yield {
                "id": case_id, "organisation_id": organisation_id, "case_id": case_id, "kind": "child.core",
                "record_id": case_id, "version": version, "schema": 1, "body": _body(number), "changed_at": clock.now(),
            }  # fmt: skip


def _check(kind: str, n: int) -> Measurement:
    with house(kind) as (_, template):
        cases = [new_id() for _ in range(CASES)]
        with transaction() as current:
            head = current.get_one(AuditHead, 1)
            entries = _entries(cases, n, head.seq, head.hash)
            while batch := list(islice(entries, AT_ONCE)):
                current.execute(insert(AuditEntry.__table__), batch)
                end = batch[-1]
            current.execute(insert(SealedRecord.__table__), list(_records(template.places["ki"], cases, n)))
            current.execute(update(AuditHead).values(seq=end["seq"], hash=end["hash"]))
        session().close()
        db.engine.dispose()
        paces = [pace()]
        begin = time.perf_counter()
        found = verify(db.engine, processes=min(4, os.cpu_count() or 1))
        taken = time.perf_counter() - begin
        paces.append(pace())
        if found.entries < n or found.breaks or found.records < CASES // 2:
            raise RuntimeError(f"the check went wrong: {found.entries} entries, {found.breaks[:3]}")
    return Measurement(taken, MOST_SECONDS, n, more={"pace": fmean(paces)})


@benchmark("audit", unit="µs", n=1_800)
def change_with_trail_sqlite(n: int) -> Measurement:
    """SQLite."""
    with house("sqlite") as (_, template):
        return _change(template.places["ki"], n)


@benchmark("audit_postgresql", unit="µs", n=1_800)
def change_with_trail_postgresql(n: int) -> Measurement:
    """PostgreSQL, without waiting for the disk: what the trail costs shows the more."""
    with house("postgresql") as (_, template):
        return _change(template.places["ki"], n)


@benchmark("audit_verify", unit="s", n=1_000_000)
def check_a_million_sqlite(n: int) -> Measurement:
    """SQLite."""
    return _check("sqlite", n)


@benchmark("audit_verify_postgresql", unit="s", n=1_000_000)
def check_a_million_postgresql(n: int) -> Measurement:
    """PostgreSQL."""
    return _check("postgresql", n)
