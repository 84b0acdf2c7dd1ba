"""Searching without shards: the summaries of some cases are opened one by one and compared.

So search bodies that accepted cases from elsewhere: they hold keys of these cases alone, a few hundred at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.data.database import session
from app.policies import Actor
from cases import names, queries
from cases.models import Case
from cases.partial_dates import PartialDate
from cases.search.terms import Terms, date_of
from cases.sheets import CaseSummary


@dataclass(frozen=True, slots=True, repr=False)
class Scanned:
    """The cases an actor may know of, newest first, with their summaries opened."""

    case_ids: list[UUID]
    opened: dict[UUID, CaseSummary]
    is_makeshift: bool = False

    def answers(self, terms: Terms, *, most: int) -> list[UUID]:
        """The ids of at most `most` cases that answer, best first."""
        if terms.phone is not None:
            return [one for one in self.case_ids if _has_phone(self.opened[one], terms.phone)][:most]
        day = terms.day
        fitting = [one for one in self.case_ids if day is None or _may_be_born(self.opened[one], day)]
        return (_ranked(terms.name, fitting, self.opened) if terms.name else fitting)[:most]


def scan(actor: Actor, *, is_makeshift: bool = False) -> Scanned:
    """Open the summaries of every case `actor` may know of."""
    ids = list(session().scalars(select(Case.id).where(queries.visible_to(actor)).order_by(Case.id.desc())))
    opened = queries.summaries(actor, ids)
    return Scanned([one for one in ids if one in opened], opened, is_makeshift)


def names_of(summary: CaseSummary) -> list[str]:
    """Every name under which a family may be looked for."""
    family = summary.family_name
    return [family, *(f"{line.name} {family}" for line in summary.children), *summary.other_names]


def _ranked(name: str, case_ids: Sequence[UUID], opened: dict[UUID, CaseSummary]) -> list[UUID]:
    owners: list[UUID] = []
    known: list[str] = []
    for case_id in case_ids:
        for one in names_of(opened[case_id]):
            owners.append(case_id)
            known.append(one)
    return list(dict.fromkeys(owners[position] for _, position in names.rank(name, known)))


def _may_be_born(summary: CaseSummary, day: PartialDate) -> bool:
    return any(born is not None and born.could_be(day) for born in (date_of(line.born) for line in summary.children))


def _has_phone(summary: CaseSummary, digits: str) -> bool:
    return bool(digits) and any(digits in phone for phone in (summary.phone, *summary.other_phones))
