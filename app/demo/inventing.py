"""The sheets of one invented family: names, ways to reach it, siblings, schooling so far."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from app.demo.names import LATIN, Culture, FamilyName, Name
from app.demo.plans import Plan
from cases.child_states import ChildState
from cases.kinds import GuardianKind
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet, HealthSheet, SchoolYears

# Numbers that the Federal Network Agency keeps free for film and print: nobody is ever called by a demo.
PHONES = ("+4917604069", "+493023125", "+496990009", "+494066969", "+498999998", "+492214710")
IN_TOWN_FIRST = ("uk", "ar", "fa", "ti", "ku")


@dataclass(frozen=True, slots=True)
class Invented:
    """One family as it is sealed; children and health sheets stand in the same order."""

    family: FamilySheet
    children: Sequence[ChildSheet]
    health: Sequence[HealthSheet]
    guardians: Sequence[GuardianSheet]


@cache
def texts() -> Mapping[str, Any]:
    """Streets, postcodes and neutral sentences (data/texts.json)."""
    read: Mapping[str, Any] = json.loads(files("app.demo").joinpath("data/texts.json").read_text(encoding="utf-8"))
    return read


def invent(random: Random, number: int, culture: Culture, plan: Plan, *, today: date) -> Invented:
    """A family with one to four children; about one in four has a birth date of which only a part is known."""
    surname = random.choice(culture.family)
    arrived = today - timedelta(days=plan.days + random.randint(10, 90))
    siblings = random.choices((1, 2, 3, 4), weights=(45, 35, 15, 5))[0]
    family = _family(random, number, culture, surname, arrived)
    children = [_child(random, culture, surname, plan, arrived, today, order) for order in range(siblings)]
    return Invented(
        family=family,
        children=children,
        health=[_health(random) for _ in children],
        guardians=_guardians(random, culture, surname, family),
    )


def _family(random: Random, number: int, culture: Culture, surname: FamilyName, arrived: date) -> FamilySheet:
    postcode, district = random.choice(texts()["postcodes"])
    fled = culture.language in IN_TOWN_FIRST
    name = surname.man.own if random.random() < 0.6 else surname.man.passport
    interpreted = random.random() < 0.8
    return FamilySheet(
        family_name=name,
        phone=phone_of(number),
        email=f"familie{number}@einstieg.example" if random.random() < 0.7 else "",
        channel=random.choice(("phone", "sms", "email", "letter")),
        letter_language=culture.language,
        street=f"{random.choice(texts()['streets'])} {random.randint(1, 120)}",
        postcode=postcode,
        district=district,
        accommodation=texts()["accommodation"][0 if fled and random.random() < 0.5 else 1],
        language=culture.language,
        interpreter=interpreted,
        interpreter_language=culture.language if interpreted else "",
        arrived_in_germany_on=(arrived - timedelta(days=random.randint(0, 60))).isoformat(),
        arrived_in_town_on=arrived.isoformat(),
        arrival_reason="flight" if fled else random.choice(("work", "family")),
        wishes=random.choice(texts()["wishes"]),
        reported_by=random.choice(texts()["reported_by"]),
    )


def phone_of(number: int) -> str:
    """A number of a range that is never given to anybody; after 6,000 families they come again."""
    return f"{PHONES[number // 1000 % len(PHONES)]}{number % 1000:03}"


def _child(
    random: Random, culture: Culture, surname: FamilyName, plan: Plan, arrived: date, today: date, order: int
) -> ChildSheet:
    is_girl = random.random() < 0.5
    given = random.choice(culture.girls if is_girl else culture.boys)
    own_surname = surname.woman if is_girl else surname.man
    age = random.randint(6, 17) if plan.child is not ChildState.NOT_COMPULSORY else random.choice((4, 19))
    born = today - timedelta(days=plan.days // 2 + age * 365 + random.randint(1, 360))
    reads = age >= 8 and random.random() < 0.9
    latin = "yes" if reads and (culture.script == LATIN or random.random() < 0.4) else "no"
    years = max(0, age - 7) if reads else 0
    return ChildSheet(
        given_names=given.own,
        family_name=own_surname.own if own_surname != surname.man else "",
        passport_name=f"{given.passport} {own_surname.passport}".upper(),
        gender="f" if is_girl else "m",
        born=_known_part(random, born, order),
        birth_place=random.choice(culture.towns),
        birth_country=random.choice(culture.countries),
        nationality=random.choice(culture.countries),
        arrived_on=arrived.isoformat(),
        languages=[culture.language],
        foreign_languages="Englisch" if years >= 3 else "",
        literate="yes" if reads else "no",
        script=culture.script if reads else "",
        latin_script=latin,
        german_level=random.choices(("0", "A1", "A2", "B1"), weights=(60, 25, 10, 5))[0],
        school_biography=_schooling(random, culture, years, arrived),
        school_years=years,
        last_grade=str(years) if years else "",
        interests=random.choice(texts()["interests"]),
        **_recommendation(plan, age),
    )


def _known_part(random: Random, born: date, order: int) -> str:
    """The birth date as papers have it: sometimes the year alone, sometimes without the day, often 1 January."""
    chance = random.random()
    if chance < 0.08:
        return f"{born.year}"
    if chance < 0.14:
        return f"{born.year}-{born.month:02}"
    if chance < 0.22 and order == 0:
        return f"{born.year}-01-01"
    return born.isoformat()


def _schooling(random: Random, culture: Culture, years: int, arrived: date) -> list[SchoolYears]:
    if years == 0:
        return []
    left = arrived.year
    return [
        SchoolYears(
            country=random.choice(culture.countries),
            from_year=str(left - years),
            to_year=str(left),
            school_type="Grundschule" if years <= 4 else "Allgemeinbildende Schule",
            grade=str(years),
        )
    ]


def _recommendation(plan: Plan, age: int) -> dict[str, Any]:
    """What the talk recommended, once there was one: stage by age, the rest as the rules mostly have it."""
    if not plan.has_talked or plan.child in (ChildState.UNREACHABLE, ChildState.NOT_COMPULSORY):
        return {}
    if age < 10:
        stage, school_type, support = "primary", "02", "german_group"
    elif age < 16:
        stage, school_type, support = "lower_secondary", ("15", "04", "10", "20")[age % 4], "german_class"
    else:
        stage, school_type, support = "upper_secondary", "30", "ifk"
    return {
        "recommended_stage": stage,
        "recommended_school_type": school_type,
        "recommended_grade": str(max(1, age - 5)) if age < 16 else "",
        "recommended_support": support,
        "literacy_group": "no",
    }


def _health(random: Random) -> HealthSheet:
    return HealthSheet(
        measles_proof=random.choice(("vaccinated", "vaccinated", "immune", "missing")),
        school_examination=random.choice(("requested", "scheduled", "done")),
        special_needs="none",
    )


def _guardians(random: Random, culture: Culture, surname: FamilyName, family: FamilySheet) -> list[GuardianSheet]:
    mother: Name = random.choice(culture.girls)
    father: Name = random.choice(culture.boys)
    found = [
        GuardianSheet(
            kind=GuardianKind.MOTHER.value,
            name=f"{mother.passport} {surname.woman.passport}",
            phone=family.phone,
            language=culture.language,
            birth_country=culture.countries[0],
            custody_proof="not_needed",
        )
    ]
    if random.random() < 0.6:
        found.append(
            GuardianSheet(
                kind=GuardianKind.FATHER.value,
                name=f"{father.passport} {surname.man.passport}",
                language=culture.language,
                birth_country=culture.countries[0],
                custody_proof="not_needed",
            )
        )
    return found
