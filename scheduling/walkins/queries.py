"""The numbers of a day, who is free for them, what the board may show, and whose a screen's link is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as accounts
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, OrganisationKind, authorise, system_of
from scheduling import office
from scheduling.booking.links import token_hash
from scheduling.hours import MIDNIGHT, instant
from scheduling.models import Appointment, AppointmentSheet, Room
from scheduling.states import AppointmentState
from scheduling.walkins import rules
from scheduling.walkins.models import DeskScreen, WalkIn
from scheduling.walkins.policies import WalkInPermission
from scheduling.walkins.states import ScreenPurpose, WalkInState
from scheduling.worlds import load_world

SHOWN_FOR = timedelta(minutes=10)
"""How long the board keeps showing where somebody is to go."""
CODE_TAIL = 3
"""So many signs of a booking code stand on the board: enough to know one's own, 25 bits short of the whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """One number as staff see it."""

    walk_in: WalkIn
    advisor: str
    room: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number as it is printed, with how many wait before it."""

    walk_in: WalkIn
    before: int


@dataclass(frozen=True, slots=True)
class Choice:
    """An advisor who could take somebody now."""

    advisor_id: UUID
    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the board: a number or the end of a code, and the room, or "" while waiting."""

    mark: str
    room: str


def get_lines(actor: Actor) -> list[Line]:
    """The numbers of today in order; raises NotPermitted."""
    authorise(actor, WalkInPermission.CALL)
    rows = _of_today(actor.organisation_id)
    names: dict[UUID | None, str] = dict(accounts.names({row.advisor_id for row in rows if row.advisor_id}).items())
    rooms = _room_names(rows)
    return [Line(row, names.get(row.advisor_id, ""), rooms.get(row.room_id, "")) for row in rows]


def get_choices(actor: Actor) -> list[Choice]:
    """Who is free from this minute on for the length of a talk, by name; raises NotPermitted."""
    authorise(actor, WalkInPermission.CALL)
    today = clock.today()
    world = load_world(actor.organisation_id, first=today, last=today, policy=office.STAFF_POLICY)
    free = rules.free_now(world, language="de")
    names = accounts.names({each.advisor_id for each in free})
    spoken = {resource.id: tuple(sorted(resource.languages)) for resource in world.resources}
    found = [Choice(each.advisor_id, names.get(each.advisor_id, ""), spoken[each.advisor_id]) for each in free]
    return sorted(found, key=lambda choice: choice.name)


def get_board(actor: Actor) -> list[Call]:
    """Who is called and who waits, called ones first; numbers and ends of codes, never a name."""
    authorise(actor, WalkInPermission.SHOW_BOARD)
    since = clock.now() - SHOWN_FOR
    numbers = [
        row
        for row in _of_today(actor.organisation_id)
        if row.state is WalkInState.WAITING
        or (row.state is WalkInState.CALLED and row.called_at is not None and row.called_at > since)
    ]
    rooms = _room_names(numbers)
    calls = [(row.called_at, Call(str(row.number), rooms.get(row.room_id, ""))) for row in numbers]
    calls += _arrivals(actor.organisation_id, since)
    newest_first = sorted((pair for pair in calls if pair[0]), key=lambda pair: pair[0] or since, reverse=True)
    return [*(call for _, call in newest_first), *(call for at, call in calls if at is None)]


def get_ticket(actor: Actor, walk_in_id: UUID) -> Ticket:
    """A number of today and how many wait before it; raises NotFound."""
    authorise(actor, WalkInPermission.DRAW)
    rows = _of_today(actor.organisation_id)
    found = next((row for row in rows if row.id == walk_in_id), None)
    if found is None:
        raise NotFound("walk_in")
    before = sum(row.state is WalkInState.WAITING and row.number < found.number for row in rows)
    return Ticket(found, before)


def get_screens(actor: Actor) -> list[DeskScreen]:
    """The screens whose links work, the oldest first; raises NotPermitted."""
    authorise(actor, WalkInPermission.MANAGE_SCREENS)
    query = select(DeskScreen).where(
        DeskScreen.organisation_id == actor.organisation_id, DeskScreen.revoked_at.is_(None)
    )
    return list(session().scalars(query.order_by(DeskScreen.id)))


def actor_of_screen(token: str, purpose: ScreenPurpose) -> Actor:
    """The office a screen stands in, as the system that acts for it; raises NotFound for a link that does not work."""
    query = select(DeskScreen).where(
        DeskScreen.token_hash == token_hash(token), DeskScreen.purpose == purpose, DeskScreen.revoked_at.is_(None)
    )
    screen = session().scalar(query)
    if screen is None:
        raise NotFound("screen")
    return system_of(screen.organisation_id, OrganisationKind.KI)


def _of_today(organisation_id: UUID) -> list[WalkIn]:
    query = select(WalkIn).where(WalkIn.organisation_id == organisation_id, WalkIn.drawn_on == clock.today())
    return list(session().scalars(query.order_by(WalkIn.number)))


def _room_names(rows: Sequence[WalkIn]) -> dict[UUID | None, str]:
    wanted = {row.room_id for row in rows if row.room_id}
    found = session().execute(select(Room.id, Room.name).where(Room.id.in_(wanted)))
    return {row.id: row.name for row in found}


def _arrivals(organisation_id: UUID, since: datetime) -> list[tuple[datetime | None, Call]]:
    """Families with an appointment who are in the house: waiting, or let in a moment ago."""
    midnight = datetime.fromtimestamp(instant(clock.today(), MIDNIGHT), clock.BERLIN)
    query = select(Appointment).where(
        Appointment.organisation_id == organisation_id,
        Appointment.arrived_at >= midnight,
        Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.ATTENDED)),
    )
    rows = [row for row in session().scalars(query.order_by(Appointment.starts_at)) if _is_shown(row, since)]
    sheets = records.find_many(AppointmentSheet, [row.id for row in rows], reader=organisation_id)
    found: list[tuple[datetime | None, Call]] = []
    for row in rows:
        stored = sheets.get(row.id)
        if stored is None or not stored.sheet.code:
            continue
        is_called = row.state is AppointmentState.ATTENDED
        room = row.room.name if is_called and row.room else ""
        found.append((row.changed_at if is_called else None, Call(f"…{stored.sheet.code[-CODE_TAIL:]}", room)))
    return found


def _is_shown(row: Appointment, since: datetime) -> bool:
    return row.state is AppointmentState.BOOKED or row.changed_at > since
