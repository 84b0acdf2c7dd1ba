"""What a list of cases is narrowed to and sorted by, and which other rows choose among its cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select

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

    def waiting_before(self) -> date | None:
        """The day before which a case must have begun to wait, where that is asked."""
        if self.longer_than is None:
            return None
        return date.fromordinal(clock.today().toordinal() - self.longer_than)

    def due_before(self) -> date | None:
        """The day before which something of a case must have been due, where that is asked."""
        return clock.today() if self.is_overdue else None

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
