"""The places of group talks: which talks a family may come to, and taking a place that nobody else can have too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import load_only

from app import clock
from app.data.database import session
from scheduling.groups.models import GroupTalk
from scheduling.groups.states import GroupTalkState, next_place
from scheduling.hours import MIDNIGHT, instant, local_day
from scheduling.models import Appointment
from scheduling.states import AppointmentState
from scheduling.tongues import rank
from scheduling.world import Policy, Slot

OFFICE_LANGUAGE = "de"
SEATED = (AppointmentState.BOOKED, AppointmentState.ATTENDED, AppointmentState.NO_SHOW)


def free_talks(
    organisation_id: UUID, *, language: str | None, policy: Policy, own: Collection[UUID] = ()
) -> list[GroupTalk]:
    """The talks in a language (None: German) with a free place that may be booked now, by time.

    `own` are appointments whose places do not count as taken.
    """
    now = clock.now()
    last = local_day(int(now.timestamp())) + timedelta(days=policy.horizon_days + 1)
    query = select(GroupTalk).where(
        GroupTalk.organisation_id == organisation_id,
        GroupTalk.state == GroupTalkState.PLANNED,
        GroupTalk.starts_at >= now + timedelta(minutes=policy.lead_minutes),
        GroupTalk.starts_at < datetime.fromtimestamp(instant(last, MIDNIGHT), clock.BERLIN),
    )
    talks = list(session().scalars(query.order_by(GroupTalk.starts_at, GroupTalk.id)).unique())
    wanted = [talk for talk in talks if rank(language or OFFICE_LANGUAGE, (talk.language,)) is not None]
    taken = places_taken([talk.id for talk in wanted], own=own)
    return [talk for talk in wanted if next_place(taken[talk.id], talk.capacity) is not None]


def slot_of(talk: GroupTalk) -> Slot:
    """The talk's time as families choose it."""
    return Slot(int(talk.starts_at.timestamp()), int(talk.ends_at.timestamp()), talk.interpreter_id is not None)


def places_taken(talk_ids: Collection[UUID], *, own: Collection[UUID] = ()) -> dict[UUID, set[int]]:
    """The numbers given in each talk; a hold that has run out gives its number back without any clean-up job."""
    query = select(Appointment.group_talk_id, Appointment.place).where(
        Appointment.group_talk_id.in_(talk_ids),
        Appointment.place.is_not(None),
        Appointment.id.not_in(own),
        or_(
            Appointment.state.in_(SEATED),
            (Appointment.state == AppointmentState.HELD) & (Appointment.hold_ends_at > clock.now()),
        ),
    )
    found: dict[UUID, set[int]] = defaultdict(set)
    for talk_id, place in session().execute(query):
        if talk_id is not None and place is not None:
            found[talk_id].add(place)
    return found


def take_place(
    appointment: Appointment,
    *,
    language: str | None,
    starts_at: datetime,
    policy: Policy,
    own: Collection[UUID] = (),
) -> GroupTalk | None:
    """Give a family the lowest free place of a talk at that time, in the open transaction; None when there is none.

    Writers of one talk queue at its row; a number that two of them chose all the same, the database refuses.
    """
    talks = free_talks(appointment.organisation_id, language=language, policy=policy, own=own)
    for talk in (each for each in talks if each.starts_at == starts_at):
        locked = select(GroupTalk).options(load_only(GroupTalk.id, GroupTalk.capacity)).where(GroupTalk.id == talk.id)
        session().execute(locked.with_for_update(of=GroupTalk)).unique().all()
        place = next_place(places_taken([talk.id], own=own)[talk.id], talk.capacity)
        if place is not None:
            _give_back_expired(talk.id)
            _sit_down(appointment, talk, place)
            return talk
    return None


def _give_back_expired(talk_id: UUID) -> None:
    """Take the numbers of holds that ran out out of the unique index's way."""
    session().execute(
        update(Appointment)
        .where(
            Appointment.group_talk_id == talk_id,
            Appointment.state.not_in(SEATED),
            or_(Appointment.state != AppointmentState.HELD, Appointment.hold_ends_at <= clock.now()),
        )
        .values(place=None)
    )


def _sit_down(appointment: Appointment, talk: GroupTalk, place: int) -> None:
    """The family's appointment is where and when the talk is; the interpreter is the talk's and asked once."""
    appointment.group_talk_id, appointment.place = talk.id, place
    appointment.starts_at, appointment.ends_at = talk.starts_at, talk.ends_at
    appointment.advisor_id, appointment.interpreter_id = talk.advisor_id, None
    appointment.room_id, appointment.mode = talk.room_id, talk.mode
    session().add(appointment)
    session().flush()
