"""The appointments of a span of days with everything a page shows, in a number of reads that never grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as accounts
from app.data import records
from app.data.database import session
from app.policies import Actor, Role
from cases.models import Case
from cases.queries import visible_to
from cases.sheets import CaseSummary
from scheduling.day.rules import may_arrive, may_be_late, may_miss
from scheduling.hours import MIDNIGHT, instant
from scheduling.models import Appointment, AppointmentSheet, Interpreter, InterpreterProfile
from scheduling.states import AppointmentState, may_become

TONES = {
    AppointmentState.BOOKED: "info",
    AppointmentState.ATTENDED: "success",
    AppointmentState.NO_SHOW: "danger",
    AppointmentState.CANCELLED: "neutral",
}
SHOWN = tuple(TONES)


@dataclass(frozen=True, slots=True, repr=False)
class DayLine:
    """One appointment as the day shows it."""

    appointment: Appointment
    reference: str
    family_name: str
    children: int
    language: str | None
    people: int
    advisor: str
    interpreter: str | None
    interpreter_phone: str
    tone: str
    may_attend: bool
    may_miss: bool
    may_undo: bool
    may_arrive: bool
    may_be_late: bool

    @property
    def expected_at(self) -> datetime:
        """When the family said it would be here."""
        return self.appointment.starts_at + timedelta(minutes=self.appointment.late_minutes or 0)

    @property
    def on(self) -> date:
        """The local day of its start."""
        return clock.local(self.appointment.starts_at).date()


def is_own_day(actor: Actor, wanted: str | None) -> bool:
    """Advisors see their own appointments first, everybody else the team's."""
    return actor.has(Role.ADVISOR) and wanted != "team"


def lines_between(actor: Actor, first: date, last: date, *, own: bool) -> list[DayLine]:
    """The appointments of the local days `first` to `last` (inclusive) that the actor may know of, by time."""
    query = (
        select(Appointment, Case.reference)
        .join(Case, Case.id == Appointment.case_id)
        .where(
            visible_to(actor),
            Appointment.organisation_id == actor.organisation_id,
            Appointment.state.in_(SHOWN),
            Appointment.starts_at >= _at(first),
            Appointment.starts_at < _at(last + timedelta(days=1)),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    if own:
        query = query.where(Appointment.advisor_id == actor.user_id)
    rows = session().execute(query).all()
    return _lines(actor, [(row[0], row[1]) for row in rows])


def interpreter_profiles(organisation_id: UUID, ids: set[UUID]) -> dict[UUID, InterpreterProfile]:
    """Names and numbers of interpreters by id."""
    stored = records.find_many(InterpreterProfile, ids, reader=organisation_id)
    return {interpreter_id: each.sheet for interpreter_id, each in stored.items()}


def interpreters_of(organisation_id: UUID) -> list[Interpreter]:
    """Everybody of the pool, oldest first."""
    query = select(Interpreter).where(Interpreter.organisation_id == organisation_id)
    return list(session().scalars(query.order_by(Interpreter.id)))


def _lines(actor: Actor, rows: list[tuple[Appointment, str]]) -> list[DayLine]:
    owner = actor.organisation_id
    appointments = [appointment for appointment, _ in rows]
    summaries = records.find_many(CaseSummary, {each.case_id for each in appointments}, reader=owner)
    sheets = records.find_many(AppointmentSheet, [each.id for each in appointments], reader=owner)
    advisors = accounts.names({each.advisor_id for each in appointments})
    wanted = {each.interpreter_id for each in appointments if each.interpreter_id}
    interpreters = interpreter_profiles(owner, wanted)
    now = clock.now()
    lines = []
    for appointment, reference in rows:
        stored, sheet = summaries.get(appointment.case_id), sheets.get(appointment.id)
        interpreter = interpreters.get(appointment.interpreter_id) if appointment.interpreter_id else None
        lines.append(
            DayLine(
                appointment=appointment,
                reference=reference,
                family_name=stored.sheet.family_name if stored else "",
                children=len(stored.sheet.children) if stored else 0,
                language=(sheet.sheet.interpreter_language if sheet else "")
                or (stored.sheet.language if stored else None),
                people=sheet.sheet.coming_count if sheet else 0,
                advisor=advisors.get(appointment.advisor_id, ""),
                interpreter=interpreter.name if interpreter else None,
                interpreter_phone=interpreter.phone if interpreter else "",
                tone=TONES[appointment.state],
                may_attend=may_become(appointment.state, AppointmentState.ATTENDED) and _is_near(appointment, now),
                **_may(appointment, now),
            )
        )
    return lines


def _may(appointment: Appointment, now: datetime) -> dict[str, bool]:
    """What can be noted about it now."""
    state, starts_at, arrived_at = appointment.state, appointment.starts_at, appointment.arrived_at
    late, ends_at = appointment.late_minutes, appointment.ends_at
    return {
        "may_miss": may_miss(state, starts_at=starts_at, late_minutes=late, arrived_at=arrived_at, now=now),
        "may_undo": may_become(state, AppointmentState.BOOKED),
        "may_arrive": may_arrive(state, starts_at=starts_at, arrived_at=arrived_at, now=now),
        "may_be_late": may_be_late(state, starts_at=starts_at, ends_at=ends_at, arrived_at=arrived_at, now=now),
    }


def _is_near(appointment: Appointment, now: datetime) -> bool:
    """Families come early, but not the day before."""
    return now >= appointment.starts_at - timedelta(hours=2)


def _at(day: date) -> datetime:
    return datetime.fromtimestamp(instant(day, MIDNIGHT), clock.BERLIN)
