"""The slot engine's world out of the database: four reads and one of keys, whatever the number of people and days.

A room without hours of its own is open whenever somebody counsels; people can only be booked in their hours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from app import clock
from app.accounts.models import User, UserProfile, UserRole
from app.data import records
from app.data.database import session
from app.policies import Role
from scheduling.booking import cooling
from scheduling.holidays import ONE_DAY
from scheduling.hours import (
    DAY_SECONDS,
    MIDNIGHT,
    Interval,
    WeeklyRule,
    days_between,
    instant,
    local_day,
    open_hours,
)
from scheduling.interpreting.budgets import is_spent_in, year_of
from scheduling.kinds import Gender
from scheduling.models import Absence, Availability, Interpreter, Reservation, Room
from scheduling.spoken import understood
from scheduling.world import Busy, Policy, Resource, ResourceKind, Taken, World

DAY_MINUTES = 24 * 60


def load_world(organisation_id: UUID, *, first: date, last: date, policy: Policy, own: Collection[UUID] = ()) -> World:
    """Everything the engine needs for the local days `first` to `last` (inclusive), margins included.

    `own` are appointments that do not count as taken.
    """
    now = clock.now()
    span = Interval(instant(first - ONE_DAY, MIDNIGHT), instant(last + 2 * ONE_DAY, MIDNIGHT))
    resources, rules, spent = _resources(organisation_id, (first.year, last.year), own)
    closures, away = _absences(organisation_id, span, resources)
    hours = open_hours([*rules, *_open_rooms(resources, rules, first)], first, last, closures)
    return World(
        now=int(now.timestamp()),
        resources=resources,
        hours=hours,
        busy=(*away, *spent, *(cooling.busy(organisation_id, span, own) if policy.waits_for_cooling else ())),
        policy=policy,
        closures=closures,
        taken=_taken({resource.id for resource in resources}, span, now, own),
    )


def _resources(
    organisation_id: UUID, years: tuple[int, int], own: Collection[UUID]
) -> tuple[tuple[Resource, ...], list[WeeklyRule], list[Busy]]:
    """The three pools with their weekly hours in one read, and the advisors' languages in a second.

    An interpreter whose hours of one of the two years are used up is away for the whole of it.
    """
    rows = session().execute(_pools_with_hours(years, bool(own)), {"owner": organisation_id, "own": list(own)}).all()
    rules = [
        WeeklyRule(
            resource_id=row.id,
            weekday=row.weekday,
            opens=wall_time(row.starts_minute),
            closes=wall_time(row.ends_minute),
            valid_from=row.valid_from,
            valid_to=row.valid_until,
            school_holidays=row.school_holidays,
        )
        for row in rows
        if row.weekday is not None
    ]
    with_hours = {rule.resource_id for rule in rules}
    listed = {(row.kind, row.id): row for row in rows if row.kind != ResourceKind.ADVISOR or row.id in with_hours}
    people = [resource_id for kind, resource_id in listed if kind == ResourceKind.ADVISOR]
    profiles = records.find_many(UserProfile, people, reader=organisation_id)
    spoken = {user_id: stored.sheet.languages for user_id, stored in profiles.items()}
    spent = [
        Busy(row.id, *year_of(year), is_appointment=False)
        for row in listed.values()
        for year, is_spent in zip(years, (row.first_spent, row.last_spent), strict=True)
        if is_spent
    ]
    return tuple(_resource(row, spoken) for row in listed.values()), rules, spent


@lru_cache(maxsize=32)
def _pools_with_hours(years: tuple[int, int], has_own: bool) -> Select[Any]:
    """A row for each weekly rule of each resource of `owner`, or one without a rule; kept, as it is long to build."""
    owner = bindparam("owner", type_=Uuid())
    own: BindParameter[Any] | tuple[()] = bindparam("own", type_=Uuid(), expanding=True) if has_own else ()
    advisors = (
        select(literal(ResourceKind.ADVISOR.value).label("kind"), User.id, cast(null(), JSON).label("languages"))
        .add_columns(literal(1).label("capacity"), literal(True).label("is_step_free"))
        .add_columns(literal("").label("place"), cast(null(), String).label("gender"), literal(0).label("notice_days"))
        .add_columns(literal(False).label("first_spent"), literal(False).label("last_spent"))
        .where(User.organisation_id == owner, User.is_active.is_(True))
        .where(User.id.in_(select(UserRole.user_id).where(UserRole.role == Role.ADVISOR)))
    )
    interpreters = select(
        literal(ResourceKind.INTERPRETER.value),
        Interpreter.id,
        Interpreter.languages,
        literal(1),
        literal(True),
        literal(""),
        cast(Interpreter.gender, String),
        Interpreter.notice_days,
        *(is_spent_in(year, own=own) for year in years),
    ).where(Interpreter.organisation_id == owner, Interpreter.is_active.is_(True))
    rooms = select(
        literal(ResourceKind.ROOM.value), Room.id, cast(null(), JSON), Room.capacity, Room.is_step_free, Room.place,
        cast(null(), String), literal(0), literal(False), literal(False),
    ).where(Room.organisation_id == owner, Room.is_active.is_(True))  # fmt: skip
    pool = union_all(advisors, interpreters, rooms).subquery("pool")
    rule = Availability
    return select(
        pool, rule.weekday, rule.starts_minute, rule.ends_minute, rule.valid_from, rule.valid_until,
        rule.school_holidays,
    ).outerjoin(rule, and_(rule.resource_id == pool.c.id, rule.organisation_id == owner))  # fmt: skip


def _resource(row: Row[Any], spoken: Mapping[UUID, Sequence[str]]) -> Resource:
    return Resource(
        id=row.id,
        kind=ResourceKind(row.kind),
        languages=understood(row.languages or spoken.get(row.id, ())),
        capacity=row.capacity,
        is_step_free=row.is_step_free,
        place=row.place,
        gender=Gender(row.gender) if row.gender else None,
        notice_days=row.notice_days,
    )


def _open_rooms(resources: Sequence[Resource], rules: Sequence[WeeklyRule], first: date) -> list[WeeklyRule]:
    """All-day rules for rooms that nobody gave any hours."""
    ruled = {rule.resource_id for rule in rules}
    rooms = [each.id for each in resources if each.kind is ResourceKind.ROOM and each.id not in ruled]
    return [
        WeeklyRule(room, weekday, MIDNIGHT, MIDNIGHT, valid_from=first - ONE_DAY)
        for room in rooms
        for weekday in range(7)
    ]


def wall_time(minute: int) -> time:
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


def _taken(
    resource_ids: Collection[UUID], span: Interval, now: datetime, own: Collection[UUID]
) -> dict[UUID, list[Taken]]:
    """What is booked or held, a row for each resource and pair of buffers; a hold that has run out counts for nothing.

    The database joins the times to one text, as an object for each of ten thousand rows would cost more than
    everything else.
    """
    asked = {
        "resources": list(resource_ids),
        "earliest": span.starts - DAY_SECONDS,
        "starts": span.starts,
        "ends": span.ends,
        "now": int(now.timestamp()),
        "own": list(own),
    }
    found: dict[UUID, list[Taken]] = defaultdict(list)
    for resource_id, before, after, text in session().execute(_times_taken(bool(own)), asked):
        instants = [int(each) for each in text.split()]
        found[resource_id].append(Taken(instants[::2], instants[1::2], before, after))
    return found


@cache
def _times_taken(has_own: bool) -> Select[UUID, int, int, str]:
    row = Reservation
    times = cast(row.starts, String).concat(literal_column("' '")).concat(cast(row.ends, String))
    query = (
        select(row.resource_id, row.buffer_before, row.buffer_after, func.aggregate_strings(times, " ").label("times"))
        .where(
            row.resource_id.in_(bindparam("resources", type_=Uuid(), expanding=True)),
            row.starts.between(bindparam("earliest", type_=BigInteger()), bindparam("ends", type_=BigInteger())),
            row.ends > bindparam("starts", type_=BigInteger()),
            row.is_busy.is_(True),
            or_(row.hold_ends.is_(None), row.hold_ends > bindparam("now", type_=BigInteger())),
        )
        .group_by(row.resource_id, row.buffer_before, row.buffer_after)
    )
    if has_own:
        own = bindparam("own", type_=Uuid(), expanding=True)
        query = query.where(or_(row.appointment_id.is_(None), row.appointment_id.not_in(own)))
    return query
