"""Searching among 100,000 people: against decrypt-and-scan in the same run, by a limit of time, and by what is found.

Each search opens the shards from the database; nothing of an earlier one is there. The people are those of
`townsfolk`, and among them the ones of `held_out`, each kept in one spelling alone. For shares that were promised to
be found the promise stands as the baseline: a ratio of 1 and more keeps it; elsewhere a ratio up to 1 does.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random

from app.accounts import queries as accounts
from app.accounts.models import User
from app.data.base import new_id
from app.data.database import session
from app.policies import Actor
from cases.search import queries, terms
from cases.search.scanning import scan
from cases.shards.facts import CHILD, CaseFacts, PersonFacts
from tests.benchmarks.held_out import OTHER_SCRIPT, Target, in_other_letters, targets, with_a_slip
from tests.benchmarks.houses import house
from tests.benchmarks.registry import Measurement, benchmark, pace
from tests.benchmarks.townsfolk import settle, townsfolk
from tests.plugins.application import Template

PEOPLE = 100_000
TARGETS = 3000
QUESTIONS = 500
SCANS = 3
AMONG = 20
LIMIT_MS = 60.0
SHARE = 0.95
PROMISED = {"same": 0.999, "typo": 0.995, "latin": 0.95, "native": 0.94}


@dataclass(slots=True)
class Taken:
    """Milliseconds of each search and scan, the share found of each kind of question, people there, the pace."""

    searches: list[float] = field(default_factory=list)
    scans: list[float] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)
    people: int = 0
    paces: list[float] = field(default_factory=list)


@benchmark("search", unit="ms", n=240)
def search(n: int) -> Measurement:
    """The median of a search by that of opening and comparing every summary, on SQLite; promised 1/30."""
    return _by_scan(_taken("sqlite", n))


@benchmark("search_postgresql", unit="ms", n=240)
def search_postgresql(n: int) -> Measurement:
    """The same on PostgreSQL."""
    return _by_scan(_taken("postgresql", n))


@benchmark("search_p95", unit="ms", n=240)
def search_p95(n: int) -> Measurement:
    """p95 of a search on SQLite, by 60 ms."""
    return _by_limit(_taken("sqlite", n), n)


@benchmark("search_p95_postgresql", unit="ms", n=240)
def search_p95_postgresql(n: int) -> Measurement:
    """p95 of a search on PostgreSQL, by 60 ms."""
    return _by_limit(_taken("postgresql", n), n)


@benchmark("search_recall_same", unit="share", n=240)
def recall_same(n: int) -> Measurement:
    """People found among the first 20 answers by the name as it is kept."""
    return _recall("same", n)


@benchmark("search_recall_typo", unit="share", n=240)
def recall_typo(n: int) -> Measurement:
    """The same with one letter changed, left out, put in or swapped."""
    return _recall("typo", n)


@benchmark("search_recall_latin", unit="share", n=240)
def recall_latin(n: int) -> Measurement:
    """The same in another Latin spelling of given and family name."""
    return _recall("latin", n)


@benchmark("search_recall_native", unit="share", n=240)
def recall_native(n: int) -> Measurement:
    """Kept in its own script and asked for in Latin letters, or the other way about."""
    return _recall("native", n)


def _by_scan(taken: Taken) -> Measurement:
    return Measurement(statistics.median(taken.searches), statistics.median(taken.scans), taken.people)


def _by_limit(taken: Taken, n: int) -> Measurement:
    slowest = sorted(taken.searches)[int(len(taken.searches) * SHARE)]
    return Measurement(slowest, LIMIT_MS, n, more={"pace": statistics.median(taken.paces)})


def _recall(kind: str, n: int) -> Measurement:
    return Measurement(_taken("sqlite", n).found[kind], PROMISED[kind], QUESTIONS)


@cache
def _taken(kind: str, n: int) -> Taken:
    random = Random(11)
    with house(kind) as (_, template):
        chosen = [(target, random.random() < 0.5) for target in targets(random, TARGETS)]
        cases = [_case(target, is_native=is_native) for target, is_native in chosen]
        owner = template.places["ki"]
        people = settle(owner, cases)
        people += settle(owner, townsfolk(random, PEOPLE - people))
        actor = _advisor(template)
        asked = [_question(random, *one) for one in random.choices(chosen, k=n)]
        taken = Taken(people=people)
        for number, text in enumerate([asked[0], *asked]):
            taken.searches.append(_timed(actor, lambda text=text: queries.find(actor, text)))
            taken.paces.append(pace())
            if number % (n // SCANS) == n // SCANS - 1:
                question = terms.read(text)
                taken.scans.append(_timed(actor, lambda question=question: scan(actor).answers(question, most=30)))
        del taken.searches[0]
        taken.found = _found(random, actor, list(zip(chosen, cases, strict=True))) if kind == "sqlite" else {}
        return taken


def _case(target: Target, *, is_native: bool) -> CaseFacts:
    """A family of one child, kept in one spelling alone."""
    given, family = (
        (target.given.native, target.family.native) if is_native else (target.given.latin[0], target.family.latin[0])
    )
    return CaseFacts(new_id(), family, people=[PersonFacts(new_id(), CHILD, [f"{given} {family}"], "2014-03-05")])


def _question(random: Random, target: Target, is_native: bool) -> str:
    """What somebody types: a whole name as it is kept, with a slip, in other letters, or a part of it."""
    kept = target.native if is_native else target.latin
    chance = random.randrange(6)
    if chance == 0:
        return with_a_slip(random, target.latin)
    if chance == 1:
        return in_other_letters(random, target) or target.latin
    if chance == 2:
        return target.latin[:5]
    if chance == 3:
        return kept.split()[-1]
    return kept


def _found(random: Random, actor: Actor, known: list[tuple[tuple[Target, bool], CaseFacts]]) -> dict[str, float]:
    among = queries.open_for(actor)
    makers: dict[str, Callable[[Target, bool], str]] = {
        "same": lambda target, is_native: target.native if is_native else target.latin,
        "typo": lambda target, is_native: "" if is_native else with_a_slip(random, target.latin),
        "latin": lambda target, is_native: "" if is_native else in_other_letters(random, target),
        "native": lambda target, is_native: _in_other_script(target, is_native=is_native),
    }
    shares = {}
    for kind, make in makers.items():
        questions = [(make(*one), facts.case_id) for one, facts in random.sample(known, len(known))]
        questions = [question for question in questions if question[0]][:QUESTIONS]
        hits = sum(wanted in among.answers(terms.read(text), most=AMONG) for text, wanted in questions)
        shares[kind] = hits / len(questions)
    return shares


def _in_other_script(target: Target, *, is_native: bool) -> str:
    if target.given.language not in OTHER_SCRIPT:
        return ""
    return target.latin if is_native else target.native


def _timed(actor: Actor, call: Callable[[], object]) -> float:
    session().rollback()
    session().expunge_all()
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def _advisor(template: Template) -> Actor:
    user = session().get_one(User, template.people["advisor"])
    return accounts.actor_of(user)
