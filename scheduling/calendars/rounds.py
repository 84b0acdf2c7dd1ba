"""Reading the own calendars that are due: each with its own pause, a few a round, one failure harming no other."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, insert, select

from app import clock
from app.accounts.models import User
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import EinstiegError
from config import Config, Mode
from scheduling import office
from scheduling.calendars.fetching import Answer, Doors, fetch
from scheduling.calendars.models import OwnCalendar, OwnCalendarAddress
from scheduling.calendars.reading import Unreadable, busy_times
from scheduling.hours import MIDNIGHT, Interval, instant
from scheduling.models import Absence
from scheduling.resource_kinds import AbsenceSource, CalendarProblem, CalendarState

PAUSE = timedelta(minutes=30)
LONGEST_PAUSE = timedelta(hours=6)
UNPACK_AGAIN = timedelta(days=7)
ROUND_SECONDS = 20.0


def read_due() -> int:
    """Read calendars whose pause is over, for at most some seconds; answers how many were tried."""
    until = time.monotonic() + ROUND_SECONDS
    tried = 0
    for user_id in _due(clock.now()):
        if time.monotonic() > until:
            break
        read_one(user_id)
        tried += 1
    return tried


def read_one(user_id: UUID) -> CalendarState | None:
    """Read one calendar now and keep its times in place of the former ones; answers how it went.

    What was known before stays when it cannot be read: a server that is down frees nobody.
    """
    calendar = session().get(OwnCalendar, user_id, populate_existing=True)
    if calendar is None:
        return None
    added_at, etag, window = calendar.added_at, _etag(calendar), _window()
    try:
        address = records.get(OwnCalendarAddress, user_id, reader=calendar.organisation_id).sheet.address
        session().rollback()
        answer = fetch(address, etag=etag, doors=doors())
        times = None if answer.content is None else busy_times(answer.content, within=window)
    except Unreadable as unreadable:
        return _failed(user_id, added_at, unreadable.problem)
    except EinstiegError:
        return _failed(user_id, added_at, CalendarProblem.TROUBLE)
    return _keep(user_id, added_at, answer, times)


def doors() -> Doors:
    """What this installation lets be asked."""
    config: Config = current_app.extensions["config"]
    authority = config.calendar_authority if config.mode is not Mode.PRODUCTION else None
    return Doors(may_be_inside=authority is not None, authority=str(authority) if authority else None)


def is_stale(calendar: OwnCalendar, now: datetime) -> bool:
    """Whether its times are so old that nobody should rely on them."""
    config: Config = current_app.extensions["config"]
    return now - (calendar.read_at or calendar.added_at) > timedelta(hours=config.calendar_stale_hours)


def stale_owners(organisation_id: UUID) -> list[UUID]:
    """Whose own calendar is out of date, for the lead to see."""
    query = select(OwnCalendar).where(OwnCalendar.organisation_id == organisation_id)
    now = clock.now()
    return [row.user_id for row in session().scalars(query.order_by(OwnCalendar.user_id)) if is_stale(row, now)]


def _due(now: datetime) -> list[UUID]:
    """Whose calendar is to be read, those waiting longest first."""
    query = select(OwnCalendar).join(User, User.id == OwnCalendar.user_id).where(User.is_active.is_(True))
    rows = session().scalars(query.order_by(OwnCalendar.tried_at, OwnCalendar.user_id))
    return [row.user_id for row in rows if _is_due(row, now)]


def _is_due(calendar: OwnCalendar, now: datetime) -> bool:
    if calendar.tried_at is None or calendar.state is CalendarState.WAITING or calendar.tried_at > now:
        return True
    pause: timedelta = min(PAUSE * 2 ** min(calendar.failures, 8), LONGEST_PAUSE)
    return now - calendar.tried_at >= pause


def _etag(calendar: OwnCalendar) -> str:
    """Its last tag, while the repeats unpacked from it still reach far enough ahead."""
    unpacked = calendar.unpacked_at
    return calendar.etag if unpacked is not None and clock.now() - unpacked < UNPACK_AGAIN else ""


def _window() -> Interval:
    """As far ahead as anybody may book, and until the repeats are unpacked again."""
    today: date = clock.today()
    last = today + timedelta(days=office.STAFF_POLICY.horizon_days) + UNPACK_AGAIN + timedelta(days=1)
    return Interval(instant(today, MIDNIGHT), instant(last, MIDNIGHT))


def _failed(user_id: UUID, added_at: datetime, problem: CalendarProblem) -> CalendarState | None:
    with transaction():
        calendar = _still(user_id, added_at)
        if calendar is None:
            return None
        calendar.state, calendar.problem, calendar.tried_at = CalendarState.FAILED, problem, clock.now()
        calendar.failures += 1
    return CalendarState.FAILED


def _keep(
    user_id: UUID, added_at: datetime, answer: Answer, times: tuple[Interval, ...] | None
) -> CalendarState | None:
    """Put the new times in place of the old ones, all or nothing."""
    with transaction():
        calendar = _still(user_id, added_at)
        if calendar is None:
            return None
        now = clock.now()
        calendar.state, calendar.problem, calendar.failures = CalendarState.READ, None, 0
        calendar.tried_at = calendar.read_at = now
        if times is not None:
            calendar.etag, calendar.unpacked_at = answer.etag, now
            _replace(calendar, times)
    return CalendarState.READ


def _replace(calendar: OwnCalendar, times: tuple[Interval, ...]) -> None:
    of_this = (Absence.resource_id == calendar.user_id, Absence.source == AbsenceSource.CALENDAR)
    session().execute(delete(Absence).where(*of_this).execution_options(synchronize_session=False))
    rows = [
        {
            "id": new_id(),
            "organisation_id": calendar.organisation_id,
            "resource_id": calendar.user_id,
            "starts_at": datetime.fromtimestamp(period.starts, clock.BERLIN),
            "ends_at": datetime.fromtimestamp(period.ends, clock.BERLIN),
            "source": AbsenceSource.CALENDAR,
        }
        for period in times
    ]
    if rows:
        session().execute(insert(Absence), rows)


def _still(user_id: UUID, added_at: datetime) -> OwnCalendar | None:
    """The calendar, unless it was dropped or given another address while this one was read."""
    calendar = session().get(OwnCalendar, user_id, populate_existing=True, with_for_update=True)
    return calendar if calendar is not None and calendar.added_at == added_at else None
