"""Appointments as lines of somebody's calendar: kind and place, and never whose talk it is.

The reference number of the case stands there only where the installation's setting allows it.
"""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from app.data.database import session
from cases.models import Case
from config import Config
from scheduling.booking.texts import place_of
from scheduling.calendar import Entry, EventStatus
from scheduling.groups.models import GroupTalk
from scheduling.groups.states import GroupTalkState
from scheduling.kinds import TalkMode
from scheduling.models import Appointment
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import ResourceKind

INTERPRETING = "Sprachmittlung"


def entry_of(appointment: Appointment, kind: ResourceKind) -> Entry:
    """One appointment for an advisor's or an interpreter's calendar."""
    return Entry(
        uid=appointment.calendar_uid,
        sequence=appointment.sequence,
        starts=appointment.starts_at,
        ends=appointment.ends_at,
        summary=_summary(appointment, kind),
        location=place_of(appointment.room) if appointment.mode is TalkMode.ON_SITE else appointment.mode.label,
        description="",
        stamp=appointment.changed_at,
        status=EventStatus.CANCELLED if appointment.state is AppointmentState.CANCELLED else EventStatus.CONFIRMED,
    )


def entry_of_group(talk: GroupTalk) -> Entry:
    """One group talk, once however many families come; its number of changes is that of its row."""
    return Entry(
        uid=f"{talk.id.hex}@einstieg",
        sequence=talk.version - 1,
        starts=talk.starts_at,
        ends=talk.ends_at,
        summary=f"{AppointmentKind.GROUP_INFORMATION.label}: {talk.title}",
        location=place_of(talk.room) if talk.mode is TalkMode.ON_SITE else talk.mode.label,
        description="",
        stamp=talk.changed_at,
        status=EventStatus.CANCELLED if talk.state is GroupTalkState.CANCELLED else EventStatus.CONFIRMED,
    )


def _summary(appointment: Appointment, kind: ResourceKind) -> str:
    said = INTERPRETING if kind is ResourceKind.INTERPRETER else appointment.kind.label
    config: Config = current_app.extensions["config"]
    if not config.feed_references:
        return said
    reference = session().scalar(select(Case.reference).where(Case.id == appointment.case_id))
    return f"{said} {reference}"
