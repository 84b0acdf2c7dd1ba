"""Free times out of three full pools, beside the engine without a database and beside a peer's simpler question.

Asked for is every start of a 60-minute talk in 30 days that needs an advisor, an interpreter and a room. The peer
(django-appointment) has the same 20 members of staff with the same bookings and knows neither languages nor rooms.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import event

from app import clock
from app.data.database import db
from scheduling import office
from scheduling.hours import MIDNIGHT, instant
from scheduling.offering.settings import DEFAULTS
from scheduling.queries import Needs, first_free
from scheduling.slots import free_slots
from scheduling.states import AppointmentKind
from scheduling.world import ResourceKind, Slot, Taken
from tests.benchmarks.houses import house
from tests.benchmarks.peers.environment import peer_python
from tests.benchmarks.registry import Measurement, benchmark
from tests.benchmarks.slot_town import CLOSES, DAYS, LANGUAGE, OPENS, Town, fill, plan, taken_of, world_of
from tests.house.source import ROOT

PEER = ROOT / "tests" / "benchmarks" / "peers" / "django_appointments.py"
PEER_ROUNDS = 2
TALK = replace(DEFAULTS[AppointmentKind.FIRST_TALK], minutes_interpreted=60, buffer_after=0)


def _needs(town: Town) -> Needs:
    return Needs(organisation_id=town.owner, setting=TALK, language=LANGUAGE, people=2)


def _ours(town: Town) -> list[Slot]:
    """What a page asks: a new session, everything read from the database."""
    db.session.remove()
    earliest = datetime.combine(town.first, MIDNIGHT, tzinfo=clock.BERLIN)
    return first_free(_needs(town), policy=office.STAFF_POLICY, earliest=earliest, days=DAYS)


def _pure(town: Town, taken: Mapping[UUID, Sequence[Taken]]) -> list[Slot]:
    """The same question to the engine alone: hours and slots, from the same bookings as plain values."""
    ends = town.first + timedelta(days=DAYS)
    request = _needs(town).request(instant(town.first, MIDNIGHT), instant(ends, MIDNIGHT))
    return free_slots(request, world_of(town, office.STAFF_POLICY, taken))


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _queries(town: Town) -> int:
    """How many statements the question sends, to the data and to the key store."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            sent.append(statement)

    engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    _ours(town)
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    return len(sent)


@contextmanager
def _peer(town: Town) -> Iterator[Callable[[], float]]:
    """A function that asks the peer once more and answers its milliseconds."""
    advisors = [person for person, kind in town.people.items() if kind is ResourceKind.ADVISOR]
    rows = [[(day.isoformat(), starts, ends) for day, starts, ends in town.bookings[person]] for person in advisors]
    with TemporaryDirectory() as folder:
        told = {"folder": folder, "staff": rows, "opens": OPENS, "closes": CLOSES, "first": town.first.isoformat()}
        process = subprocess.Popen(
            [str(peer_python()), str(PEER)],
            cwd=Path(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({**told, "days": DAYS}) + "\n")

        def ask() -> float:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            # Its log goes to the same place.
            answer = json.loads(next(line for line in process.stdout if line.startswith("{")))
            assert answer["found"] > 0
            return float(answer["seconds"]) * 1000

        try:
            yield ask
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait(60)


def _slots(kind: str, n: int) -> Measurement:
    with house(kind) as (app, template), app.test_request_context():
        town = plan(template.places["ki"])
        fill(town)
        taken = taken_of(town)
        assert _ours(town) == _pure(town, taken) != []
        with _peer(town) as ask:
            peers = [ask() for _ in range(PEER_ROUNDS)]
            ours, pure = [], []
            spent = time.process_time()
            for _ in range(n):
                ours.append(_milliseconds(lambda: _ours(town)))
            spent = (time.process_time() - spent) / n * 1000
            for _ in range(n):
                pure.append(_milliseconds(lambda: _pure(town, taken)))
        value, engine, peer = (statistics.median(each) for each in (ours, pure, peers))
        return Measurement(
            value=value,
            baseline=engine,
            n=n,
            more={"queries": _queries(town), "peer": peer, "times_faster": peer / value, "processor_ms": spent},
        )


@benchmark("slots", unit="ms", n=25)
def slots(n: int) -> Measurement:
    """From the question to all free starts on SQLite; the baseline is the engine alone, `peer` django-appointment."""
    return _slots("sqlite", n)


@benchmark("slots_postgresql", unit="ms", n=25)
def slots_postgresql(n: int) -> Measurement:
    """The same on PostgreSQL."""
    return _slots("postgresql", n)
