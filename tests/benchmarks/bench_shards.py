"""Eight processes that change cases of one KI at once: how many acknowledged changes the shards do not show after.

Each adds guardians to cases all of them work in, through the services; a conflict is tried again as a person would.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from multiprocessing import get_context
from random import Random
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.accounts import queries as accounts
from app.accounts.models import User
from app.data.database import retrying, session, transaction
from app.errors import Conflict
from app.factory import create_app
from cases import services
from cases.intake import services as intake
from cases.kinds import GuardianKind
from cases.shards import keeping, reading, sources, store
from cases.shards.columns import is_among
from cases.shards.facts import CaseFacts
from cases.shards.models import Shard
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet
from config import Config
from tests.benchmarks.houses import house
from tests.benchmarks.registry import Measurement, benchmark
from tests.benchmarks.townsfolk import settle, townsfolk
from tests.plugins.application import Template

WRITERS = 8
CASES = 60
BUSY = 100


@benchmark("shards", unit="lost", n=160)
def shards(n: int) -> Measurement:
    """Changes lost of `n` on SQLite."""
    return Measurement(_lost("sqlite", n), None, n)


@benchmark("shards_postgresql", unit="lost", n=160)
def shards_postgresql(n: int) -> Measurement:
    """Changes lost of `n` on PostgreSQL."""
    return Measurement(_lost("postgresql", n), None, n)


@benchmark("shard_rewritten", unit="ms", n=40)
def shard_rewritten(n: int) -> Measurement:
    """One case of a full shard of `MOST_PEOPLE` people changed: opened, taken out, put in, sealed, written (SQLite)."""
    with house("sqlite") as (_, template):
        owner, random = template.places["ki"], Random(3)
        settle(owner, townsfolk(random, keeping.MOST_PEOPLE))
        shard = session().scalars(select(Shard).where(Shard.organisation_id == owner, Shard.number == 1)).one()
        fresh = next(iter(townsfolk(random, 5)))
        return Measurement(statistics.median(_rewrite(shard.id, fresh) for _ in range(n)), None, n)


def _rewrite(shard_id: UUID, fresh: CaseFacts) -> float:
    start = time.perf_counter()
    with transaction():
        shard = session().get_one(Shard, shard_id, populate_existing=True)
        added, bodies = store.build([fresh]), store.load(shard)
        rest = bodies.restricted(~is_among(bodies.list.case_ids, added.list.case_ids))
        store.save(shard, rest.joined(added))
    return (time.perf_counter() - start) * 1000


def _lost(kind: str, n: int) -> float:
    """Let the writers work, then look for every change in the shards and compare them with the records."""
    with house(kind) as (_, template):
        owner, user_id = template.places["ki"], template.people["lead"]
        case_ids = _open_cases(template)
        session().rollback()
        config: Config = replace(current_app.extensions["config"])
        context = get_context("spawn")
        each = n // WRITERS
        with context.Pool(WRITERS) as pool:
            jobs = [(config, user_id, case_ids, number, each) for number in range(WRITERS)]
            wanted = {name for names in pool.starmap(work, jobs) for name in names}
        session().close()  # nothing from before the writers may stand for what they wrote
        shown = {name for one in reading.people(owner) for name in _names(one)}
        kept = {name for facts in sources.all_of(owner) for person in facts.people for name in person.names}
        if len(wanted) != each * WRITERS:
            raise RuntimeError("a writer gave up")
        return len(wanted - shown) + len(shown ^ kept)


def _names(one: reading.People) -> list[str]:
    return [name for position in range(len(one.people.kinds)) for name in one.people.person(position).names]


def _open_cases(template: Template) -> list[UUID]:
    actor = accounts.actor_of(session().get_one(User, template.people["lead"]))
    family = FamilySheet(family_name="Beispiel", language="uk")
    return [
        services.open_case(actor, family=family, children=[ChildSheet(given_names=f"Kind {number}", born="2014")]).id
        for number in range(CASES)
    ]


def work(config: Config, user_id: UUID, case_ids: list[UUID], number: int, times: int) -> list[str]:
    """What one process does: add `times` guardians to cases at random; answers their names."""
    random, written = Random(number), []
    with create_app(config).app_context():
        actor = accounts.actor_of(session().get_one(User, user_id))
        for turn in range(times):
            name = f"Wächter {chr(65 + number)} {''.join(random.choices('abcdefghik', k=8))} {turn}"
            sheet = GuardianSheet(kind=GuardianKind.MOTHER.value, name=name)
            for _ in range(BUSY):
                case_id = random.choice(case_ids[:12])
                try:
                    retrying(lambda: intake.add_guardian(actor, case_id=case_id, guardian=sheet))  # noqa: B023
                except Conflict:
                    session().rollback()
                    continue
                written.append(name)
                break
    return written
