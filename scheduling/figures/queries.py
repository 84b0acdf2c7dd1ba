"""The rows behind the figures: times, states and kinds that lie in the clear; no sheet is opened for any of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from app import clock
from app.accounts import queries as accounts
from app.data.database import session
from app.policies import Actor, authorise
from scheduling import office
from scheduling.figures.policies import FiguresPermission
from scheduling.figures.rules import Talk, Used, used
from scheduling.grid.taken import spans_taken
from scheduling.groups.models import GroupTalk
from scheduling.groups.states import GroupTalkState
from scheduling.holidays import ONE_DAY
from scheduling.hours import MIDNIGHT, Interval, instant, merge
from scheduling.models import Absence, Appointment, Invitation
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind, World
from scheduling.worlds import load_world

COUNTED = (
    AppointmentState.BOOKED,
    AppointmentState.ATTENDED,
    AppointmentState.NO_SHOW,
    AppointmentState.CANCELLED,
)


def get_talks(actor: Actor, first: date, last: date) -> list[Talk]:
    """Every talk of the own office that was to begin on these local days (both inclusive); raises NotPermitted."""
    authorise(actor, FiguresPermission.SEE)
    invited = (
        select(Invitation.appointment_id, func.min(Invitation.created_at).label("invited_at"))
        .where(Invitation.organisation_id == actor.organisation_id, Invitation.appointment_id.is_not(None))
        .group_by(Invitation.appointment_id)
        .subquery()
    )
    query = (
        select(
            Appointment.kind,
            Appointment.state,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.booked_at,
            Appointment.interpreter_id,
            Appointment.interpreter_language,
            invited.c.invited_at,
        )
        .join(invited, invited.c.appointment_id == Appointment.id, isouter=True)
        .where(
            Appointment.organisation_id == actor.organisation_id,
            Appointment.state.in_(COUNTED),
            Appointment.starts_at >= _midnight(first),
            Appointment.starts_at < _midnight(last + ONE_DAY),
        )
    )
    return [_talk(row) for row in session().execute(query)]


def get_group_talks(actor: Actor, first: date, last: date) -> list[Talk]:
    """Every group talk with an interpreter that took place on these local days: her hours count once, not by family."""
    authorise(actor, FiguresPermission.SEE)
    query = select(GroupTalk).where(
        GroupTalk.organisation_id == actor.organisation_id,
        GroupTalk.state == GroupTalkState.PLANNED,
        GroupTalk.interpreter_id.is_not(None),
        GroupTalk.starts_at >= _midnight(first),
        GroupTalk.starts_at < _midnight(last + ONE_DAY),
        GroupTalk.ends_at <= clock.now(),
    )
    return [
        Talk(
            kind=AppointmentKind.GROUP_INFORMATION.label,
            state=AppointmentState.ATTENDED,
            starts_at=talk.starts_at,
            ends_at=talk.ends_at,
            booked_at=talk.created_at,
            is_interpreted=True,
            interpreter_language=talk.language,
        )
        for talk in session().scalars(query).unique()
    ]


def get_used(actor: Actor, first: date, last: date) -> dict[ResourceKind, dict[UUID, Used]]:
    """Open and taken time of everybody and everything that can be booked, by pool; raises NotPermitted.

    A room without hours of its own counts as open while somebody counsels.
    """
    authorise(actor, FiguresPermission.SEE)
    world = load_world(actor.organisation_id, first=first, last=last, policy=office.STAFF_POLICY)
    span = Interval(instant(first, MIDNIGHT), instant(last + ONE_DAY, MIDNIGHT))
    without_number, with_number = _walk_ins(actor.organisation_id, span, world)
    counselled = merge(hours for each in world.pool(ResourceKind.ADVISOR) for hours in world.hours.get(each.id, ()))
    taken = spans_taken(world)
    found: dict[ResourceKind, dict[UUID, Used]] = {kind: {} for kind in ResourceKind}
    for resource in world.resources:
        hours = world.hours.get(resource.id, ())
        if resource.kind is ResourceKind.ROOM:
            hours = tuple(_within(counselled, hours))
        found[resource.kind][resource.id] = used(
            _cut(hours, span),
            without_number[resource.id],
            [*_cut(taken.get(resource.id, ()), span), *with_number[resource.id]],
        )
    return found


def get_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Whose figures these are; raises NotPermitted for everybody but the lead."""
    authorise(actor, FiguresPermission.SEE_PEOPLE)
    return accounts.names(set(ids))


def _talk(row: Row[Any]) -> Talk:
    return Talk(
        kind=row.kind.label,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        booked_at=row.booked_at,
        invited_at=_before(row.invited_at, row.booked_at),
        is_interpreted=row.interpreter_id is not None,
        interpreter_language=row.interpreter_language,
    )


def _walk_ins(
    organisation_id: UUID, span: Interval, world: World
) -> tuple[dict[UUID, list[Interval]], dict[UUID, list[Interval]]]:
    """Time away, and time kept for somebody without an appointment: the second is work, not absence."""
    query = select(Absence.resource_id, Absence.starts_at, Absence.ends_at).where(
        Absence.organisation_id == organisation_id,
        Absence.walk_in_id.is_not(None),
        Absence.starts_at < datetime.fromtimestamp(span.ends, clock.BERLIN),
        Absence.ends_at > datetime.fromtimestamp(span.starts, clock.BERLIN),
    )
    worked: dict[UUID, list[Interval]] = defaultdict(list)
    for row in session().execute(query):
        if row.resource_id is not None:
            worked[row.resource_id].append(Interval(int(row.starts_at.timestamp()), int(row.ends_at.timestamp())))
    away: dict[UUID, list[Interval]] = defaultdict(list)
    for busy in world.busy:
        period = Interval(busy.starts, busy.ends)
        if not busy.is_appointment and period not in worked[busy.resource_id]:
            away[busy.resource_id].append(period)
    return away, worked


def _cut(spans: Iterable[Interval], by: Interval) -> list[Interval]:
    cut = (Interval(max(span.starts, by.starts), min(span.ends, by.ends)) for span in spans)
    return [span for span in cut if span.ends > span.starts]


def _within(spans: Iterable[Interval], hours: Iterable[Interval]) -> list[Interval]:
    """What several spans share with the hours."""
    listed = list(hours)
    return [part for span in spans for part in _cut(listed, span)]


def _before(invited_at: datetime | None, booked_at: datetime) -> datetime | None:
    """When the family was invited; a link that came into being with the booking was no invitation."""
    return invited_at if invited_at is not None and invited_at < booked_at else None


def _midnight(day: date) -> datetime:
    return datetime.fromtimestamp(instant(day, MIDNIGHT), clock.BERLIN)
