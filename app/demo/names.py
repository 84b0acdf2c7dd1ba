"""Invented people's names, each in the family's own script with its passport spelling (data/names.json)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

LATIN = "latin"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the family writes it, and as the passport has it."""

    own: str
    passport: str


@dataclass(frozen=True, slots=True)
class FamilyName:
    """A family name; in some languages women bear another form of it."""

    man: Name
    woman: Name


@dataclass(frozen=True, slots=True)
class Culture:
    """Names that go together, with the language, the countries of origin and a share of all families."""

    language: str
    countries: tuple[str, ...]
    share: int
    family: tuple[FamilyName, ...]
    girls: tuple[Name, ...]
    boys: tuple[Name, ...]
    script: str
    towns: tuple[str, ...]


@cache
def cultures() -> tuple[Culture, ...]:
    """Every culture of the demo, the most frequent first."""
    rows = json.loads(files("app.demo").joinpath("data/names.json").read_text(encoding="utf-8"))
    return tuple(
        Culture(
            language=row["language"],
            countries=tuple(row["countries"]),
            share=row["share"],
            family=tuple(FamilyName(Name(man, lm), Name(woman, lw)) for man, woman, lm, lw in row["family"]),
            girls=tuple(Name(*pair) for pair in row["girls"]),
            boys=tuple(Name(*pair) for pair in row["boys"]),
            script=row["script"],
            towns=tuple(row["towns"]),
        )
        for row in rows
    )


def pick(random: Random, number: int) -> Culture:
    """A culture for the family of this number: each in turn at first, then by its share."""
    known = cultures()
    if number < len(known):
        return known[number]
    return random.choices(known, weights=[culture.share for culture in known])[0]
