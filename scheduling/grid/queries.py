"""The grids of the day and the week: one world for all columns, one read of the talks with what may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as accounts
from app.data.database import session
from app.policies import Actor, authorise
from scheduling import office
from scheduling.day.queries import DayLine, lines_between
from scheduling.grid import rules
from scheduling.grid.rules import CellKind, Column, Item, Row
from scheduling.grid.taken import spans_taken
from scheduling.holidays import ONE_DAY
from scheduling.hours import MIDNIGHT, Interval, instant
from scheduling.models import Room
from scheduling.policies import SchedulingPermission
from scheduling.slots import free_slots
from scheduling.states import AppointmentState
from scheduling.world import Request, ResourceKind, World
from scheduling.worlds import load_world


@dataclass(frozen=True, slots=True, repr=False)
class Grid:
    """Columns with their headings, and the rows below them."""

    headings: tuple[str, ...]
    columns: tuple[Column[DayLine], ...]
    rows: tuple[Row[DayLine], ...]

    def resource(self, column: int) -> UUID:
        """Whose column it is."""
        return self.columns[column].resource_id


@dataclass(frozen=True, slots=True, repr=False)
class WeekCell:
    """One person or room on one day of the week: talks, whether it is closed or away, and the first free start."""

    lines: tuple[DayLine, ...]
    kind: CellKind
    first_free: int | None

    @property
    def first_free_at(self) -> datetime | None:
        """The same as a local instant."""
        return None if self.first_free is None else datetime.fromtimestamp(self.first_free, clock.BERLIN)


@dataclass(frozen=True, slots=True, repr=False)
class WeekRow:
    """A person or a room through the week."""

    resource_id: UUID
    name: str
    cells: tuple[WeekCell, ...]


def get_day(actor: Actor, day: date, *, rooms: bool, only: UUID | None = None) -> Grid:
    """A column for every advisor (`only` one of them) or room on one local day; raises NotPermitted."""
    authorise(actor, SchedulingPermission.SEE_DAY)
    kind = ResourceKind.ROOM if rooms else ResourceKind.ADVISOR
    return _grid(actor, kind, [day], only)


def get_own_week(actor: Actor, days: Sequence[date], *, only: UUID) -> Grid:
    """A column for every day of one advisor's week; raises NotPermitted."""
    authorise(actor, SchedulingPermission.SEE_DAY)
    return _grid(actor, ResourceKind.ADVISOR, days, only)


def get_week(actor: Actor, days: Sequence[date], *, rooms: bool) -> list[WeekRow]:
    """Everybody or every room through the week; raises NotPermitted."""
    authorise(actor, SchedulingPermission.SEE_DAY)
    kind = ResourceKind.ROOM if rooms else ResourceKind.ADVISOR
    columns, names = _columns(actor, kind, days, None)
    of_resource: dict[UUID, list[Column[DayLine]]] = defaultdict(list)
    for column in columns:
        of_resource[column.resource_id].append(column)
    return [WeekRow(key, names[key], tuple(map(_summary, own))) for key, own in of_resource.items()]


def _grid(actor: Actor, kind: ResourceKind, days: Sequence[date], only: UUID | None) -> Grid:
    columns, names = _columns(actor, kind, days, only)
    headings = tuple(names[column.resource_id] for column in columns)
    return Grid(headings, tuple(columns), tuple(rules.grid(columns)) if columns else ())


def _columns(
    actor: Actor, kind: ResourceKind, days: Sequence[date], only: UUID | None
) -> tuple[list[Column[DayLine]], dict[UUID, str]]:
    """The columns in order of name, then day."""
    lines = lines_between(actor, days[0], days[-1], own=False)
    world = load_world(actor.organisation_id, first=days[0], last=days[-1], policy=office.STAFF_POLICY)
    ids = {each.id for each in world.pool(kind) if only in (None, each.id)}
    ids |= {key for line in lines if (key := _resource_of(line, kind)) is not None and only in (None, key)}
    names = _names(kind, ids)
    taken = spans_taken(world)
    ordered = sorted(ids, key=lambda key: (names.get(key, ""), key))
    columns = [_column(world, kind, key, day, lines, taken) for key in ordered for day in days]
    return columns, {key: names.get(key, "") for key in ids}


def _column(
    world: World,
    kind: ResourceKind,
    resource_id: UUID,
    day: date,
    lines: Sequence[DayLine],
    taken: Mapping[UUID, Sequence[Interval]],
) -> Column[DayLine]:
    span = Interval(instant(day, MIDNIGHT), instant(day + ONE_DAY, MIDNIGHT))
    shown = [line for line in lines if line.on == day and _resource_of(line, kind) == resource_id]
    items = [Item(CellKind.TALK, _span(line), line) for line in shown if _stands(line)]
    known = {item.span for item in items}
    items += [
        Item(CellKind.BUSY, part) for part in taken.get(resource_id, ()) if _touches(part, span) and part not in known
    ]
    items += [
        Item(CellKind.AWAY, Interval(busy.starts, busy.ends))
        for busy in world.busy
        if busy.resource_id == resource_id and not busy.is_appointment and busy.ends > span.starts
    ]
    hours = [each for each in world.hours.get(resource_id, ()) if _touches(each, span)]
    if kind is ResourceKind.ROOM:
        hours = _office_hours(world, span, hours)
    return Column(resource_id, day, hours, items, _starts(world, kind, resource_id, span))


def _starts(world: World, kind: ResourceKind, resource_id: UUID, span: Interval) -> frozenset[int]:
    """Where the engine would begin a talk of the usual length with this person, or in this room."""
    is_room = kind is ResourceKind.ROOM
    kept = tuple(
        each for each in world.resources if not is_room or each.kind is not ResourceKind.ROOM or each.id == resource_id
    )
    request = Request(
        length_minutes=office.MINUTES,
        earliest=span.starts,
        latest=span.ends,
        buffer_before=office.BUFFER_BEFORE,
        buffer_after=office.BUFFER_AFTER,
        needs_room=bool(world.pool(ResourceKind.ROOM)),
        step_minutes=rules.ROW_MINUTES,
        advisor_id=None if is_room else resource_id,
    )
    return frozenset(slot.starts for slot in free_slots(request, replace(world, resources=kept)))


def _summary(column: Column[DayLine]) -> WeekCell:
    lines = tuple(item.entry for item in column.items if item.entry is not None)
    starts = sorted(column.starts)
    is_away = any(item.kind is CellKind.AWAY for item in column.items if _touches_any(item.span, column.hours))
    kind = CellKind.CLOSED if not column.hours else CellKind.AWAY if is_away else CellKind.OPEN
    return WeekCell(lines, kind, starts[0] if starts else None)


def _names(kind: ResourceKind, ids: set[UUID]) -> dict[UUID, str]:
    if kind is ResourceKind.ADVISOR:
        return accounts.names(ids)
    rows = session().execute(select(Room.id, Room.name).where(Room.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _resource_of(line: DayLine, kind: ResourceKind) -> UUID | None:
    return line.appointment.room_id if kind is ResourceKind.ROOM else line.appointment.advisor_id


def _stands(line: DayLine) -> bool:
    return line.appointment.state is not AppointmentState.CANCELLED


def _span(line: DayLine) -> Interval:
    return Interval(int(line.appointment.starts_at.timestamp()), int(line.appointment.ends_at.timestamp()))


def _touches(one: Interval, other: Interval) -> bool:
    return one.starts < other.ends and one.ends > other.starts


def _touches_any(one: Interval, others: Sequence[Interval]) -> bool:
    return any(_touches(one, other) for other in others)


def _office_hours(world: World, span: Interval, hours: Sequence[Interval]) -> list[Interval]:
    """A room is open while somebody counsels: all-day hours would make a grid of 48 rows."""
    counselled = [
        each
        for advisor in world.pool(ResourceKind.ADVISOR)
        for each in world.hours.get(advisor.id, ())
        if _touches(each, span)
    ]
    return [Interval(max(a.starts, b.starts), min(a.ends, b.ends)) for a in counselled for b in hours if _touches(a, b)]
