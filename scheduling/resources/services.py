"""Changing what can be booked; appointments that stand already are never touched by it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope
from app.errors import Invalid
from app.policies import Actor, authorise
from scheduling.hours import MIDNIGHT, SchoolHolidays
from scheduling.models import Absence, Availability, Interpreter, InterpreterProfile, Room
from scheduling.policies import SchedulingPermission
from scheduling.resources.queries import get_absence, get_interpreter, get_pool, get_room, get_rule
from scheduling.world import ResourceKind


def add_room(actor: Actor, *, name: str, place: str, capacity: int) -> Room:
    """A further room; raises Invalid when the name is taken."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    with transaction() as current:
        if any(room.name == name for room in get_pool(actor).rooms):
            raise Invalid("name", "taken")
        room = Room(
            id=new_id(),
            organisation_id=actor.organisation_id,
            name=name,
            place=place,
            capacity=capacity,
            is_active=True,
        )
        current.add(room)
        _note(actor, Action.CREATED, "room", room.id)
    return room


def set_room_active(actor: Actor, *, room_id: UUID, is_active: bool) -> None:
    """Take a room out of use, or back into it."""
    room = get_room(actor, room_id)
    with transaction():
        room.is_active = is_active
        _note(actor, Action.CHANGED, "room", room.id)


def add_interpreter(actor: Actor, *, profile: InterpreterProfile, languages: list[str]) -> Interpreter:
    """Somebody new in the pool; the profile is sealed with the office's key."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    if not languages:
        raise Invalid("languages", "required")
    with transaction() as current:
        interpreter = Interpreter(
            id=new_id(), organisation_id=actor.organisation_id, languages=sorted(languages), is_active=True
        )
        current.add(interpreter)
        current.flush()
        records.create(profile, record_id=interpreter.id, scope=Scope(actor.organisation_id))
        _note(actor, Action.CREATED, "interpreter", interpreter.id)
    return interpreter


def change_interpreter(
    actor: Actor, *, interpreter_id: UUID, profile: InterpreterProfile, languages: list[str], is_active: bool
) -> None:
    """Change name, contact, languages, or whether somebody can be booked at all."""
    interpreter = get_interpreter(actor, interpreter_id)
    with transaction():
        interpreter.languages, interpreter.is_active = sorted(languages), is_active
        records.put(profile, record_id=interpreter.id, scope=interpreter.scope)
        _note(actor, Action.CHANGED, "interpreter", interpreter.id)


def add_hours(
    actor: Actor,
    *,
    kind: ResourceKind,
    resource_id: UUID,
    weekdays: list[int],
    opens: time,
    closes: time,
    valid_from: date,
    valid_until: date | None = None,
    school_holidays: SchoolHolidays = SchoolHolidays.ALWAYS,
) -> None:
    """A weekly line of hours for each weekday (0 is Monday); raises Invalid for a closing before the opening."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    starts, ends = _minutes(opens), _minutes(closes) or 24 * 60
    if ends <= starts:
        raise Invalid("closes", "before_opening")
    with transaction() as current:
        if not any(each.id == resource_id and each.kind is kind for each in get_pool(actor).bookable):
            raise Invalid("resource", "unknown")
        for weekday in weekdays:
            rule = Availability(
                id=new_id(),
                organisation_id=actor.organisation_id,
                resource_kind=kind,
                resource_id=resource_id,
                weekday=weekday,
                starts_minute=starts,
                ends_minute=ends,
                valid_from=valid_from,
                valid_until=valid_until,
                school_holidays=school_holidays,
            )
            current.add(rule)
            _note(actor, Action.CREATED, "availability", rule.id)


def remove_hours(actor: Actor, *, rule_id: UUID) -> None:
    """Drop one line of hours; what is booked in it stays."""
    rule = get_rule(actor, rule_id)
    with transaction():
        session().delete(rule)
        _note(actor, Action.DELETED, "availability", rule_id)


def add_absence(actor: Actor, *, resource_id: UUID | None, first: date, last: date) -> Absence:
    """Whole days away, both inclusive; no resource closes the office. Free times vanish at once."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    if last < first:
        raise Invalid("last", "before_first")
    with transaction() as current:
        if resource_id is not None and not any(each.id == resource_id for each in get_pool(actor).bookable):
            raise Invalid("resource", "unknown")
        absence = Absence(
            id=new_id(),
            organisation_id=actor.organisation_id,
            resource_id=resource_id,
            starts_at=_midnight(first),
            ends_at=_midnight(last + timedelta(days=1)),
        )
        current.add(absence)
        _note(actor, Action.CREATED, "absence", absence.id)
    return absence


def remove_absence(actor: Actor, *, absence_id: UUID) -> None:
    """Somebody is back earlier, or the office opens after all."""
    absence = get_absence(actor, absence_id)
    with transaction():
        session().delete(absence)
        _note(actor, Action.DELETED, "absence", absence_id)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _midnight(day: date) -> datetime:
    return datetime.combine(day, MIDNIGHT, tzinfo=clock.BERLIN)


def _note(actor: Actor, action: Action, kind: str, subject_id: UUID) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind=kind,
        subject_id=subject_id,
    )
