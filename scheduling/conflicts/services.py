"""Settling a conflict at the same time with other people or another room; the time is never given back in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Invalid
from app.policies import Actor
from cases.keeping import note
from scheduling import office, queries
from scheduling.assignment import SlotTaken, guarded, lock_resources, reserve
from scheduling.booking import notices
from scheduling.conflicts.proposals import at_its_time
from scheduling.conflicts.queries import planned_of
from scheduling.hours import local_day
from scheduling.models import Appointment
from scheduling.queries import fitted, get_appointment, lock_case, needs_of, wishes_of
from scheduling.slots import find_assignment
from scheduling.states import AppointmentState, require_transition
from scheduling.world import Assignment, Reason, Refusal
from scheduling.worlds import load_world


@dataclass(frozen=True, slots=True)
class Team:
    """The people and the room that are to carry an appointment."""

    advisor_id: UUID
    interpreter_id: UUID | None
    room_id: UUID | None

    @property
    def ids(self) -> list[UUID]:
        """All of them."""
        return [each for each in (self.advisor_id, self.interpreter_id, self.room_id) if each is not None]


def reassign(actor: Actor, *, appointment_id: UUID, team: Team, tell_family: bool) -> Appointment:
    """Give an appointment exactly these people and this room at its own time; raises SlotTaken if one is not free.

    The family hears of it only if `tell_family` says so; its reminders name the new place in any case.
    """
    get_appointment(actor, appointment_id)

    def work() -> Appointment:
        with transaction():
            appointment, case = get_appointment(actor, appointment_id)
            lock_case(case.id)
            session().refresh(appointment)
            _require_ahead(appointment)
            needs = needs_of(case, appointment.kind, wishes_of(appointment))
            lock_resources(team.ids, given_back=[appointment.id])
            reserve(appointment, _chosen(appointment, needs, team), setting=needs.setting)
            session().expire(appointment, ["room", "interpreter"])
            appointment.sequence += 1
            appointment.changed_at = clock.now()
            sheet = queries.sheet_of(appointment)
            if tell_family:
                notices.tell_changed(case, appointment, sheet)
            else:
                notices.renew(case, appointment, sheet)
            facts: dict[str, str | int | list[str]] = {"sequence": appointment.sequence, "told": int(tell_family)}
            note(actor, case, Action.CHANGED, "appointment", subject_id=appointment.id, facts=facts)
        return appointment

    return guarded(work)


def _chosen(appointment: Appointment, needs: queries.Needs, team: Team) -> Assignment:
    """The wanted team, if the engine finds it free at the agreed time; nothing else will do."""
    planned = planned_of(appointment)
    day = local_day(planned.starts)
    world = load_world(
        appointment.organisation_id, first=day, last=day, policy=office.STAFF_POLICY, own=[appointment.id]
    )
    narrowed = replace(world, resources=tuple(each for each in world.resources if each.id in set(team.ids)))
    found = find_assignment(fitted(at_its_time(needs, planned), narrowed), narrowed, planned.starts)
    if isinstance(found, Refusal):
        raise SlotTaken(found.reason)
    if Team(found.advisor_id, found.interpreter_id, found.room_id) != team:
        raise SlotTaken(Reason.NO_ADVISOR)
    return found


def _require_ahead(appointment: Appointment) -> None:
    require_transition(appointment.state, AppointmentState.CANCELLED)
    if appointment.state is not AppointmentState.BOOKED or appointment.group_talk_id is not None:
        raise Invalid("appointment", "not_booked")
    if appointment.ends_at <= clock.now():
        raise Invalid("appointment", "over")
