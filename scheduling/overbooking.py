"""Talks that staff put on top of others: which rows the database can guard, and when it guards the rest again.

A row that overlaps a guarded one stays unguarded (`is_active` false) but busy, so nothing is offered there. As
soon as the guarded talk gives its time back, the earliest one on top takes its place under the guard.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import aliased

from app.data.database import session
from scheduling.models import Appointment, Reservation
from scheduling.world import Assignment

Span = tuple[UUID, int, int]


def collisions(assignment: Assignment) -> frozenset[UUID]:
    """The resources of an assignment that a guarded row has at that time."""
    query = select(Reservation.resource_id).where(
        Reservation.resource_id.in_(assignment.resource_ids),
        Reservation.is_active.is_(True),
        Reservation.starts < assignment.slot.ends,
        Reservation.ends > assignment.slot.starts,
    )
    return frozenset(session().scalars(query))


def spans_of(appointment_id: UUID) -> list[Span]:
    """The resources an appointment takes and when, in ascending order of resource."""
    rows = session().execute(_spans(appointment_id))
    return [(resource_id, starts, ends) for resource_id, starts, ends in rows]


def guarded_spans(appointment_id: UUID) -> list[Span]:
    """Those of them that the database guards."""
    rows = session().execute(_spans(appointment_id).where(Reservation.is_active.is_(True)))
    return [(resource_id, starts, ends) for resource_id, starts, ends in rows]


def guard_what_lay_on_top(given_back: Iterable[Span]) -> None:
    """Put unguarded rows of times that were given back under the guard where nothing guarded overlaps them."""
    current = session()
    for resource_id, starts, ends in given_back:
        waiting = select(Reservation.id).join(Appointment, Appointment.id == Reservation.appointment_id)
        waiting = waiting.where(
            Reservation.resource_id == resource_id,
            Reservation.is_busy.is_(True),
            Reservation.is_active.is_(False),
            Reservation.starts < ends,
            Reservation.ends > starts,
        )
        for row_id in current.scalars(waiting.order_by(Appointment.booked_at, Reservation.id)).all():
            change = update(Reservation).where(Reservation.id == row_id, ~_is_overlapped())
            current.execute(change.values(is_active=True), execution_options={"synchronize_session": False})


def _spans(appointment_id: UUID) -> Select[UUID, int, int]:
    query = select(Reservation.resource_id, Reservation.starts, Reservation.ends)
    return query.where(Reservation.appointment_id == appointment_id).order_by(Reservation.resource_id)


def _is_overlapped() -> ColumnElement[bool]:
    """Whether another guarded row has the same resource at the same time."""
    other = aliased(Reservation)
    return (
        select(other.id)
        .where(
            other.resource_id == Reservation.resource_id,
            other.is_active.is_(True),
            other.starts < Reservation.ends,
            other.ends > Reservation.starts,
        )
        .exists()
    )
