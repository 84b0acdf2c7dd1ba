"""The conflicts of an office out of the database: appointments ahead, the present world, what interpreters answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as accounts
from app.data.database import session
from app.policies import Role
from scheduling import office
from scheduling.conflicts.rules import Away, Hit, Planned, Present, hits
from scheduling.holidays import ONE_DAY, is_working_day
from scheduling.hours import Interval, local_day
from scheduling.interpreting.models import InterpreterAsk
from scheduling.models import Absence, Appointment
from scheduling.resource_kinds import AbsenceSource, Answer
from scheduling.states import AppointmentState
from scheduling.world import ResourceKind, World
from scheduling.worlds import load_world

SEARCH_AHEAD = timedelta(days=28)
GUARDED = frozenset({ResourceKind.INTERPRETER, ResourceKind.ROOM})


@dataclass(frozen=True, slots=True, repr=False)
class Conflict:
    """One appointment that no longer fits, as it is agreed, and why."""

    appointment: Appointment
    planned: Planned
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Situation:
    """Every conflict of an office by time, with the world they were found in, and who declined which appointment."""

    conflicts: tuple[Conflict, ...]
    world: World | None
    declined: frozenset[tuple[UUID, UUID]] = frozenset()

    def barred(self, conflict: Conflict) -> frozenset[tuple[ResourceKind, UUID]]:
        """Whom and what to leave out when settling one: what is concerned, and interpreters who said no to it."""
        concerned = {(hit.kind, hit.resource_id) for hit in conflict.hits if hit.kind and hit.resource_id}
        said_no = {
            (ResourceKind.INTERPRETER, interpreter_id)
            for appointment_id, interpreter_id in self.declined
            if appointment_id == conflict.planned.id
        }
        return frozenset(concerned | said_no)


def situation_of(organisation_id: UUID) -> Situation:
    """What does not fit any more at one office, computed anew; one read when nothing lies ahead."""
    appointments = ahead_of(organisation_id)
    if not appointments:
        return Situation((), None)
    asks = _asks([each.id for each in appointments])
    first, last = clock.today(), clock.local(appointments[-1].ends_at).date() + SEARCH_AHEAD
    world = load_world(organisation_id, first=first, last=last, policy=office.STAFF_POLICY)
    present = _present(organisation_id, world)
    found = []
    for appointment in appointments:
        planned = planned_of(appointment, asks.get(appointment.id, ()))
        reasons = hits(planned, present)
        if reasons:
            found.append(Conflict(appointment, planned, reasons))
    declined = {
        (ask.appointment_id, ask.interpreter_id)
        for rows in asks.values()
        for ask in rows
        if ask.answer is Answer.DECLINED
    }
    return Situation(tuple(found), world, frozenset(declined))


def ahead_of(organisation_id: UUID) -> list[Appointment]:
    """Every booked appointment that is not over, by time."""
    query = select(Appointment).where(
        Appointment.organisation_id == organisation_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.ends_at > clock.now(),
    )
    return list(session().scalars(query.order_by(Appointment.starts_at, Appointment.id)).unique())


def planned_of(appointment: Appointment, asks: Collection[InterpreterAsk] = ()) -> Planned:
    """An appointment as the rules see it, with the answer to the question that is about it as it stands."""
    wanted = (appointment.interpreter_id, appointment.starts_at, appointment.ends_at)
    ask = next((a for a in asks if a.ended_at is None and (a.interpreter_id, a.starts_at, a.ends_at) == wanted), None)
    return Planned(
        id=appointment.id,
        starts=int(appointment.starts_at.timestamp()),
        ends=int(appointment.ends_at.timestamp()),
        advisor_id=appointment.advisor_id,
        interpreter_id=appointment.interpreter_id,
        room_id=appointment.room_id,
        answer=ask.answer if ask else None,
        answer_by=int(ask.answer_by.timestamp()) if ask else None,
        was_overbooked=appointment.overbooked_reason is not None,
    )


def tell_by(starts: int, days: int) -> date:
    """The day on which the family has to hear of it at the latest: so many working days before the talk."""
    day = local_day(starts)
    while days:
        day -= ONE_DAY
        days -= is_working_day(day)
    return day


def _asks(appointment_ids: Sequence[UUID]) -> dict[UUID, list[InterpreterAsk]]:
    """Every question ever asked about these appointments."""
    query = select(InterpreterAsk).where(InterpreterAsk.appointment_id.in_(appointment_ids))
    found: dict[UUID, list[InterpreterAsk]] = defaultdict(list)
    for ask in session().scalars(query.execution_options(populate_existing=True)):
        found[ask.appointment_id].append(ask)
    return found


def _present(organisation_id: UUID, world: World) -> Present:
    """Who is there now: the world knows rooms and interpreters in use; of advisors it knows those with hours."""
    query = select(Absence).where(
        Absence.organisation_id == organisation_id, Absence.ends_at > clock.now(), Absence.walk_in_id.is_(None)
    )
    away: dict[UUID, list[Away]] = defaultdict(list)
    shut: list[Interval] = []
    for row in session().scalars(query):
        starts, ends = int(row.starts_at.timestamp()), int(row.ends_at.timestamp())
        if row.resource_id is None:
            shut.append(Interval(starts, ends))
        else:
            away[row.resource_id].append(Away(starts, ends, row.source is AbsenceSource.CALENDAR))
    advisors = {(ResourceKind.ADVISOR, user.id) for user in accounts.people(organisation_id, Role.ADVISOR)}
    others = {(each.kind, each.id) for each in world.resources if each.kind in GUARDED}
    return Present(
        now=world.now,
        active=frozenset(advisors | others),
        hours=world.hours,
        away=away,
        shut=shut,
        closures=world.closures,
    )
