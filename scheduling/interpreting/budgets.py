"""How many hours a year an interpreter may be booked for: booked and done hours count, called-off ones do not.

A talk to which the family did not come counts, as the interpreter came. Once the hours are used up nobody is offered
with her any more, unless the lead said that she may go beyond. The last talk may go over: it is checked whether hours
are left, not whether they are enough. Years are those of Düsseldorf.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, and_, case, false, func, or_, select

from app.data.database import session
from scheduling.hours import MIDNIGHT, Interval, instant
from scheduling.models import Appointment, Interpreter, Reservation
from scheduling.states import AppointmentState

COUNTED = (AppointmentState.BOOKED, AppointmentState.ATTENDED, AppointmentState.NO_SHOW)
WARNS_AT_PERCENT = 80
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Budget:
    """Hours used of those an interpreter has in one year; `hours` None has no limit."""

    used_seconds: int
    hours: int | None
    may_exceed: bool

    @property
    def percent(self) -> int | None:
        """How much of it is used, rounded down; None without a limit."""
        if self.hours is None:
            return None
        return 100 if self.hours == 0 else self.used_seconds * 100 // (self.hours * HOUR)

    @property
    def used_hours(self) -> str:
        """Hours used as staff read them: `12,5`, without a needless end."""
        return f"{self.used_seconds / HOUR:.1f}".replace(".", ",").removesuffix(",0")

    @property
    def is_short(self) -> bool:
        """Whether staff should be warned."""
        return self.percent is not None and self.percent >= WARNS_AT_PERCENT

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.percent is not None and self.percent >= 100


def year_of(year: int) -> Interval:
    """One calendar year in Düsseldorf."""
    return Interval(instant(date(year, 1, 1), MIDNIGHT), instant(date(year + 1, 1, 1), MIDNIGHT))


def is_spent_in(year: int, *, own: Collection[UUID] | BindParameter[Any] = ()) -> ColumnElement[bool]:
    """The condition on Interpreter under which nothing is left of that year; `own` appointments do not count."""
    unlimited = or_(Interpreter.budget_hours.is_(None), Interpreter.may_exceed_budget.is_(True))
    return case((unlimited, false()), else_=_used(year, own) >= Interpreter.budget_hours * HOUR)


def budgets_of(organisation_id: UUID, year: int) -> dict[UUID, Budget]:
    """What every interpreter of a pool has used in a year, with one read."""
    query = select(Interpreter.id, Interpreter.budget_hours, Interpreter.may_exceed_budget, _used(year, ()))
    rows = session().execute(query.where(Interpreter.organisation_id == organisation_id))
    return {row[0]: Budget(int(row[3]), row[1], row[2]) for row in rows}


def _used(year: int, own: Collection[UUID] | BindParameter[Any]) -> ScalarSelect[int]:
    """Seconds of interpreting in a year, out of the rows that the database guards."""
    period = year_of(year)
    query = (
        select(func.coalesce(func.sum(Reservation.ends - Reservation.starts), 0))
        .outerjoin(Appointment, Appointment.id == Reservation.appointment_id)
        .where(
            Reservation.resource_id == Interpreter.id,
            Reservation.starts >= period.starts,
            Reservation.starts < period.ends,
            or_(
                Appointment.state.in_(COUNTED),
                and_(Reservation.group_talk_id.is_not(None), Reservation.is_active.is_(True)),
            ),
        )
    )
    if isinstance(own, BindParameter) or own:
        query = query.where(or_(Reservation.appointment_id.is_(None), Reservation.appointment_id.not_in(own)))
    return query.correlate(Interpreter).scalar_subquery()
