"""A hundred thousand invented people as cases of one KI: rows, keys, sealed summaries and shards are the real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from random import Random
from uuid import UUID

from sqlalchemy import insert, text

from app import clock
from app.data import cipher, records
from app.data.base import new_id
from app.data.database import db, session, transaction
from app.data.keyring import ScopeKey
from app.data.records import Scope
from app.demo import names as demo
from app.demo.names import Culture
from cases.models import Case
from cases.shards import keeping
from cases.shards.facts import CHILD, GUARDIAN, CaseFacts, PersonFacts
from cases.sheets import CaseSummary, ChildLine
from cases.states import CaseState

AT_ONCE = 4000
STEMS = (
    ("Bor", "Dan", "Hry", "Kol", "Lev", "Mar", "Nov", "Ost", "Pol", "Sav", "Tar", "Vas", "Zad", "Chu", "Fed", "Yar"),
    ("a", "e", "i", "o", "u", "ia", "y", "al", "en", "ir"),
    (
        "chenko",
        "dze",
        "escu",
        "ev",
        "hadi",
        "ian",
        "kin",
        "lani",
        "mov",
        "nejad",
        "oglu",
        "poor",
        "riku",
        "ska",
        "zadeh",
    ),
)


def townsfolk(random: Random, people: int) -> Iterator[CaseFacts]:
    """Families until there are so many people: names of the demo, every other family with a made-up family name."""
    count = 0
    while count < people:
        facts = _family(random, demo.pick(random, len(demo.cultures())), count)
        count += len(facts.people)
        yield facts


def _family(random: Random, culture: Culture, number: int) -> CaseFacts:
    surname = random.choice(culture.family)
    made_up = "".join(random.choice(part) for part in STEMS) if random.random() < 0.5 else ""
    name = made_up or (surname.man.own if random.random() < 0.6 else surname.man.passport)
    passport = made_up or surname.man.passport
    phone = f"+49176{number:08}"
    people = []
    for _ in range(random.choices((1, 2, 3, 4), weights=(45, 35, 15, 5))[0]):
        given = random.choice(random.choice((culture.girls, culture.boys)))
        spellings = [f"{given.own} {name}", f"{given.passport} {passport}".upper()]
        people.append(PersonFacts(new_id(), CHILD, spellings, _born(random), [phone]))
    for givens in (culture.girls, culture.boys)[: random.choice((1, 2))]:
        people.append(PersonFacts(new_id(), GUARDIAN, [f"{random.choice(givens).passport} {passport}"], "", [phone]))
    return CaseFacts(new_id(), name, language=culture.language, people=people)


def _born(random: Random) -> str:
    day = date(2008, 1, 1) + timedelta(days=random.randrange(4700))
    return day.isoformat()[: random.choice((10, 10, 10, 10, 7, 4))]


def settle(organisation_id: UUID, families: Iterator[CaseFacts] | Sequence[CaseFacts]) -> int:
    """Write families past the services; answers how many people they are."""
    source, count = iter(families), 0
    while some := list(islice(source, AT_ONCE)):
        count += sum(len(facts.people) for facts in some)
        _write(organisation_id, some)
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # what the server does by itself within a minute
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return count


def _write(organisation_id: UUID, some: list[CaseFacts]) -> None:
    keys = [ScopeKey(facts.case_id, 1, cipher.new_key()) for facts in some]
    records.keyring()._store(keys, [organisation_id], expires_at=None)
    with transaction() as current:
        current.execute(insert(Case.__table__), [_row(organisation_id, facts) for facts in some])
        sheets = [(_summary(facts), facts.case_id, Scope(organisation_id, facts.case_id)) for facts in some]
        records.create_all(sheets)
        keeping.keep_all(organisation_id, some)
    session().expunge_all()


def _row(organisation_id: UUID, facts: CaseFacts) -> dict[str, object]:
    return {
        "id": facts.case_id,
        "organisation_id": organisation_id,
        "reference": f"B-{facts.case_id.hex[-12:]}",
        "state": CaseState.REPORTED,
        "opened_at": clock.now(),
        "version": 1,
    }


def _summary(facts: CaseFacts) -> CaseSummary:
    """The summary a case with these facts has."""
    children = [person for person in facts.people if person.kind == CHILD]
    lines = [
        ChildLine(
            child_id=str(child.person_id), name=child.names[0].removesuffix(f" {facts.family_name}"), born=child.born
        )
        for child in children
    ]
    others = [name for child in children for name in child.names[1:]]
    others += [name for person in facts.people if person.kind == GUARDIAN for name in person.names]
    phones = list(dict.fromkeys(phone for person in facts.people for phone in person.phones))
    return CaseSummary(
        family_name=facts.family_name,
        children=lines,
        other_names=list(dict.fromkeys(others)),
        language=facts.language,
        phone=phones[0] if phones else "",
        other_phones=phones[1:],
    )
