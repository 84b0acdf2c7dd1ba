"""What the shards answer is what scoring every single name answers: the same cases in the same order."""

from __future__ import annotations

from random import Random
from uuid import UUID

import msgspec
import numpy as np
import pytest

from app.data.base import new_id
from app.demo.names import Culture, cultures
from cases import names
from cases.partial_dates import PartialDate
from cases.search.index import Index
from cases.shards import store
from cases.shards.columns import uuids
from cases.shards.facts import CHILD, CaseFacts, PersonFacts
from cases.shards.list_body import ListBody
from cases.shards.reading import Searchable
from cases.shards.search_body import SearchBody, names_of

ODD = [
    "Abd al-Rahman",
    "Huda Nur",
    "Hudanur",
    "Ng",
    "Ö",
    "'",
    "7",
    "Maria-Luisa",
    "عبد الرحمن",
    "Жанна",
    "ተስፋይ",
    "Abubakr",
]


def families(random: Random, count: int) -> list[CaseFacts]:
    """Invented families of every culture, some with names out of the ordinary."""
    return [_family(random, random.choice(cultures())) for _ in range(count)]


def _family(random: Random, culture: Culture) -> CaseFacts:
    surname = random.choice(culture.family)
    name = random.choice(ODD) if random.random() < 0.1 else random.choice([surname.man.own, surname.man.passport])
    given = [random.choice([*culture.girls, *culture.boys]) for _ in range(random.randint(1, 3))]
    people = [
        PersonFacts(
            new_id(),
            CHILD,
            [f"{one.own} {name}", f"{one.passport} {surname.man.passport}".upper()],
            random.choice(["", "2014", "2014-03", "2014-03-05", "2012-12-31"]),
            [f"+49176{random.randint(10**6, 10**7)}"],
        )
        for one in given
    ]
    return CaseFacts(new_id(), name, people=people)


def queries(random: Random, cases: list[CaseFacts], count: int) -> list[str]:
    """Names that are there: whole, turned round, cut short, with a slip, or mixed from two families."""
    found = []
    for _ in range(count):
        words = random.choice(names_of(random.choice(cases))).split()
        if random.random() < 0.3:
            words += random.choice(names_of(random.choice(cases))).split()[:1]
        if random.random() < 0.3:
            words.reverse()
        text = " ".join(words)[: random.choice([3, 6, 60, 60])]
        if len(text) > 3 and random.random() < 0.4:
            at = random.randrange(len(text))
            text = text[:at] + random.choice("aeiklmnrst") + text[at + random.choice([0, 1]) :]
        found.append(text.replace(" ", "") if random.random() < 0.1 else text)
    return [*found, "", "-", "🙂", "ali", "Moh"]


def by_scoring_all(cases: list[CaseFacts], text: str) -> list[UUID]:
    """The slow way: every name of every case, the newest case first."""
    rows = [(facts.case_id, name) for facts in reversed(cases) for name in names_of(facts)]
    ranked = names.rank(text, [name for _, name in rows])
    return list(dict.fromkeys(rows[position][0] for _, position in ranked))


def index_of(cases: list[CaseFacts], *, shards: int) -> Index:
    """Bodies that were sealed and opened: some built at once, some grown from two and cut down again."""
    size = -(-len(cases) // shards)
    parts = [cases[start : start + size] for start in range(0, len(cases), size)]
    bodies = []
    for part, other in zip(parts, [*parts[1:], parts[0]], strict=True):
        grown = SearchBody.build(part[:3]).joined(SearchBody.build(other)).joined(SearchBody.build(part[3:]))
        keep = np.array([one in {facts.case_id for facts in part} for one in uuids(grown.case_ids)])
        bodies.append(grown.restricted(keep))
    return Index([Searchable(SearchBody.from_bytes(body.to_bytes()), None) for body in bodies])


@pytest.mark.parametrize("seed", range(3))
def test_the_answer_is_that_of_scoring_every_name(seed: int) -> None:
    random = Random(seed)
    cases = families(random, 120)
    index = index_of(cases, shards=4)
    for text in queries(random, cases, 60):
        positions, is_all = index.ranked(text, index.current, most=10_000)
        assert is_all
        assert uuids(index.case_ids[positions]) == by_scoring_all(cases, text), text


def test_a_body_grown_and_cut_is_the_body_built_at_once() -> None:
    random = Random(5)
    cases = families(random, 40)
    whole = store.build(cases).joined(store.build(families(random, 30)))
    cut = whole.restricted(np.arange(70) < 40)
    built = store.build(cases)
    for kind, body in cut.by_kind().items():
        other = built.by_kind()[kind]
        assert uuids(body.case_ids) == uuids(other.case_ids)
    assert sorted(cut.search.words()) == sorted(built.search.words())
    assert sorted(cut.search.key_hashes.tolist()) == sorted(built.search.key_hashes.tolist())
    pairs = [
        sorted(zip(b.tokens.tolist(), b.persons.tolist(), strict=True)) for b in (cut.duplicates, built.duplicates)
    ]
    assert pairs[0] == pairs[1]
    assert [cut.people.person(n) for n in range(5)] == [built.people.person(n) for n in range(5)]
    assert cut.list.sort_keys.tolist() == built.list.sort_keys.tolist()


@pytest.mark.parametrize("day", ["2014", "2014-03", "2014-03-05", "2012-12", "1999"])
def test_a_date_finds_whoever_may_be_born_then(day: str) -> None:
    cases = families(Random(9), 60)
    wanted = PartialDate.parse(day)
    slow = {
        facts.case_id
        for facts in cases
        if any(one.born and PartialDate.parse(one.born).could_be(wanted) for one in facts.people)
    }
    index = index_of(cases, shards=3)
    assert set(uuids(index.case_ids[index.born(wanted)])) == slow


def test_nothing_can_be_asked_of_no_shards() -> None:
    index = Index([])
    assert index.ranked("Ali", index.current, most=10)[0].tolist() == []
    assert not index.phone("176123").any()
    assert not index.born(PartialDate(2014)).any()


def test_a_body_written_before_words_had_hashes_gets_them_when_it_is_read() -> None:
    body = SearchBody.build(families(Random(4), 30))
    padded = body.to_bytes()
    columns = msgspec.msgpack.decode(padded[4 : 4 + int.from_bytes(padded[:4], "big")])
    older = msgspec.msgpack.encode(columns[:-1])
    read = SearchBody.from_bytes(len(older).to_bytes(4, "big") + older)
    assert len(set(body.hashes.tolist())) == len(body.words())
    assert read.hashes.tolist() == body.hashes.tolist()
    with pytest.raises(ValueError, match="columns"):
        ListBody.from_bytes(len(older).to_bytes(4, "big") + msgspec.msgpack.encode(columns[:1]))
