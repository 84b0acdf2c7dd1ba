"""How each kind of appointment is at an office: what it chose, and the defaults for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from app.data.database import session
from cases.kinds import DocumentKind
from scheduling.kinds import TalkMode
from scheduling.offering.models import KindChoice
from scheduling.offering.settings import DEFAULTS, KindSetting, Question
from scheduling.states import AppointmentKind


def settings_of(organisation_id: UUID) -> Mapping[AppointmentKind, KindSetting]:
    """Every kind's setting at one office, in one query."""
    rows = session().scalars(select(KindChoice).where(KindChoice.organisation_id == organisation_id))
    return {**DEFAULTS, **{row.kind: _setting(row) for row in rows}}


def setting_of(organisation_id: UUID, kind: AppointmentKind) -> KindSetting:
    """One kind's setting at one office."""
    return settings_of(organisation_id)[kind]


def choice_of(organisation_id: UUID, kind: AppointmentKind) -> KindChoice | None:
    """What the office changed of a kind, None while the defaults hold."""
    query = select(KindChoice).where(KindChoice.organisation_id == organisation_id, KindChoice.kind == kind)
    return session().scalar(query)


def _setting(row: KindChoice) -> KindSetting:
    """The values of a row; members that no longer exist are left out."""
    modes = tuple(TalkMode(mode) for mode in row.modes if mode in set(TalkMode))
    return KindSetting(
        kind=row.kind,
        minutes=row.minutes,
        minutes_interpreted=row.minutes_interpreted,
        buffer_before=row.buffer_before,
        buffer_after=row.buffer_after,
        lead_minutes=row.lead_minutes,
        horizon_days=row.horizon_days,
        step_minutes=row.step_minutes,
        capacity=row.capacity,
        questions=tuple(question for question in Question if question in row.questions),
        papers=row.papers,
        papers_listed=tuple(kind for kind in DocumentKind if kind in row.papers_listed),
        access=row.access,
        modes=modes or DEFAULTS[row.kind].modes,
        needs_room=row.needs_room,
    )
