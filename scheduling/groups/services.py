"""Planning group talks and calling them off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Invalid, NotFound
from app.policies import Actor, authorise
from scheduling import office, services
from scheduling.assignment import SlotTaken, assign, guarded, release_expired, write_rows
from scheduling.groups.models import GroupTalk
from scheduling.groups.queries import get_talk, is_planned
from scheduling.groups.states import GroupTalkState
from scheduling.kinds import TalkMode
from scheduling.models import Appointment, Reservation, Room
from scheduling.offering.queries import setting_of
from scheduling.policies import SchedulingPermission
from scheduling.queries import GERMAN, Needs
from scheduling.states import AppointmentKind, AppointmentState

KIND = AppointmentKind.GROUP_INFORMATION


@dataclass(frozen=True, slots=True)
class Plan:
    """What a group talk is; without an advisor the least used one that is free leads it."""

    title: str
    language: str
    capacity: int
    mode: TalkMode = TalkMode.ON_SITE
    advisor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What came of a series: the talks made, and the starts nobody or no room was free at."""

    talks: Sequence[GroupTalk]
    impossible: Sequence[datetime]


def plan_series(actor: Actor, plan: Plan, starts: Iterable[datetime]) -> Planned:
    """Plan the same talk at several times; those that cannot be had are answered, the others stand."""
    authorise(actor, SchedulingPermission.PLAN_GROUPS)
    talks, impossible = [], []
    for at in starts:
        try:
            talks.append(plan_talk(actor, plan, starts_at=at))
        except SlotTaken:
            impossible.append(at)
    return Planned(talks, impossible)


def plan_talk(actor: Actor, plan: Plan, *, starts_at: datetime) -> GroupTalk:
    """Agree on a time with advisor, room and interpreter, all of them guarded like any talk's; raises SlotTaken.

    Raises Invalid for a number of places or a way of talking that cannot be.
    """
    authorise(actor, SchedulingPermission.PLAN_GROUPS)
    if not 1 <= plan.capacity <= 200:
        raise Invalid("capacity", "range")

    def work() -> GroupTalk:
        with transaction():
            return _agree(actor, plan, starts_at)

    return guarded(work)


def call_off(actor: Actor, *, talk_id: UUID) -> Collection[UUID]:
    """Call a talk off and each family's place with it, telling them; answers the appointments nobody was told of.

    Those are families whose case the actor may not change, such as restricted ones (Art. 18 GDPR). A second time
    changes nothing.
    """
    authorise(actor, SchedulingPermission.PLAN_GROUPS)
    with transaction():
        session().execute(select(GroupTalk.id).where(GroupTalk.id == talk_id).with_for_update())
        talk = get_talk(actor, talk_id)
        if not is_planned(talk):
            return ()
        untold = [row.id for row in _seats(talk) if not _tell(actor, row)]
        talk.state, talk.changed_at = GroupTalkState.CANCELLED, clock.now()
        session().execute(delete(Reservation).where(Reservation.group_talk_id == talk.id))
        _note(actor, talk, Action.CHANGED)
    return untold


def _agree(actor: Actor, plan: Plan, starts_at: datetime) -> GroupTalk:
    setting = setting_of(actor.organisation_id, KIND)
    needs = Needs(
        organisation_id=actor.organisation_id,
        setting=setting,
        language=plan.language if plan.language != GERMAN else None,
        advisor_id=plan.advisor_id,
        people=plan.capacity,
        mode=plan.mode,
    )
    chosen = assign(needs, starts_at=starts_at, policy=office.STAFF_POLICY)
    room = session().get(Room, chosen.room_id) if chosen.room_id else None
    if room is not None and room.capacity < plan.capacity:
        raise Invalid("capacity", "no_room")
    talk = GroupTalk(
        id=new_id(),
        organisation_id=actor.organisation_id,
        title=plan.title,
        language=plan.language,
        state=GroupTalkState.PLANNED,
        mode=plan.mode,
        starts_at=chosen.slot.starts_at,
        ends_at=chosen.slot.ends_at,
        capacity=plan.capacity,
        advisor_id=chosen.advisor_id,
        interpreter_id=chosen.interpreter_id,
        room_id=chosen.room_id,
        created_by=actor.user_id,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    session().add(talk)
    session().flush()
    release_expired(chosen.resource_ids)
    write_rows(chosen, setting, group_talk_id=talk.id)
    _note(actor, talk, Action.CREATED)
    return talk


def _seats(talk: GroupTalk) -> Sequence[Appointment]:
    """Everybody who has or holds a place."""
    open_states = (AppointmentState.HELD, AppointmentState.BOOKED)
    query = select(Appointment).where(Appointment.group_talk_id == talk.id, Appointment.state.in_(open_states))
    return session().scalars(query.order_by(Appointment.place)).unique().all()


def _tell(actor: Actor, appointment: Appointment) -> bool:
    """Give one family's place back and tell it; False when its case is not the actor's to change."""
    if appointment.state is AppointmentState.BOOKED:
        try:
            services.cancel(actor, appointment_id=appointment.id)
        except NotFound:
            _unseat(appointment)
            return False
        return True
    _unseat(appointment)
    return True


def _unseat(appointment: Appointment) -> None:
    """End a hold, or a place in a case that nobody may process: nothing is sent."""
    appointment.state, appointment.place = AppointmentState.CANCELLED, None
    appointment.changed_at = clock.now()


def _note(actor: Actor, talk: GroupTalk, action: Action) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="group_talk",
        subject_id=talk.id,
        facts={"state": talk.state.value, "capacity": talk.capacity},
    )
