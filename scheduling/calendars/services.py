"""Naming one's own calendar, and taking it back with everything that came from it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.database import session, transaction
from app.policies import Actor, authorise
from scheduling.absences.policies import AbsencePermission
from scheduling.calendars.models import OwnCalendar, OwnCalendarAddress
from scheduling.models import Absence
from scheduling.resource_kinds import AbsenceSource, CalendarState


def set_calendar(actor: Actor, *, address: str) -> None:
    """Keep the address sealed and have it read soon; what an earlier address brought in goes at once."""
    authorise(actor, AbsencePermission.KEEP_OWN)
    user_id = _whose(actor)
    with transaction() as current:
        _forget(user_id)
        calendar = OwnCalendar(
            user_id=user_id,
            organisation_id=actor.organisation_id,
            state=CalendarState.WAITING,
            added_at=clock.now(),
            failures=0,
            etag="",
        )
        current.add(calendar)
        current.flush()
        records.put(OwnCalendarAddress(address=address), record_id=user_id, scope=calendar.scope)
        _note(actor, Action.CREATED)


def drop_calendar(actor: Actor) -> None:
    """Read it no more and forget its times; doing so twice changes nothing."""
    authorise(actor, AbsencePermission.KEEP_OWN)
    with transaction():
        _forget(_whose(actor))
        _note(actor, Action.DELETED)


def read_soon(actor: Actor) -> None:
    """Have the own calendar read with the next round, whatever its pause."""
    authorise(actor, AbsencePermission.KEEP_OWN)
    with transaction():
        calendar = session().get(OwnCalendar, _whose(actor), populate_existing=True)
        if calendar is not None:
            calendar.state, calendar.problem, calendar.failures, calendar.etag = CalendarState.WAITING, None, 0, ""


def _forget(user_id: UUID) -> None:
    of_this = (Absence.resource_id == user_id, Absence.source == AbsenceSource.CALENDAR)
    session().execute(delete(Absence).where(*of_this))
    session().execute(delete(OwnCalendar).where(OwnCalendar.user_id == user_id))
    session().expire_all()
    records.remove(OwnCalendarAddress, user_id)


def _whose(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise RuntimeError("only people have a calendar of their own")
    return actor.user_id


def _note(actor: Actor, action: Action) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="own_calendar",
        subject_id=actor.user_id,
    )
