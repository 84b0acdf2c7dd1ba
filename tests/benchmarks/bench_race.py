"""Sixteen processes that all want the same few times: who wins, what the losers are offered, and what overlaps.

Each attempt is a family's page and its click: read the free times, choose one of the earliest, hold it. A family's
later choice replaces its earlier one, so times come free again and the race goes on to the end. The control does the
same without any guard: it checks first and inserts afterwards, and the database refuses nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from random import Random
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import aliased

from app import clock
from app.data.base import new_id
from app.data.database import db, session, transaction
from app.policies import Actor, OrganisationKind, Role
from cases.models import Case
from cases.services import open_case
from scheduling import office, queries, services
from scheduling.assignment import reserve
from scheduling.hours import local_day
from scheduling.kinds import BookedVia, TalkMode
from scheduling.models import Appointment, Reservation
from scheduling.offering.settings import DEFAULTS
from scheduling.queries import Needs
from scheduling.slots import Refusal, find_assignment, nearest
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind, Slot
from scheduling.worlds import load_world
from tests.benchmarks.houses import house
from tests.benchmarks.registry import Measurement, benchmark
from tests.benchmarks.slot_town import add_resource
from tests.plugins.families import child_sheet, family_sheet

PROCESSES, FAMILIES, DAYS, EARLIEST, SHOWN = 16, 3, 21, 4, 6
CONTROL_ATTEMPTS = 40
POOLS = ((ResourceKind.ADVISOR, 3), (ResourceKind.INTERPRETER, 2), (ResourceKind.ROOM, 2))
KIND = AppointmentKind.FIRST_TALK
UNGUARD = {
    "sqlite": ("DROP TRIGGER reservation_no_overlap_INSERT", "DROP TRIGGER reservation_no_overlap_UPDATE"),
    "postgresql": ("ALTER TABLE reservation DROP CONSTRAINT ex_reservation_overlap",),
}


@dataclass(frozen=True)
class Start:
    """What a racing process needs: its families, the office, how often to try, and with which guard."""

    owner: UUID
    cases: Sequence[UUID]
    attempts: int
    is_guarded: bool
    seed: int


def _race(app: Flask, start: Start, barrier: Barrier, results: multiprocessing.Queue[Counter[str]]) -> None:
    """One process: all its attempts, from the moment the others are ready as well."""
    random, seen = Random(start.seed), Counter[str]()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
        barrier.wait(120)
        for _ in range(start.attempts):
            case_id = random.choice(start.cases)
            try:
                seen[_attempt(start, case_id, random)] += 1
            except Exception as error:
                seen["errors"] += 1
                seen[f"error {type(error).__name__}"] += 1
            db.session.remove()
    results.put(seen)
    results.close()
    results.join_thread()
    os._exit(0)


def _attempt(start: Start, case_id: UUID, random: Random) -> str:
    """Look, choose, take; a loser is shown what lies nearest to the time it wanted."""
    actor = Actor(start.owner, OrganisationKind.KI, invited_to=case_id)
    free = _free(start, case_id)
    if not free:
        return "nothing_free"
    wanted = random.choice(free[:EARLIEST])
    db.session.remove()
    if not start.is_guarded:
        return _take_unguarded(start, case_id, wanted)
    try:
        services.hold(actor, case_id=case_id, kind=KIND, starts=wanted.starts_at)
    except services.SlotTaken:
        db.session.remove()
        others = nearest(_free(start, case_id), wanted.starts, SHOWN)
        return "lost" if others else "lost_without_others"
    return "won"


def _needs(start: Start) -> Needs:
    return Needs(organisation_id=start.owner, setting=DEFAULTS[KIND], language="ar", people=3)


def _free(start: Start, case_id: UUID) -> list[Slot]:
    draft = queries.draft_of(case_id)
    own = [draft.id] if draft else []
    return queries.first_free(_needs(start), policy=office.FAMILY_POLICY, days=DAYS, own=own)


def _take_unguarded(start: Start, case_id: UUID, wanted: Slot) -> str:
    """As most systems do it: check in one transaction, insert in another."""
    day, needs, draft = local_day(wanted.starts), _needs(start), queries.draft_of(case_id)
    own = [draft.id] if draft else []
    world = load_world(start.owner, first=day, last=day, policy=office.FAMILY_POLICY, own=own)
    found = find_assignment(needs.request(wanted.starts, wanted.starts + 1), world, wanted.starts)
    db.session.remove()
    if isinstance(found, Refusal):
        return "lost"
    with transaction():
        appointment = queries.draft_of(case_id) or _draft(start, case_id)
        appointment.hold_ends_at = clock.now() + office.HOLD
        reserve(appointment, found, setting=needs.setting)
    return "won"


def _draft(start: Start, case_id: UUID) -> Appointment:
    made, now = new_id(), clock.now()
    return Appointment(
        id=made,
        organisation_id=start.owner,
        case_id=case_id,
        kind=KIND,
        state=AppointmentState.HELD,
        hold_ends_at=now,
        calendar_uid=f"{made}@einstieg",
        booked_via=BookedVia.FAMILY,
        booked_at=now,
        changed_at=now,
        mode=TalkMode.ON_SITE,
    )


def _open_office(owner: UUID, actor: Actor) -> list[UUID]:
    """Few people and rooms, and the families that want them."""
    with transaction() as current:
        for kind, count in POOLS:
            for number in range(count):
                add_resource(owner, number, new_id(), kind)
        current.flush()
    family = family_sheet(language="ar", interpreter=True)
    cases: list[Case] = [
        open_case(actor, family=family, children=[child_sheet()], guardians=[]) for _ in range(PROCESSES * FAMILIES)
    ]
    return [case.id for case in cases]


def overlaps() -> int:
    """How many pairs of rows that count have the same resource at the same time."""
    one, two = aliased(Reservation), aliased(Reservation)
    query = select(func.count()).select_from(one).join(two, one.resource_id == two.resource_id)
    query = query.where(one.id < two.id, one.starts < two.ends, two.starts < one.ends, one.is_busy, two.is_busy)
    return session().scalar(query) or 0


def _run(
    app: Flask, owner: UUID, cases: Sequence[UUID], attempts: int, *, is_guarded: bool
) -> tuple[Counter[str], float]:
    """All processes from a common start to the last attempt: what they saw, and attempts a second."""
    fork = multiprocessing.get_context("fork")
    barrier, results = fork.Barrier(PROCESSES + 1), fork.Queue()
    session().close()
    for engine in db.engines.values():
        engine.dispose()
    racers = []
    for number in range(PROCESSES):
        own = cases[number * FAMILIES : (number + 1) * FAMILIES]
        start = Start(owner, own, attempts, is_guarded, number)
        racers.append(fork.Process(target=_race, args=(app, start, barrier, results), daemon=True))
    for racer in racers:
        racer.start()
    barrier.wait(120)
    began = time.perf_counter()
    seen = sum((results.get(timeout=1200) for _ in racers), Counter[str]())
    seconds = time.perf_counter() - began
    for racer in racers:
        racer.join(30)
    return seen, PROCESSES * attempts / seconds


def _measure(kind: str, n: int) -> Measurement:
    with house(kind) as (app, template):
        owner = template.places["ki"]
        actor = Actor(owner, OrganisationKind.KI, template.people["reception"], frozenset({Role.RECEPTION}))
        cases = _open_office(owner, actor)
        seen, speed = _run(app, owner, cases, n, is_guarded=True)
        found = overlaps()
        with transaction() as current:
            for statement in UNGUARD[kind]:
                current.execute(text(statement))
        control, control_speed = _run(app, owner, cases, CONTROL_ATTEMPTS, is_guarded=False)
        told = {name: float(seen[name]) for name in ("won", "lost", "lost_without_others", "nothing_free", "errors")}
        control_found = overlaps()
        if control_found == 0:
            raise RuntimeError("the control shows no overlaps, so the race proves nothing")
        more = {"overlaps": float(found), **told, "control_overlaps": float(control_found)}
        more["control_errors"] = float(control["errors"])
        return Measurement(value=speed, baseline=control_speed, n=PROCESSES * n, more=more)


@benchmark("book_race", unit="1/s", n=200)
def book_race(n: int) -> Measurement:
    """Attempts a second of 16 processes with 200 attempts each on SQLite; the baseline is the unguarded control."""
    return _measure("sqlite", n)


@benchmark("book_race_postgresql", unit="1/s", n=200)
def book_race_postgresql(n: int) -> Measurement:
    """The same race on PostgreSQL."""
    return _measure("postgresql", n)
