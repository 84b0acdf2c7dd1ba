"""Everything the page of the case list shows, in as few queries as it takes: rows, tabs, kept filters, choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, literal, select, union_all

from app.accounts import queries as people
from app.accounts.models import User, UserProfile, UserRole
from app.data.database import session
from app.data.together import Opened, find_together
from app.policies import Actor, OrganisationKind, Role, authorise
from app.web.pagination import Page
from cases import list_filters, list_order, listing
from cases.filters import queries as kept_filters
from cases.filters.models import SavedFilterName
from cases.filters.queries import FilterRow, KeptFilter
from cases.list_filters import Filters, Whose
from cases.listing import Row
from cases.models import Case
from cases.policies import CasePermission
from cases.sheets import CaseSummary

ADVISOR, FILTER, SCHOOL = "advisor", "filter", "school"


@dataclass(frozen=True, slots=True, repr=False)
class ListPage:
    """One page of the list with what surrounds it; schools stand in groups by school form."""

    page: Page[Row]
    counts: dict[Whose, int]
    kept: list[KeptFilter]
    advisors: list[tuple[UUID, str]]
    schools: list[tuple[str, list[tuple[UUID, str]]]]


@dataclass(slots=True, repr=False)
class _Lists:
    advisor_ids: list[UUID]
    schools: dict[str, list[tuple[UUID, str]]]
    kept: list[FilterRow]


def load(actor: Actor, filters: Filters, *, number: int) -> ListPage:
    """One page of the cases `actor` may know of; about ten queries, however many cases, people or schools there are."""
    authorise(actor, CasePermission.LIST)
    found = list_order.find(actor, filters, number=number)
    cases = listing.load(found.case_ids)
    lists = _lists(actor)
    opened = find_together(
        {
            CaseSummary: found.case_ids,
            UserProfile: _of_the_house(actor, cases, lists.advisor_ids),
            SavedFilterName: [row.id for row in lists.kept],
        },
        reader=actor.organisation_id,
    )
    names = _names(opened, cases)
    people.remember_names(names)
    summaries = {case_id: stored.sheet for case_id, stored in opened.of(CaseSummary).items()}
    advisors = [(user_id, names[user_id]) for user_id in lists.advisor_ids if user_id in names]
    return ListPage(
        page=Page(listing.rows_of(actor, cases, summaries, names), found.number, found.total),
        counts=found.counts,
        kept=kept_filters.named(actor, lists.kept, opened.of(SavedFilterName)),
        advisors=sorted(advisors, key=_name),
        schools=[(group, sorted(lists.schools[group], key=_name)) for group in sorted(lists.schools)],
    )


def _of_the_house(actor: Actor, cases: Sequence[Case], advisor_ids: Sequence[UUID]) -> set[UUID]:
    """Whose names the actor's own key opens: the actor, and at a KI the advisors, who are of the same house."""
    own = {actor.user_id} if actor.user_id else set()
    if actor.organisation_kind is not OrganisationKind.KI:
        return own
    return own | set(advisor_ids) | {case.advisor_id for case in cases if case.advisor_id}


def _names(opened: Opened, cases: Sequence[Case]) -> dict[UUID, str]:
    names = {user_id: stored.sheet.name for user_id, stored in opened.of(UserProfile).items()}
    elsewhere = {case.advisor_id for case in cases if case.advisor_id} - set(names)
    return names | (people.names(elsewhere) if elsewhere else {})


def _lists(actor: Actor) -> _Lists:
    """Advisors of the house, schools and kept filters in one query: many rows, but ids and short texts alone."""
    found = _Lists([], {}, [])
    known = list_filters.schools()
    parts = [_marked(FILTER, kept_filters.texts_for(actor))]
    if actor.organisation_kind is OrganisationKind.KI:
        parts.append(_marked(ADVISOR, _advisors(actor)))
    if known is not None:
        parts.append(_marked(SCHOOL, known.choices))
    for kind, row_id, *texts in session().execute(union_all(*parts)):
        if kind == ADVISOR:
            found.advisor_ids.append(row_id)
        elif kind == FILTER:
            found.kept.append(kept_filters.row_of(actor, row_id, *texts))
        elif known is not None:
            found.schools.setdefault(known.group(texts[0]), []).append((row_id, known.label(texts[1], texts[2])))
    return found


def _advisors(actor: Actor) -> Select[UUID, str, str, str]:
    counsels = select(UserRole.user_id).where(UserRole.role.in_([Role.ADVISOR, Role.LEAD]))
    return select(User.id, _text(""), _text(""), _text("")).where(
        User.organisation_id == actor.organisation_id, User.is_active.is_(True), User.id.in_(counsels)
    )


def _marked(kind: str, rows: Select[UUID, str, str, str]) -> Select[*tuple[Any, ...]]:
    listed = rows.subquery()
    return select(_text(kind), *listed.c)


def _text(value: str) -> ColumnElement[str]:
    return cast(literal(value), String)


def _name(entry: tuple[UUID, str]) -> str:
    return entry[1].casefold()
