"""What a list of cases is narrowed to and sorted by, and the part of it that the database can answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app import clock
from app.policies import Actor
from cases.bands import Band
from cases.child_states import ChildState
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess, Child
from cases.states import CaseState


class Whose(StrEnum):
    """Whose cases a list shows."""

    OWN = "own"
    ALL = "all"
    UNASSIGNED = "unassigned"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The German words for tabs."""
        return {
            "own": "Meine Fälle",
            "all": "Alle offenen",
            "unassigned": "Ohne Beratung",
            "closed": "Abgeschlossen",
        }[self.value]


class Order(StrEnum):
    """How a list is sorted."""

    WAITING = "waiting"
    NEWEST = "newest"
    DUE = "due"
    NAME = "name"


@dataclass(frozen=True, slots=True, repr=False)
class Filters:
    """What a list is narrowed to; `longer_than` counts days without a seat. Nothing in it is about one person."""

    whose: Whose = Whose.ALL
    state: CaseState | None = None
    child_state: ChildState | None = None
    advisor_id: UUID | None = None
    longer_than: int | None = None
    order: Order = Order.WAITING
    band: Band | None = None
    language: str = ""
    school_id: UUID | None = None
    is_overdue: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether anything beyond the tab is asked for."""
        return self != Filters(whose=self.whose, order=self.order)

    @property
    def asks_for_sealed(self) -> bool:
        """Whether the answer needs what lies sealed: language, band, or the order of names."""
        return bool(self.language) or self.band is not None or self.order is Order.NAME

    def widened(self) -> Filters:
        """The same tab and order with nothing narrowed."""
        return Filters(whose=self.whose, order=self.order)

    def without(self, name: str) -> Filters:
        """The same without one of its conditions."""
        return replace(self, **{name: getattr(Filters(), name)})


@dataclass(frozen=True, slots=True)
class SchoolFilter:
    """What the package that knows schools lends: who is at one, and which there are.

    `choices` selects id, group, and two columns that `label` makes a name of.
    """

    at_school: Callable[[UUID], ColumnElement[bool]]
    choices: Select[UUID, str, str, str]
    label: Callable[[str, str], str]
    group: Callable[[str], str]


_lent: dict[str, SchoolFilter] = {}


def lend_schools(schools: SchoolFilter) -> None:
    """Take `schools` as the filter by school from now on."""
    _lent["schools"] = schools


def schools() -> SchoolFilter | None:
    """The filter by school, if a package lent one."""
    return _lent.get("schools")


def conditions(actor: Actor, filters: Filters) -> ColumnElement[bool]:
    """All of the filters but language and band, which lie sealed; an id that is not known matches nothing."""
    asked = [whose_condition(actor, filters.whose)]
    today = clock.today()
    if filters.state is not None:
        asked.append(Case.state == filters.state)
    if filters.advisor_id is not None:
        asked.append(Case.advisor_id == filters.advisor_id)
    if filters.child_state is not None:
        asked.append(Case.id.in_(select(Child.case_id).where(Child.state == filters.child_state)))
    if filters.longer_than is not None:
        asked.append(Case.waiting_since < date.fromordinal(today.toordinal() - filters.longer_than))
    if filters.is_overdue:
        asked.append(Case.next_due_on < today)
    if filters.school_id is not None:
        known = schools()
        asked.append(known.at_school(filters.school_id) if known else Case.id.in_(()))
    return and_(*asked)


def whose_condition(actor: Actor, whose: Whose) -> ColumnElement[bool]:
    """The condition of a tab."""
    is_open = Case.state != CaseState.CLOSED
    if whose is Whose.CLOSED:
        return Case.state == CaseState.CLOSED
    if whose is Whose.UNASSIGNED:
        return and_(is_open, Case.advisor_id.is_(None))
    if whose is Whose.OWN:
        shared = select(CaseAccess.case_id).where(
            CaseAccess.user_id == actor.user_id,
            CaseAccess.kind.in_([AccessKind.DEPUTY, AccessKind.HANDOVER]),
        )
        return and_(is_open, or_(Case.advisor_id == actor.user_id, Case.id.in_(shared)))
    return is_open
