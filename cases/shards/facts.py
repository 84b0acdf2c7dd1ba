"""What shards hold of a case: enough to find, sort, filter and compare it, and nothing that only its file needs."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from cases import bands
from cases.models import Case
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet

CHILD = "child"
GUARDIAN = "guardian"
KINDS = (CHILD, GUARDIAN)


class PersonFacts(msgspec.Struct, frozen=True):
    """A child or guardian: every name it goes by, its birth date as far as known (ISO), its phones."""

    person_id: UUID
    kind: str
    names: list[str]
    born: str = ""
    phones: list[str] = []

    def __repr__(self) -> str:
        return "<PersonFacts>"


class CaseFacts(msgspec.Struct, frozen=True):
    """One family as shards hold it; `latin` is how a name of another script reads.

    `schooling` has a number for each child, out of which its band is judged on any day (cases/bands.py).
    """

    case_id: UUID
    family_name: str
    language: str = ""
    interpreter: bool = False
    district: int = 0
    schooling: list[int] = []
    people: list[PersonFacts] = []
    latin: str = ""

    def __repr__(self) -> str:
        return "<CaseFacts>"


def facts_of(
    case: Case,
    family: FamilySheet,
    children: Mapping[UUID, ChildSheet],
    guardians: Mapping[UUID, GuardianSheet],
    *,
    latin: str = "",
) -> CaseFacts:
    """Read the facts out of a case's sheets; `children` and `guardians` by the ids of their rows."""
    people = [_child(child.id, children[child.id], family) for child in case.children if child.id in children]
    people += [_guardian(key, sheet, family) for key, sheet in guardians.items()]
    return CaseFacts(
        case_id=case.id,
        family_name=family.family_name,
        language=family.language,
        interpreter=family.interpreter,
        district=family.district,
        schooling=sorted(schooling_of(sheet) for sheet in children.values()),
        people=people,
        latin=latin,
    )


def schooling_of(sheet: ChildSheet) -> int:
    """What decides the band of a child, packed into one number."""
    grade = int(sheet.recommended_grade) if sheet.recommended_grade.isdecimal() else 0
    return bands.pack(bands.Schooling(sheet.born, sheet.school_years, sheet.recommended_stage, grade))


def _child(person_id: UUID, sheet: ChildSheet, family: FamilySheet) -> PersonFacts:
    own = f"{sheet.given_names} {sheet.family_name}".strip()
    names = [f"{own} {family.family_name}", sheet.passport_name]
    return PersonFacts(person_id, CHILD, _known(names), sheet.born, _known([family.phone]))


def _guardian(person_id: UUID, sheet: GuardianSheet, family: FamilySheet) -> PersonFacts:
    return PersonFacts(person_id, GUARDIAN, _known([sheet.name]), "", _known([sheet.phone, family.phone]))


def _known(values: list[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
