"""What a list of cases is narrowed to and sorted by: by group of state and advisor, by row, by rows elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from app import clock
from app.labelled import Labelled
from app.policies import Actor
from cases.bands import Band
from cases.child_states import ChildState
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess, Child
from cases.states import CaseState


class Whose(Labelled):
    """Whose cases a list shows, with the words of its tab."""

    OWN = "own", "Meine Fälle"
    ALL = "all", "Alle offenen"
    UNASSIGNED = "unassigned", "Ohne Beratung"
    CLOSED = "closed", "Abgeschlossen"


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
    """What the package that knows schools lends: the cases at one, and which there are.

    `choices` selects id, group, and two columns that `label` makes a name of.
    """

    at_school: Callable[[UUID], Select[UUID]]
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


@dataclass(frozen=True, slots=True)
class Group:
    """The visible cases of one state and advisor, and how many they are."""

    state: CaseState
    advisor_id: UUID | None
    count: int

    @property
    def is_open(self) -> bool:
        """Whether these cases are still worked on."""
        return self.state is not CaseState.CLOSED

    def answers(self, filters: Filters) -> bool:
        """Whether state and advisor are those asked for, whatever the tab; an id that is not known matches nothing."""
        return filters.state in (None, self.state) and filters.advisor_id in (None, self.advisor_id)


def is_behind(whose: Whose, group: Group, actor: Actor) -> bool:
    """Whether the cases of a group stand behind a tab; "own" also has those that `shared_with` selects."""
    if whose is Whose.CLOSED or not group.is_open:
        return whose is Whose.CLOSED and not group.is_open
    if whose is Whose.UNASSIGNED:
        return group.advisor_id is None
    return whose is Whose.ALL or (group.advisor_id is not None and group.advisor_id == actor.user_id)


def row_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What is asked of the days of a case."""
    asked: list[ColumnElement[bool]] = []
    today = clock.today()
    if filters.longer_than is not None:
        asked.append(Case.waiting_since < date.fromordinal(today.toordinal() - filters.longer_than))
    if filters.is_overdue:
        asked.append(Case.next_due_on < today)
    return asked


def chosen_elsewhere(filters: Filters) -> dict[str, Select[UUID]]:
    """The ids of cases that other rows choose, by what chooses; a school that nobody knows chooses none."""
    chosen: dict[str, Select[UUID]] = {}
    if filters.child_state is not None:
        chosen["child_state"] = select(Child.case_id).where(Child.state == filters.child_state)
    if filters.school_id is not None:
        known = schools()
        chosen["school"] = known.at_school(filters.school_id) if known else select(Case.id).where(Case.id.in_(()))
    return chosen


def shared_with(actor: Actor) -> Select[UUID]:
    """The ids of cases the actor works in besides the own ones."""
    return select(CaseAccess.case_id).where(
        CaseAccess.user_id == actor.user_id,
        CaseAccess.kind.in_([AccessKind.DEPUTY, AccessKind.HANDOVER]),
    )
