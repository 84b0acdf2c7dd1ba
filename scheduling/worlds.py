"""The slot engine's world out of the database: five reads, whatever the number of people and days.

A room without hours of its own is open whenever somebody counsels; people can only be booked in their hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import JSON, Row, cast, literal, null, or_, select, union_all

from app import clock
from app.accounts.models import User, UserProfile, UserRole
from app.data import records
from app.data.database import session
from app.policies import Role
from scheduling import office
from scheduling.holidays import ONE_DAY
from scheduling.hours import MIDNIGHT, Interval, WeeklyRule, days_between, instant, local_day, open_hours
from scheduling.models import Absence, Appointment, Availability, Interpreter, Reservation, Room
from scheduling.states import AppointmentState, blocks
from scheduling.world import Busy, Policy, Resource, ResourceKind, World

DAY_MINUTES = 24 * 60
BLOCKING = (AppointmentState.HELD, AppointmentState.BOOKED, AppointmentState.ATTENDED)


def load_world(organisation_id: UUID, *, first: date, last: date, policy: Policy) -> World:
    """Everything the engine needs for the local days `first` to `last` (inclusive), margins included."""
    now = clock.now()
    span = Interval(instant(first - ONE_DAY, MIDNIGHT), instant(last + 2 * ONE_DAY, MIDNIGHT))
    rules = _rules(organisation_id)
    resources = _resources(organisation_id, {rule.resource_id for rule in rules})
    closures, away = _absences(organisation_id, span, resources)
    hours = open_hours([*rules, *_open_rooms(resources, rules, first)], first, last, closures)
    return World(
        now=int(now.timestamp()),
        resources=resources,
        hours=hours,
        busy=(*_reservations(organisation_id, span, now), *away),
        policy=policy,
        closures=closures,
    )


def _resources(organisation_id: UUID, with_hours: set[UUID]) -> tuple[Resource, ...]:
    """The three pools in one read, and the advisors' languages in a second."""
    advisors = (
        select(literal(ResourceKind.ADVISOR.value).label("kind"), User.id, cast(null(), JSON).label("languages"))
        .add_columns(literal(1).label("capacity"))
        .where(User.organisation_id == organisation_id, User.is_active.is_(True))
        .where(User.id.in_(select(UserRole.user_id).where(UserRole.role == Role.ADVISOR)))
    )
    interpreters = select(
        literal(ResourceKind.INTERPRETER.value), Interpreter.id, Interpreter.languages, literal(1)
    ).where(Interpreter.organisation_id == organisation_id, Interpreter.is_active.is_(True))
    rooms = select(literal(ResourceKind.ROOM.value), Room.id, cast(null(), JSON), Room.capacity).where(
        Room.organisation_id == organisation_id, Room.is_active.is_(True)
    )
    rows = session().execute(union_all(advisors, interpreters, rooms)).all()
    people = [row.id for row in rows if row.kind == ResourceKind.ADVISOR and row.id in with_hours]
    profiles = records.find_many(UserProfile, people, reader=organisation_id)
    spoken = {user_id: stored.sheet.languages for user_id, stored in profiles.items()}
    return tuple(_resource(row, spoken) for row in rows if row.kind != ResourceKind.ADVISOR or row.id in with_hours)


def _resource(row: Row[tuple[str, UUID, list[str], int]], spoken: dict[UUID, list[str]]) -> Resource:
    languages = frozenset(row.languages or spoken.get(row.id, ()))
    return Resource(row.id, ResourceKind(row.kind), languages, row.capacity)


def _rules(organisation_id: UUID) -> list[WeeklyRule]:
    rows = session().scalars(select(Availability).where(Availability.organisation_id == organisation_id))
    return [
        WeeklyRule(
            resource_id=row.resource_id,
            weekday=row.weekday,
            opens=_wall(row.starts_minute),
            closes=_wall(row.ends_minute),
            valid_from=row.valid_from,
            valid_to=row.valid_until,
            school_holidays=row.school_holidays,
        )
        for row in rows
    ]


def _open_rooms(resources: Sequence[Resource], rules: Sequence[WeeklyRule], first: date) -> list[WeeklyRule]:
    """All-day rules for rooms that nobody gave any hours."""
    ruled = {rule.resource_id for rule in rules}
    rooms = [each.id for each in resources if each.kind is ResourceKind.ROOM and each.id not in ruled]
    return [
        WeeklyRule(room, weekday, MIDNIGHT, MIDNIGHT, valid_from=first - ONE_DAY)
        for room in rooms
        for weekday in range(7)
    ]


def _wall(minute: int) -> time:
    """A minute of the day as wall time; beyond 24 hours it is a time of the next day."""
    return time((minute % DAY_MINUTES) // 60, minute % 60)


def _absences(
    organisation_id: UUID, span: Interval, resources: Sequence[Resource]
) -> tuple[frozenset[date], list[Busy]]:
    """The days on which the whole office is closed, and when one resource (or everybody, for hours) is away."""
    rows = session().scalars(
        select(Absence).where(
            Absence.organisation_id == organisation_id,
            Absence.starts_at < datetime.fromtimestamp(span.ends, clock.BERLIN),
            Absence.ends_at > datetime.fromtimestamp(span.starts, clock.BERLIN),
        )
    )
    closures: set[date] = set()
    away: list[Busy] = []
    for row in rows:
        period = Interval(int(row.starts_at.timestamp()), int(row.ends_at.timestamp()))
        closures |= _whole_days(period) if row.resource_id is None else set()
        absent = [row.resource_id] if row.resource_id else [resource.id for resource in resources]
        away += [Busy(each, period.starts, period.ends, is_appointment=False) for each in absent]
    return frozenset(closures), away


def _whole_days(period: Interval) -> set[date]:
    days = days_between(local_day(period.starts), local_day(period.ends))
    return {
        day
        for day in days
        if period.starts <= instant(day, MIDNIGHT) and instant(day + ONE_DAY, MIDNIGHT) <= period.ends
    }


def _reservations(organisation_id: UUID, span: Interval, now: datetime) -> list[Busy]:
    """What is booked or held; a hold that has run out counts for nothing, cleaned up or not."""
    rows = session().execute(
        select(
            Reservation.resource_id,
            Reservation.starts,
            Reservation.ends,
            Reservation.appointment_id,
            Appointment.state,
            Appointment.hold_ends_at,
        )
        .join(Appointment, Appointment.id == Reservation.appointment_id)
        .where(
            Appointment.organisation_id == organisation_id,
            or_(*(Appointment.state == state for state in BLOCKING)),
            Reservation.is_active.is_(True),
            Reservation.starts < span.ends,
            Reservation.ends > span.starts,
        )
    )
    return [
        Busy(row.resource_id, row.starts, row.ends, office.BUFFER_BEFORE, office.BUFFER_AFTER, row.appointment_id)
        for row in rows
        if blocks(row.state, hold_ends_at=row.hold_ends_at, now=now)
    ]
