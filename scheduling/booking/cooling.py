"""Cooling down: a time that was given back is not shown to families for some minutes, so that nobody can pass it on.

Whoever sells times cancels one and books it for somebody else a second later. Staff and the waiting list see it at
once: their policy says nothing of cooling.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select

from app import clock
from app.data.base import new_id
from app.data.database import session
from config import Config
from scheduling.booking.models import CoolingTime
from scheduling.hours import Interval
from scheduling.models import Appointment, Reservation
from scheduling.world import Busy


def cool(appointment: Appointment) -> None:
    """Keep the resources an appointment has now from families for a while; in the transaction that gives them back.

    To be called before its reservations go. What is still ahead alone needs it.
    """
    config: Config = current_app.extensions["config"]
    now = clock.now()
    if config.cooling_minutes == 0 or appointment.starts_at <= now:
        return
    until = now + timedelta(minutes=config.cooling_minutes)
    rows = session().execute(
        select(Reservation.resource_id, Reservation.starts, Reservation.ends).where(
            Reservation.appointment_id == appointment.id
        )
    )
    session().add_all(
        CoolingTime(
            id=new_id(),
            organisation_id=appointment.organisation_id,
            appointment_id=appointment.id,
            resource_id=row.resource_id,
            starts=row.starts,
            ends=row.ends,
            until=until,
        )
        for row in rows
    )


def busy(organisation_id: UUID, span: Interval, own: Collection[UUID]) -> list[Busy]:
    """What still cools down within a span, as the slot engine reads it; what one gave back oneself stays free."""
    rows = session().execute(
        select(CoolingTime.resource_id, CoolingTime.starts, CoolingTime.ends).where(
            CoolingTime.organisation_id == organisation_id,
            CoolingTime.until > clock.now(),
            CoolingTime.starts < span.ends,
            CoolingTime.ends > span.starts,
            CoolingTime.appointment_id.not_in(list(own)),
        )
    )
    return [Busy(row.resource_id, row.starts, row.ends) for row in rows]


def forget(case_id: UUID) -> None:
    """Leave nothing of the talks of a case that is erased; inside the transaction of the erasure."""
    talks = select(Appointment.id).where(Appointment.case_id == case_id)
    session().execute(delete(CoolingTime).where(CoolingTime.appointment_id.in_(talks)))


def drop_cooled() -> int:
    """Delete what has cooled down, in the open transaction; answers how many."""
    now = clock.now()
    ids = list(session().scalars(select(CoolingTime.id).where(CoolingTime.until <= now)))
    session().execute(delete(CoolingTime).where(CoolingTime.id.in_(ids)))
    return len(ids)
