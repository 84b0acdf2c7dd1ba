"""The life of an appointment: states, allowed changes, what blocks a resource, who may cancel until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from app.errors import WrongState

CANCEL_NOTICE = timedelta(hours=24)
NO_SHOW_GRACE = timedelta(minutes=15)


class AppointmentState(StrEnum):
    """Where an appointment stands; a hold is a booking that runs out by itself."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return _STATE_LABELS[self]


class AppointmentKind(StrEnum):
    """What the appointment is for; how long and with what, each office decides (`scheduling.offering`)."""

    FIRST_TALK = "first_talk"
    FOLLOW_UP = "follow_up"
    SCHOOL_DAY = "school_day"
    GROUP_INFORMATION = "group_information"

    @property
    def label(self) -> str:
        """The German name staff read."""
        return _KIND_LABELS[self]

    @property
    def is_for_one_family(self) -> bool:
        """Whether one family agrees on it alone; a group talk has places in sessions instead."""
        return self is not AppointmentKind.GROUP_INFORMATION


_STATE_LABELS = {
    AppointmentState.HELD: "vorgemerkt",
    AppointmentState.BOOKED: "gebucht",
    AppointmentState.CANCELLED: "abgesagt",
    AppointmentState.ATTENDED: "erschienen",
    AppointmentState.NO_SHOW: "nicht erschienen",
    AppointmentState.EXPIRED: "verfallen",
}
_KIND_LABELS = {
    AppointmentKind.FIRST_TALK: "Erstgespräch",
    AppointmentKind.FOLLOW_UP: "Folgegespräch",
    AppointmentKind.SCHOOL_DAY: "Schultag",
    AppointmentKind.GROUP_INFORMATION: "Gruppeninformation",
}

# The way back from attended and no_show to booked is the audited undo of a wrong click.
TRANSITIONS: dict[AppointmentState, frozenset[AppointmentState]] = {
    AppointmentState.HELD: frozenset({AppointmentState.BOOKED, AppointmentState.CANCELLED, AppointmentState.EXPIRED}),
    AppointmentState.BOOKED: frozenset(
        {AppointmentState.CANCELLED, AppointmentState.ATTENDED, AppointmentState.NO_SHOW}
    ),
    AppointmentState.ATTENDED: frozenset({AppointmentState.BOOKED}),
    AppointmentState.NO_SHOW: frozenset({AppointmentState.BOOKED, AppointmentState.ATTENDED}),
    AppointmentState.CANCELLED: frozenset(),
    AppointmentState.EXPIRED: frozenset(),
}


def may_become(current: AppointmentState, wanted: AppointmentState) -> bool:
    """Whether the table of transitions lets one state follow the other."""
    return wanted in TRANSITIONS[current]


def require_transition(current: AppointmentState, wanted: AppointmentState) -> None:
    """Raise `WrongState` unless the change is allowed."""
    if not may_become(current, wanted):
        raise WrongState(current, wanted)


def blocks(state: AppointmentState, *, hold_ends_at: datetime | None = None, now: datetime | None = None) -> bool:
    """Whether the row keeps its resources busy; a hold does so only before it ends, without any clean-up job.

    A hold for which either time is missing blocks, as the safe reading.
    """
    if state is AppointmentState.HELD:
        return hold_ends_at is None or now is None or now < hold_ends_at
    return state in (AppointmentState.BOOKED, AppointmentState.ATTENDED)


def cancel_deadline(starts_at: datetime, notice: timedelta = CANCEL_NOTICE) -> datetime:
    """The last instant at which a family may cancel or move by itself; in real hours, not wall time."""
    return starts_at - notice


def may_cancel(
    state: AppointmentState,
    *,
    starts_at: datetime,
    now: datetime,
    by_staff: bool,
    notice: timedelta = CANCEL_NOTICE,
) -> bool:
    """Staff may cancel whatever still can be; a family up to and with the deadline; times are aware UTC."""
    if not may_become(state, AppointmentState.CANCELLED):
        return False
    return by_staff or now <= cancel_deadline(starts_at, notice)


def may_mark_no_show(
    state: AppointmentState, *, starts_at: datetime, now: datetime, grace: timedelta = NO_SHOW_GRACE
) -> bool:
    """Only a booked appointment, and only once its start and the grace are over."""
    return may_become(state, AppointmentState.NO_SHOW) and now >= starts_at + grace
