"""Setting how a kind of appointment is, and going back to how it is everywhere."""

from __future__ import annotations

from dataclasses import asdict

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import transaction
from app.errors import Invalid
from app.policies import Actor, authorise
from scheduling.offering.models import KindChoice
from scheduling.offering.queries import choice_of, setting_of
from scheduling.offering.settings import DEFAULTS, LONGEST_MINUTES, KindSetting
from scheduling.policies import SchedulingPermission
from scheduling.states import AppointmentKind

LISTS = ("questions", "papers_listed", "modes")


def change_kind(actor: Actor, *, setting: KindSetting) -> None:
    """From now on the kind is like this at the actor's office; what is booked stays as it is.

    Raises Invalid for lengths outside a day's work and for a kind that nobody could meet for.
    """
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    _require_sound(setting)
    with transaction() as current:
        before = setting_of(actor.organisation_id, setting.kind)
        row = choice_of(actor.organisation_id, setting.kind)
        if row is None:
            row = KindChoice(id=new_id(), organisation_id=actor.organisation_id, kind=setting.kind)
            current.add(row)
        for name, value in asdict(setting).items():
            setattr(row, name, [str(each) for each in value] if name in LISTS else value)
        row.changed_at, row.changed_by = clock.now(), actor.user_id
        current.flush()
        _note(actor, setting.kind, _changes(before, setting))


def reset_kind(actor: Actor, *, kind: AppointmentKind) -> None:
    """The kind is again as it is where nobody changed anything."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    with transaction() as current:
        row = choice_of(actor.organisation_id, kind)
        if row is None:
            return
        before = setting_of(actor.organisation_id, kind)
        current.delete(row)
        _note(actor, kind, _changes(before, DEFAULTS[kind]))


def _require_sound(setting: KindSetting) -> None:
    for name in ("minutes", "minutes_interpreted"):
        if not 1 <= getattr(setting, name) <= LONGEST_MINUTES:
            raise Invalid(name, "length")
    if not setting.modes:
        raise Invalid("modes", "required")


def _changes(before: KindSetting, after: KindSetting) -> list[str]:
    """Each changed field with its old and new value; settings name no person."""
    old, new = asdict(before), asdict(after)
    return [f"{name}: {_said(old[name])} -> {_said(new[name])}" for name in new if old[name] != new[name]]


def _said(value: object) -> str:
    return "+".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _note(actor: Actor, kind: AppointmentKind, changes: list[str]) -> None:
    audit.record(
        Action.CHANGED,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="kind_setting",
        facts={"kind": kind.value, "changes": changes},
    )
