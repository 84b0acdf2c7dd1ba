"""The check before a case is made or a child is added: who in the house may be the same, side by side, with reasons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.data import audit
from app.data.audit import Action
from app.data.database import session, transaction
from app.policies import Actor, authorise, permits
from app.web.format import phone
from cases import listing, queries
from cases.duplicates import candidates, sameness
from cases.duplicates.families import Family, Match, match
from cases.duplicates.rules import Judge, Person
from cases.listing import Row
from cases.models import Case
from cases.partial_dates import PartialDate, PartialDateError
from cases.policies import CasePermission
from cases.shards.facts import CHILD, GUARDIAN, PersonFacts
from cases.sheets import CaseSummary

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """A family or a child as somebody types it: what is compared, and what stands beside the cases found."""

    family_name: str
    children: tuple[tuple[str, str], ...]
    guardians: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    def people_of_children(self) -> list[tuple[str, str]]:
        """Each child's whole name and birth date."""
        return [(f"{name} {self.family_name}".strip(), born) for name, born in self.children]

    def family(self) -> Family:
        """As it is compared."""
        children = tuple(Person((name,), born) for name, born in self.people_of_children())
        guardians = tuple(Person((name,)) for name in self.guardians)
        return Family(None, self.family_name, children, guardians, frozenset(self.phones) - {""})

    def people(self) -> list[PersonFacts]:
        """As its tokens are made."""
        nobody = UUID(int=0)
        found = [PersonFacts(nobody, CHILD, [name], born) for name, born in self.people_of_children()]
        return found + [PersonFacts(nobody, GUARDIAN, [name]) for name in self.guardians]


@dataclass(frozen=True, slots=True, repr=False)
class Suspect:
    """A case that may be the same family; without `may_read` only whom to ask, and reasons without their values."""

    row: Row
    match: Match
    may_change: bool
    lines: list[tuple[str, str, str]]

    @property
    def case_id(self) -> UUID:
        """Whose file it is."""
        return self.row.case_id

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, as far as this actor may know."""
        return self.match.sentences if self.row.may_read else self.match.plain


def likely_families(actor: Actor, typed: Typed, *, apart_from: Collection[UUID] = ()) -> list[Suspect]:
    """The cases of the actor's house that may be this family, most likely first, at most `MOST_SHOWN`.

    The audit trail keeps that somebody looked and which cases were shown.
    """
    authorise(actor, CasePermission.SEARCH)
    house = sameness.house_of(actor.organisation_id)
    near = [one for one in candidates.near(house, typed.people(), typed.phones) if one not in apart_from]
    known = _findable(actor, near)
    summaries = queries.summaries(actor, known)
    judge, family = Judge(), typed.family()
    matches = {
        case_id: match(judge, family, house.family(case_id, summaries[case_id].family_name))
        for case_id in known
        if case_id in house.rows_of_case
    }
    likely = sorted((key for key, found in matches.items() if found.is_likely), key=lambda key: -matches[key].bits)
    shown = likely[:MOST_SHOWN]
    rows = {row.case_id: row for row in listing.rows_by_id(actor, shown)}
    _note(actor, [key for key in shown if key in rows])
    return [_suspect(actor, typed, rows[key], matches[key], summaries[key]) for key in shown if key in rows]


def known_children(actor: Actor, case: Case, typed: Typed) -> set[int]:
    """Which of the children somebody types already stand in this case, by their position."""
    authorise(actor, CasePermission.FIND, case)
    house, judge = sameness.house_of(case.organisation_id), Judge()
    if case.id not in house.rows_of_case:
        return set()
    present = house.family(case.id).children
    return {
        position
        for position, child in enumerate(typed.family().children)
        if any(judge.compare(child, one).is_likely for one in present)
    }


def _findable(actor: Actor, case_ids: Sequence[UUID]) -> list[UUID]:
    query = select(Case.id).where(Case.id.in_(case_ids), queries.visible_to(actor), Case.merged_into_id.is_(None))
    return list(session().scalars(query))


def _suspect(actor: Actor, typed: Typed, row: Row, found: Match, summary: CaseSummary) -> Suspect:
    if not row.may_read:
        return Suspect(row, found, False, [])
    case = (
        session().scalars(select(Case).where(Case.id == row.case_id).options(selectinload(Case.access)).limit(1)).one()
    )
    known_phones = [number for number in (summary.phone, *summary.other_phones) if number]
    lines = [
        ("Familienname", typed.family_name, _both(row.family_name, row.latin)),
        (
            "Kinder",
            ", ".join(_child(name, born) for name, born in typed.children),
            ", ".join(_child(_both(child.name, child.latin), child.born) for child in row.children),
        ),
        ("Telefon", Markup(", ").join(map(phone, typed.phones)), Markup(", ").join(map(phone, known_phones))),
        ("Weitere Namen", ", ".join(typed.guardians), ", ".join(summary.other_names)),
    ]
    return Suspect(
        row,
        found,
        permits(actor, CasePermission.CHANGE, case),
        [line for line in lines if line[1] or line[2]],
    )


def _both(name: str, latin: str) -> str:
    return f"{name} ({latin})" if latin else name


def _child(name: str, born: str) -> str:
    try:
        return ", ".join(part for part in (name, f"geboren {PartialDate.parse(born).german()}") if part)
    except PartialDateError:
        return name


def _note(actor: Actor, case_ids: Sequence[UUID]) -> None:
    with transaction():
        audit.record(
            Action.SEARCHED,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="duplicate_check",
            facts={"hits": len(case_ids), "cases": [str(case_id) for case_id in case_ids]},
        )
