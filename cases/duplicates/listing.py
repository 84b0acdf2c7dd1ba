"""Likely duplicates among the cases of a house, and what two cases look like beside each other before a merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.data import records
from app.data.database import session
from app.policies import Actor, authorise, permits
from cases import listing, queries
from cases.duplicates import candidates, comparing, hooks, sameness
from cases.duplicates.candidates import Pair
from cases.duplicates.comparing import Conflict
from cases.duplicates.families import match
from cases.duplicates.hooks import Same
from cases.duplicates.models import CaseMerge, MergeNote, NotSame
from cases.duplicates.policies import DuplicatePermission
from cases.duplicates.rules import Judge, Person
from cases.keeping import child_name
from cases.kinds import AccessKind
from cases.listing import Row
from cases.models import Case
from cases.policies import CasePermission
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet

LIKELY_PAIR = 14.0
"""Bits from which two files are listed: more than at intake, where somebody is asked anyway."""
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, repr=False)
class DuplicatePair:
    """Two cases that may be one family; without `may_merge` somebody else has to decide."""

    first: Row
    second: Row
    reasons: tuple[str, ...]
    may_merge: bool


@dataclass(frozen=True, slots=True, repr=False)
class Side:
    """A person of the merged case, and who of the kept one it may be."""

    person_id: UUID
    name: str
    choices: list[tuple[UUID, str]]
    chosen: UUID | None


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """All a person needs to decide a merge."""

    kept: Case
    merged: Case
    kept_row: Row
    merged_row: Row
    sides: list[Side]
    conflicts: list[Conflict]
    obstacles: list[str]

    @property
    def kept_is_shared(self) -> bool:
        """Whether another body works in the case that stays, and would read what comes in."""
        return any(row.kind is AccessKind.HANDOVER for row in self.kept.access)


def duplicate_pairs(actor: Actor) -> list[DuplicatePair]:
    """Pairs of cases of the actor's house that may be one family, most likely first, at most `MOST_SHOWN`."""
    authorise(actor, DuplicatePermission.LIST)
    house, judge = sameness.house_of(actor.organisation_id), Judge()
    found = {}
    for pair in candidates.pairs(house, judge):
        outcome = match(judge, house.family(pair[0]), house.family(pair[1]))
        if outcome.bits >= LIKELY_PAIR:
            found[pair] = outcome
    apart = sameness.set_apart(actor.organisation_id, house, found)
    ordered = sorted(found.keys() - apart, key=lambda pair: -found[pair].bits)[: 2 * MOST_SHOWN]
    cases = _cases(actor, {case_id for pair in ordered for case_id in pair})
    rows = {row.case_id: row for row in listing.rows_by_id(actor, list(cases))}
    shown = [pair for pair in ordered if pair[0] in rows and pair[1] in rows][:MOST_SHOWN]
    return [_pair(actor, pair, rows, cases, found[pair].sentences, found[pair].plain) for pair in shown]


def remembered(actor: Actor) -> list[tuple[Row, Row]]:
    """The pairs somebody set apart, latest first, as far as the actor may find both."""
    authorise(actor, DuplicatePermission.LIST)
    query = select(NotSame).where(NotSame.organisation_id == actor.organisation_id)
    pairs = list(session().scalars(query.order_by(NotSame.decided_at.desc()).limit(MOST_SHOWN)))
    rows = {
        row.case_id: row
        for row in listing.rows_by_id(actor, [case_id for one in pairs for case_id in (one.first_id, one.second_id)])
    }
    return [(rows[one.first_id], rows[one.second_id]) for one in pairs if {one.first_id, one.second_id} <= rows.keys()]


def compare(actor: Actor, *, kept_id: UUID, merged_id: UUID, same: Same | None) -> Comparison:
    """Two cases beside each other; `same` None pairs the people the rules hold for the same."""
    kept = queries.get_case(actor, kept_id, DuplicatePermission.MERGE)
    merged = queries.get_case(actor, merged_id, DuplicatePermission.MERGE)
    chosen = likely_same(kept, merged) if same is None else same
    rows = {row.case_id: row for row in listing.rows_by_id(actor, [kept_id, merged_id])}
    return Comparison(
        kept,
        merged,
        rows[kept_id],
        rows[merged_id],
        _sides(kept, merged, chosen),
        [one for one in comparing.conflicts(kept, merged, chosen, reader=actor.organisation_id) if one.is_asked],
        hooks.obstacles(kept, merged, chosen),
    )


def named(actor: Actor, reference: str) -> UUID | None:
    """The case of the actor's house that bears this reference, as far as the actor may find it."""
    authorise(actor, DuplicatePermission.LIST)
    query = select(Case.id).where(queries.visible_to(actor), Case.reference == reference.strip().upper())
    return session().scalar(query)


def likely_same(kept: Case, merged: Case) -> dict[UUID, UUID]:
    """Children and guardians of the merged case that are likely people of the kept one, each once."""
    judge, found = Judge(), []
    for theirs, ours in zip(_people(merged), _people(kept), strict=True):
        found += [
            (outcome.bits, other_id, own_id)
            for other_id, other in theirs.items()
            for own_id, own in ours.items()
            if (outcome := judge.compare(other[1], own[1])).is_likely
        ]
    same: dict[UUID, UUID] = {}
    for _, other_id, own_id in sorted(found, reverse=True):
        if other_id not in same and own_id not in same.values():
            same[other_id] = own_id
    return same


def merges_of(actor: Actor, case: Case) -> list[tuple[CaseMerge, str, MergeNote]]:
    """What went into a case and was not taken back: the merge, the other's reference, and what was left out."""
    authorise(actor, CasePermission.READ, case)
    query = select(CaseMerge).where(CaseMerge.kept_id == case.id, CaseMerge.undone_at.is_(None))
    merges = list(session().scalars(query.order_by(CaseMerge.decided_at.desc())))
    query_of_shells = select(Case.id, Case.reference).where(Case.merged_into_id == case.id)
    references = {row.id: row.reference for row in session().execute(query_of_shells)}
    notes = records.find_many(MergeNote, [one.id for one in merges], reader=actor.organisation_id)
    return [(one, references.get(one.merged_id, ""), notes[one.id].sheet) for one in merges if one.id in notes]


def _cases(actor: Actor, case_ids: set[UUID]) -> dict[UUID, Case]:
    query = select(Case).where(Case.id.in_(case_ids), queries.visible_to(actor), Case.merged_into_id.is_(None))
    return {case.id: case for case in session().scalars(query.options(selectinload(Case.access)))}


def _pair(
    actor: Actor,
    pair: Pair,
    rows: Mapping[UUID, Row],
    cases: Mapping[UUID, Case],
    sentences: tuple[str, ...],
    plain: tuple[str, ...],
) -> DuplicatePair:
    first, second = (rows[case_id] for case_id in pair)
    may_merge = all(permits(actor, DuplicatePermission.MERGE, cases[case_id]) for case_id in pair)
    return DuplicatePair(first, second, sentences if first.may_read and second.may_read else plain, may_merge)


def _people(case: Case) -> tuple[dict[UUID, tuple[str, Person]], dict[UUID, tuple[str, Person]]]:
    """Children and guardians of a case by id, each with its name and as it is compared."""
    reader = case.organisation_id
    family = records.get(FamilySheet, case.id, reader=reader).sheet.family_name
    children = {}
    for key, stored in records.of_case(ChildSheet, case.id, reader=reader).items():
        names = (f"{child_name(stored.sheet)} {family}", stored.sheet.passport_name)
        children[key] = (
            child_name(stored.sheet),
            Person(tuple(name for name in names if name), stored.sheet.born),
        )
    guardians = {
        key: (stored.sheet.name, Person((stored.sheet.name,)))
        for key, stored in records.of_case(GuardianSheet, case.id, reader=reader).items()
    }
    return children, guardians


def _sides(kept: Case, merged: Case, same: Same) -> list[Side]:
    found = []
    for theirs, ours in zip(_people(merged), _people(kept), strict=True):
        choices = [(own_id, name) for own_id, (name, _) in ours.items()]
        found += [Side(person_id, name, choices, same.get(person_id)) for person_id, (name, _) in theirs.items()]
    return found
