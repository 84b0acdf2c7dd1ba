"""Changing what can be booked; appointments that stand already are never touched by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope
from app.errors import Invalid
from app.policies import Actor, Role, authorise
from scheduling.hours import SchoolHolidays
from scheduling.kinds import Gender
from scheduling.models import Availability, Interpreter, InterpreterProfile, Room
from scheduling.policies import SchedulingPermission
from scheduling.resources.queries import get_interpreter, get_pool, get_room, get_rule
from scheduling.world import ResourceKind


@dataclass(frozen=True, slots=True)
class Terms:
    """What an interpreter's work is bound to: working days of notice, hours a year, and who families may wish for."""

    gender: Gender | None = None
    notice_days: int = 3
    budget_hours: int | None = None
    may_exceed_budget: bool = False


def add_room(actor: Actor, *, name: str, place: str, capacity: int, is_step_free: bool = True) -> Room:
    """A further room; raises Invalid when the name is taken."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    with transaction() as current:
        _require_free_name(actor, name)
        room = Room(
            id=new_id(),
            organisation_id=actor.organisation_id,
            name=name,
            place=place,
            capacity=capacity,
            is_step_free=is_step_free,
            is_active=True,
        )
        current.add(room)
        _note(actor, Action.CREATED, "room", room.id)
    return room


def change_room(
    actor: Actor, *, room_id: UUID, name: str, place: str, capacity: int, is_step_free: bool, is_active: bool
) -> None:
    """Change what is said of a room, or whether it is in use; raises Invalid when the name is taken."""
    room = get_room(actor, room_id)
    with transaction():
        _require_free_name(actor, name, room_id)
        room.name, room.place, room.capacity = name, place, capacity
        room.is_step_free, room.is_active = is_step_free, is_active
        _note(actor, Action.CHANGED, "room", room.id)


def set_room_active(actor: Actor, *, room_id: UUID, is_active: bool) -> None:
    """Take a room out of use, or back into it."""
    room = get_room(actor, room_id)
    with transaction():
        room.is_active = is_active
        _note(actor, Action.CHANGED, "room", room.id)


def add_interpreter(
    actor: Actor, *, profile: InterpreterProfile, languages: list[str], terms: Terms = Terms()
) -> Interpreter:
    """Somebody new in the pool; the profile is sealed with the office's key."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    if not languages:
        raise Invalid("languages", "required")
    with transaction() as current:
        interpreter = Interpreter(
            id=new_id(), organisation_id=actor.organisation_id, languages=sorted(languages), is_active=True
        )
        _bind(actor, interpreter, terms)
        current.add(interpreter)
        current.flush()
        records.create(profile, record_id=interpreter.id, scope=Scope(actor.organisation_id))
        _note(actor, Action.CREATED, "interpreter", interpreter.id)
    return interpreter


def change_interpreter(
    actor: Actor,
    *,
    interpreter_id: UUID,
    profile: InterpreterProfile,
    languages: list[str],
    is_active: bool,
    terms: Terms = Terms(),
) -> None:
    """Change name, contact, languages, terms, or whether somebody can be booked at all."""
    interpreter = get_interpreter(actor, interpreter_id)
    with transaction():
        interpreter.languages, interpreter.is_active = sorted(languages), is_active
        _bind(actor, interpreter, terms)
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
    """A weekly line of hours for each weekday (0 is Monday); a closing before the opening is on the next day."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    starts, ends = _span(opens, closes)
    _require_order(valid_from, valid_until)
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


def change_hours(
    actor: Actor,
    *,
    rule_id: UUID,
    opens: time,
    closes: time,
    valid_from: date,
    valid_until: date | None,
    school_holidays: SchoolHolidays,
) -> None:
    """Change one line; if the change begins on a later day, the line of before ends the day before that."""
    rule = get_rule(actor, rule_id)
    starts, ends = _span(opens, closes)
    _require_order(valid_from, valid_until)
    with transaction() as current:
        if valid_from > rule.valid_from:
            rule.valid_until = valid_from - timedelta(days=1)
            _note(actor, Action.CHANGED, "availability", rule.id)
            rule = Availability(
                id=new_id(),
                organisation_id=rule.organisation_id,
                resource_kind=rule.resource_kind,
                resource_id=rule.resource_id,
                weekday=rule.weekday,
            )
            current.add(rule)
        rule.starts_minute, rule.ends_minute, rule.school_holidays = starts, ends, school_holidays
        rule.valid_from, rule.valid_until = valid_from, valid_until
        _note(actor, Action.CHANGED, "availability", rule.id)


def end_hours(actor: Actor, *, rule_id: UUID, last_day: date) -> None:
    """Let one line hold up to and with a day; raises Invalid for a day before it began to hold."""
    rule = get_rule(actor, rule_id)
    _require_order(rule.valid_from, last_day)
    with transaction():
        rule.valid_until = last_day
        _note(actor, Action.CHANGED, "availability", rule.id)


def remove_hours(actor: Actor, *, rule_id: UUID) -> None:
    """Drop one line of hours; what is booked in it stays."""
    rule = get_rule(actor, rule_id)
    with transaction():
        session().delete(rule)
        _note(actor, Action.DELETED, "availability", rule_id)


def _bind(actor: Actor, interpreter: Interpreter, terms: Terms) -> None:
    """Put the terms on the row; only the lead lets somebody go beyond the hours of a year."""
    if terms.may_exceed_budget != bool(interpreter.may_exceed_budget) and not actor.has(Role.LEAD):
        raise Invalid("may_exceed_budget", "lead_only")
    interpreter.gender, interpreter.notice_days = terms.gender, terms.notice_days
    interpreter.budget_hours, interpreter.may_exceed_budget = terms.budget_hours, terms.may_exceed_budget


def _require_free_name(actor: Actor, name: str, room_id: UUID | None = None) -> None:
    if any(room.name == name and room.id != room_id for room in get_pool(actor).rooms):
        raise Invalid("name", "taken")


def _require_order(valid_from: date, valid_until: date | None) -> None:
    if valid_until is not None and valid_until < valid_from:
        raise Invalid("valid_until", "before_valid_from")


def _span(opens: time, closes: time) -> tuple[int, int]:
    """Minutes from the first day's midnight; 0:00 to 0:00 is the whole day."""
    starts, ends = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    if starts == ends != 0:
        raise Invalid("closes", "same_as_opening")
    return starts, ends if ends > starts else ends + 24 * 60


def _note(actor: Actor, action: Action, kind: str, subject_id: UUID) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind=kind,
        subject_id=subject_id,
    )
