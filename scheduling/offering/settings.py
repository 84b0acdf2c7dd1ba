"""How one kind of appointment is at one office, and how it is where the office changed nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.kinds import DocumentKind
from scheduling import office
from scheduling.kinds import TalkMode
from scheduling.states import AppointmentKind

LONGEST_MINUTES = 8 * 60


class BookingAccess(StrEnum):
    """Who may book a kind: the team, families with a link of ours as well, or everybody on the open page."""

    STAFF = "staff"
    INVITED = "invited"
    OPEN = "open"

    @property
    def label(self) -> str:
        """The German words staff choose."""
        return _ACCESS[self]


class PaperRule(StrEnum):
    """Which papers must be complete before the appointment, unless staff give a reason."""

    NONE = "none"
    ALL = "all"
    LISTED = "listed"

    @property
    def label(self) -> str:
        """The German words staff choose."""
        return _PAPERS[self]


class Question(StrEnum):
    """What a family can be asked when it books; the texts it reads stand with its pages."""

    STEP_FREE = "step_free"
    INTERPRETER_GENDER = "interpreter_gender"
    CHILDCARE = "childcare"
    COMING = "coming"
    REMARKS = "remarks"

    @property
    def label(self) -> str:
        """What the answer is about, for staff."""
        return _QUESTIONS[self]


@dataclass(frozen=True, slots=True)
class KindSetting:
    """One kind at one office; lengths, buffers, lead and grid in minutes, the horizon in days.

    `minutes_interpreted` is the length whenever the family needs another language than German, `capacity` the
    number of families that come together.
    """

    kind: AppointmentKind
    minutes: int = office.MINUTES
    minutes_interpreted: int = office.MINUTES_INTERPRETED
    buffer_before: int = office.BUFFER_BEFORE
    buffer_after: int = office.BUFFER_AFTER
    lead_minutes: int = office.FAMILY_POLICY.lead_minutes
    horizon_days: int = office.FAMILY_POLICY.horizon_days
    step_minutes: int = office.STEP_MINUTES
    capacity: int = 1
    questions: tuple[Question, ...] = (Question.COMING, Question.STEP_FREE)
    papers: PaperRule = PaperRule.ALL
    papers_listed: tuple[DocumentKind, ...] = ()
    access: BookingAccess = BookingAccess.INVITED
    modes: tuple[TalkMode, ...] = (TalkMode.ON_SITE,)
    needs_room: bool = True

    def length(self, *, interpreted: bool) -> int:
        """The planned length in minutes; a talk in another language takes longer, whoever speaks it."""
        return self.minutes_interpreted if interpreted else self.minutes

    @property
    def usual_mode(self) -> TalkMode:
        """How one meets when nobody asks for anything else."""
        return self.modes[0]

    @property
    def is_bookable_by_families(self) -> bool:
        """Whether a family may choose the time itself."""
        return self.access is not BookingAccess.STAFF


DEFAULTS: Mapping[AppointmentKind, KindSetting] = {
    setting.kind: setting
    for setting in (
        KindSetting(AppointmentKind.FIRST_TALK),
        KindSetting(AppointmentKind.FOLLOW_UP, modes=(TalkMode.ON_SITE, TalkMode.VIDEO, TalkMode.PHONE)),
        KindSetting(
            AppointmentKind.SCHOOL_DAY,
            minutes=120,
            minutes_interpreted=120,
            buffer_after=30,
            papers=PaperRule.NONE,
            access=BookingAccess.STAFF,
            needs_room=False,
        ),
        KindSetting(
            AppointmentKind.GROUP_INFORMATION,
            minutes=90,
            minutes_interpreted=120,
            capacity=12,
            papers=PaperRule.NONE,
            access=BookingAccess.OPEN,
        ),
    )
}

_ACCESS = {
    BookingAccess.STAFF: "nur das Team",
    BookingAccess.INVITED: "das Team und Familien mit Einladung",
    BookingAccess.OPEN: "alle, auch über die offene Seite",
}
_PAPERS = {
    PaperRule.NONE: "keine",
    PaperRule.ALL: "alle erforderlichen",
    PaperRule.LISTED: "nur die angekreuzten",
}
_QUESTIONS = {
    Question.STEP_FREE: "ob ein stufenloser Weg gebraucht wird",
    Question.INTERPRETER_GENDER: "ob eine Frau oder ein Mann dolmetschen soll",
    Question.CHILDCARE: "ob kleine Kinder mitkommen",
    Question.COMING: "wer mitkommt",
    Question.REMARKS: "was wir noch wissen sollten",
}
