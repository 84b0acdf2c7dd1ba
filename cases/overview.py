"""What a file's first page says: the family's facts, its children with their wait, guardians, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app import clock
from app.accounts import queries as people
from app.policies import Actor
from cases import queries, schooling
from cases.child_states import ChildState
from cases.intake.progress import BlockGroup, grouped, progress_of
from cases.keeping import child_name
from cases.kinds import GuardianKind
from cases.latin import latin_reading
from cases.models import Case
from cases.sheets import FamilySheet, GuardianSheet


@dataclass(frozen=True, slots=True, repr=False)
class ChildCard:
    """One child as the first page shows it."""

    child_id: UUID
    name: str
    latin: str
    born: str
    state: ChildState
    waiting_since: date | None
    seated_on: date | None
    days: int | None


@dataclass(frozen=True, slots=True, repr=False)
class GuardianLine:
    """One guardian as the first page shows it."""

    guardian_id: UUID
    role: str
    name: str
    phone: str
    institution: str


@dataclass(frozen=True, slots=True, repr=False)
class Overview:
    """The first page of a file."""

    family: FamilySheet
    children: list[ChildCard]
    guardians: list[GuardianLine]
    advisor: str
    opened_on: date
    gaps: list[str]
    groups: list[BlockGroup]


def of(actor: Actor, case: Case) -> Overview:
    """Open what the first page needs of a case the actor may read."""
    family = queries.family_of(actor, case).sheet
    sheets = {key: stored.sheet for key, stored in queries.children_of(actor, case).items()}
    guardians = {key: stored.sheet for key, stored in queries.guardians_of(actor, case).items()}
    today = clock.today()
    cards = [
        ChildCard(
            child_id=child.id,
            name=child_name(sheets[child.id]),
            latin=latin_reading(child_name(sheets[child.id]), [sheets[child.id].passport_name]),
            born=sheets[child.id].born,
            state=child.state,
            waiting_since=child.waiting_since,
            seated_on=child.seated_on,
            days=schooling.days_without_seat(child, on=today),
        )
        for child in case.children
    ]
    return Overview(
        family=family,
        children=cards,
        guardians=[_line(key, sheet) for key, sheet in guardians.items()],
        advisor=people.names([case.advisor_id]).get(case.advisor_id, "") if case.advisor_id else "",
        opened_on=clock.local(case.opened_at).date(),
        gaps=_gaps(case, family, cards, list(guardians.values())),
        groups=grouped(progress_of(actor, case)),
    )


def _line(guardian_id: UUID, sheet: GuardianSheet) -> GuardianLine:
    return GuardianLine(guardian_id, GuardianKind(sheet.kind).label, sheet.name, sheet.phone, sheet.institution)


def _gaps(case: Case, family: FamilySheet, children: list[ChildCard], guardians: list[GuardianSheet]) -> list[str]:
    """What to ask next, most urgent first."""
    gaps = [
        f"Geburtsdatum von {child.name} fehlt: Die Wartezeit läuft erst damit." for child in children if not child.born
    ]
    if case.advisor_id is None:
        gaps.append("Noch niemand ist für die Beratung zuständig.")
    if not family.phone and not family.email:
        gaps.append("Weder Telefon noch E-Mail sind bekannt.")
    if not family.language:
        gaps.append("Die Sprache der Familie fehlt.")
    if not guardians:
        gaps.append("Sorgeberechtigte oder Vormund fehlen.")
    if not family.arrived_in_town_on and not family.assigned_to_town_on:
        gaps.append("Der Zuzug nach Düsseldorf fehlt: Die Wartezeit zählt so lange ab der Meldung.")
    if not family.district:
        gaps.append("Der Stadtbezirk fehlt.")
    return gaps
