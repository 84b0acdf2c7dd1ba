"""The sheet for the authority: only what it needs to choose a school, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from app.policies import Actor
from app.web.format import language_name, partial_day, phone
from cases.placement.child_facts import read_german_level, read_literacy
from cases.placement.distance import german_distance
from cases.placement.queries import Attempt, ChildFile
from cases.queries import guardians_of


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """One heading of the sheet with its lines (label, value)."""

    title: str
    lines: tuple[tuple[str, str], ...]


def blocks_for(actor: Actor, file: ChildFile, attempt: Attempt) -> list[Block]:
    """What stands on the sheet for one attempt; no nationality, no residence status, no health, no notes."""
    blocks = (
        ("Kind", _child(file)),
        ("Sorgeberechtigte", _guardians(actor, file)),
        ("Schule und Sprache", _schooling(file)),
        ("Empfehlung der Beratung", _recommendation(file)),
        ("Vorgeschlagene Schule", _school(attempt)),
    )
    return [Block(title, tuple(line for line in lines if line[1])) for title, lines in blocks]


def field_names(blocks: list[Block]) -> list[str]:
    """The labels of the filled lines, for the trail: which fields left the house."""
    return [label for block in blocks for label, _ in block.lines]


def _child(file: ChildFile) -> tuple[tuple[str, str], ...]:
    family = file.family
    place = f"{family.postcode} {family.town}".strip()
    address = ", ".join(part for part in (family.street, place) if part)
    since = file.child.waiting_since
    return (
        ("Vorname", file.sheet.given_names),
        ("Familienname", file.sheet.family_name or family.family_name),
        ("Geburtsdatum", partial_day(file.sheet.born)),
        ("Adresse", address),
        ("Schulpflichtig seit", f"{since:%d.%m.%Y}" if since else ""),
    )


def _guardians(actor: Actor, file: ChildFile) -> tuple[tuple[str, str], ...]:
    sheets = [stored.sheet for stored in guardians_of(actor, file.case).values()]
    names = ", ".join(sheet.name for sheet in sheets)
    number = next((sheet.phone for sheet in sheets if sheet.phone), file.family.phone)
    spoken = file.family.interpreter_language or file.family.language
    return (
        ("Namen", names),
        ("Telefon", phone(number) if number else ""),
        ("Sprache", language_name(spoken) if spoken else ""),
        ("Dolmetschen", "nötig" if file.family.interpreter else ""),
    )


def _schooling(file: ChildFile) -> tuple[tuple[str, str], ...]:
    sheet = file.sheet
    years = str(sheet.school_years) if sheet.school_years >= 0 else ""
    return (
        ("Schulbesuchsjahre", years),
        ("Letzte Klasse", sheet.last_grade),
        ("Schrift", read_literacy(sheet.literate, sheet.latin_script).label),
        ("Deutsch", read_german_level(sheet.german_level).label),
    )


def _recommendation(file: ChildFile) -> tuple[tuple[str, str], ...]:
    decision = file.decision
    if decision is None:
        return ()
    return (
        ("Schulstufe", decision.stage.label),
        ("Schulform", decision.school_type.label if decision.school_type else ""),
        ("Klasse", str(decision.grade or "")),
        ("Förderform", decision.support.label if decision.support else ""),
        ("Alphabetisierung", "zuerst" if decision.literacy_group else ""),
        ("Begründung", decision.reason),
    )


def _school(attempt: Attempt) -> tuple[tuple[str, str], ...]:
    school, sheet = attempt.placement.school, attempt.sheet
    way = german_distance(sheet.metres, is_estimate=sheet.is_estimate) if sheet.metres >= 0 else ""
    return (
        ("Schule", school.name),
        ("Schulnummer", school.number),
        ("Adresse", f"{school.street}, {school.postcode} {school.town}"),
        ("Luftlinie", way),
        ("Warum diese Schule", sheet.reason),
        ("Abweichung", sheet.deviates_because),
    )
