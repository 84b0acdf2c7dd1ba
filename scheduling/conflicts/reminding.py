"""A task for whoever counsels a case once its family has to be told today that the talk cannot be kept."""

from __future__ import annotations

from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app import clock
from app.accounts.queries import organisations
from app.data import records
from app.data.database import session
from app.errors import EinstiegError
from app.policies import OrganisationKind, system_of
from app.web.format import clock_time, day
from cases.kinds import TaskKind
from cases.models import Task
from cases.sheets import TaskText
from cases.tasks.services import add_task
from config import Config
from scheduling.conflicts.queries import Conflict, situation_of, tell_by
from scheduling.models import Appointment


def remind_to_tell() -> int:
    """Make the task for every conflict whose day has come, once; answers how many were made."""
    config: Config = current_app.extensions["config"]
    made = 0
    for office in organisations(OrganisationKind.KI):
        for conflict in situation_of(office.id).conflicts:
            if tell_by(conflict.planned.starts, config.tell_family_days) <= clock.today():
                made += _remind(office.id, conflict)
    return made


def sentence_for(appointment: Appointment) -> str:
    """What the task says: date and time, nothing of the family."""
    when = f"{day(appointment.starts_at)} um {clock_time(appointment.starts_at)}"
    return f"Der Termin am {when} kann so nicht stattfinden: heute klären oder die Familie informieren."


def _remind(organisation_id: UUID, conflict: Conflict) -> bool:
    case_id, text = conflict.appointment.case_id, sentence_for(conflict.appointment)
    query = select(Task.id).where(Task.case_id == case_id, Task.kind == TaskKind.GENERAL)
    known = records.find_many(TaskText, list(session().scalars(query)), reader=organisation_id)
    if any(stored.sheet.text == text for stored in known.values()):
        return False
    system = system_of(organisation_id, OrganisationKind.KI)
    try:
        add_task(system, case_id=case_id, kind=TaskKind.GENERAL, due_on=clock.today(), text=text)
    except EinstiegError:
        return False  # a case that was restricted or closed meanwhile takes no task
    return True
