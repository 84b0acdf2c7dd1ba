"""Duplicates: whether intake shows the right person among the first five, and record linkage on FEBRL 4."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from app.data.base import new_id
from cases.duplicates.candidates import House, near
from cases.duplicates.families import Family, match
from cases.duplicates.rules import LIKELY, Judge, Person
from cases.name_cognates import _GROUPS
from cases.shards.duplicate_tokens import token_texts
from cases.shards.facts import CHILD, CaseFacts, PersonFacts
from cases.shards.people_body import DuplicateBody, PeopleBody
from cases.shards.reading import People
from tests.benchmarks.registry import Measurement, benchmark

DATA = Path(__file__).parent / "data"
PEOPLE = 20_000
CASES_IN_A_SHARD = 400
SHOWN = 5
LETTERS = "abcdefghijklmnopqrstuvwxyz"
Row = dict[str, str]


@benchmark("duplicates", unit="share of people among the first 5, 30 % wrong birth dates, 20,000 people", n=1000)
def duplicates(n: int) -> Measurement:
    """One child typed again, spelled otherwise and with a wrong date in three of ten cases: no phone, no siblings."""
    chance = Random(5)
    population = list(_population(chance))
    house = House(
        [_shard(population[at : at + CASES_IN_A_SHARD]) for at in range(0, len(population), CASES_IN_A_SHARD)]
    )
    everybody = [(facts, person) for facts in population for person in facts.people]
    found = sum(
        facts.case_id in _shown(house, *_typed(person, chance)) for facts, person in chance.sample(everybody, n)
    )
    return Measurement(value=found / n, baseline=None, n=n)


@benchmark("duplicates_febrl4_address", unit="F1 on FEBRL 4 with address, without the national id", n=5000)
def febrl4_address(n: int) -> Measurement:
    """Names, birth date and address."""
    return Measurement(value=_f1(n, with_address=True), baseline=None, n=n)


@benchmark("duplicates_febrl4_name_birth", unit="F1 on FEBRL 4 with name and birth date alone", n=5000)
def febrl4_name_birth(n: int) -> Measurement:
    """Names and birth date."""
    return Measurement(value=_f1(n, with_address=False), baseline=None, n=n)


def _f1(n: int, *, with_address: bool) -> float:
    """Link both files one to one at the threshold of production; the numbers in the ids tell who is who."""
    judge, left, right = Judge(), _febrl("a"), _febrl("b")
    by_token: dict[str, list[str]] = defaultdict(list)
    people = {key: _person(row, with_address=with_address) for key, row in left.items()}
    for key, row in left.items():
        for token in _tokens(row, with_address=with_address):
            by_token[token].append(key)
    scored = []
    for other, row in list(right.items())[:n]:
        copy = _person(row, with_address=with_address)
        for key in {key for token in _tokens(row, with_address=with_address) for key in by_token.get(token, ())}:
            bits = judge.compare(people[key], copy).bits
            if bits >= LIKELY:
                scored.append((bits, key, other))
    linked = _one_to_one(scored)
    right_links = sum(key == other for key, other in linked)
    return 2 * right_links / (len(linked) + n)


def _one_to_one(scored: list[tuple[float, str, str]]) -> list[tuple[str, str]]:
    """Each record once, the strongest pairs first."""
    taken: set[str] = set()
    linked = []
    for _, key, other in sorted(scored, reverse=True):
        if f"a{key}" not in taken and f"b{other}" not in taken:
            taken |= {f"a{key}", f"b{other}"}
            linked.append((key, other))
    return linked


def _febrl(half: str) -> dict[str, Row]:
    text = gzip.decompress((DATA / f"febrl4{half}.csv.gz").read_bytes()).decode()
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    return {row["rec_id"].split("-")[1]: {key: value.strip() for key, value in row.items()} for row in rows}


def _person(row: Row, *, with_address: bool) -> Person:
    address = {
        "street": row["address_1"],
        "number": row["street_number"],
        "place": row["address_2"],
        "postcode": row["postcode"],
        "town": row["suburb"],
    }
    return Person((_name(row),), _born(row), address=address if with_address else {})


def _tokens(row: Row, *, with_address: bool) -> set[str]:
    """The tokens of production; with an address, four exact ones of it."""
    found = token_texts([_name(row)], _born(row))
    if with_address:
        street, number, postcode = row["address_1"], row["street_number"], row["postcode"]
        found |= {
            f"s {street} {number}",
            f"s {street} {postcode}",
            f"n {number} {postcode}",
            f"t {row['suburb']} {postcode}",
        }
    return found


def _name(row: Row) -> str:
    return f"{row['given_name']} {row['surname']}".strip()


def _born(row: Row) -> str:
    text = row["date_of_birth"]
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if text else ""


def _population(chance: Random) -> Iterator[CaseFacts]:
    """Families with one to four children, of the cognate groups' first names and a list of family names."""
    given = [line.split() for line in _GROUPS.strip().splitlines()]
    family = [line.split() for line in (DATA / "family_names.txt").read_text(encoding="utf-8").splitlines()]
    people = 0
    while people < PEOPLE:
        surname = chance.choice(family)
        spelled = chance.choice(surname)
        names = [f"{chance.choice(chance.choice(given))} {spelled}".title() for _ in range(chance.randint(1, 4))]
        people += len(names)
        children = [PersonFacts(new_id(), CHILD, [name], _day(chance).isoformat()) for name in names]
        yield CaseFacts(new_id(), spelled.title(), people=children)


def _day(chance: Random) -> date:
    """Between 6 and 18 years before the day of the benchmark; one in twelve on 1 January, as papers have it."""
    day = date(2008, 1, 1) + timedelta(days=chance.randrange(12 * 365))
    return day.replace(month=1, day=1) if chance.random() < 1 / 12 else day


def _typed(person: PersonFacts, chance: Random) -> tuple[str, str]:
    given, family = person.names[0].split(maxsplit=1)
    spellings = _spellings()
    how = chance.random()
    if how < 0.3:
        given, family = (chance.choice(spellings.get(word.casefold(), [word])) for word in (given, family))
    elif how < 0.5:
        given, family = chance.choice([(_slip(given, chance), family), (given, _slip(family, chance))])
    elif how < 0.6:
        given, family = family, given
    born = _wrong(date.fromisoformat(person.born), chance) if chance.random() < 0.3 else person.born
    return f"{given} {family}".title(), born


def _spellings() -> dict[str, list[str]]:
    lines = [*_GROUPS.strip().splitlines(), *(DATA / "family_names.txt").read_text(encoding="utf-8").splitlines()]
    return {word.title().casefold(): line.split() for line in lines for word in line.split()}


def _slip(word: str, chance: Random) -> str:
    """One letter left out, doubled, changed or exchanged with the next."""
    at = chance.randrange(max(1, len(word) - 1))
    one, two = word[at : at + 1], word[at + 1 : at + 2]
    middle = chance.choice(["" + two, one + one + two, chance.choice(LETTERS) + two, two + one])
    return word[:at] + middle + word[at + 2 :]


def _wrong(day: date, chance: Random) -> str:
    """Day and month swapped, 1 January, a year off, another digit, or another day altogether."""
    how = chance.randrange(5)
    if how == 0 and day.day <= 12:
        return day.replace(month=day.day, day=day.month).isoformat()
    if how == 1:
        return day.replace(month=1, day=1).isoformat()
    if how == 2 and (day.month, day.day) != (2, 29):
        return day.replace(year=day.year + chance.choice([-1, 1])).isoformat()
    if how == 3 and day.day % 10 < 8:
        return (day + timedelta(days=1)).isoformat()
    return _day(chance).isoformat()


def _shown(house: House, name: str, born: str) -> list[UUID]:
    """The cases intake would show first."""
    judge, person = Judge(), PersonFacts(UUID(int=0), CHILD, [name], born)
    typed = Family(None, "", (Person((name,), born),))
    scored = [(match(judge, typed, house.family(case_id)).bits, case_id) for case_id in near(house, [person], [])]
    return [case_id for _, case_id in sorted(scored, key=lambda one: -one[0])[:SHOWN]]


def _shard(cases: list[CaseFacts]) -> People:
    return People(DuplicateBody.build(cases), PeopleBody.build(cases))
