"""What the page of a case shows about its appointments and invitations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app import clock
from app.accounts import queries as accounts
from cases.models import Case
from scheduling import queries
from scheduling.booking.links import address, open_invitations, token_of
from scheduling.booking.offers import DayOffer, by_day, nearest
from scheduling.day.queries import TONES, interpreter_profiles
from scheduling.kinds import Gender
from scheduling.models import Appointment, AppointmentSheet, Invitation
from scheduling.queries import Needs
from scheduling.states import AppointmentState
from scheduling.world import Policy

OFFERED_DAYS = 7


@dataclass(frozen=True, slots=True, repr=False)
class CaseAppointment:
    """One appointment on the page of its case."""

    appointment: Appointment
    sheet: AppointmentSheet
    advisor: str
    interpreter: str | None
    tone: str
    is_open: bool

    @property
    def wishes(self) -> list[str]:
        """What the family asked for when it booked, for whoever prepares the talk."""
        said = self.sheet
        gender = f"{Gender(said.interpreter_gender).label} dolmetscht" if said.interpreter_gender in set(Gender) else ""
        words = ("kleine Kinder kommen mit" if said.childcare else "", "stufenlos" if said.step_free else "")
        return [word for word in (*words, gender, said.remarks) if word]


@dataclass(frozen=True, slots=True, repr=False)
class OpenInvitation:
    """A link that can still be booked with; `url` is what the letter prints."""

    invitation: Invitation
    url: str


def appointments_of(case: Case) -> list[CaseAppointment]:
    """Every appointment of the case with the names that belong to it, the latest first."""
    rows = queries.of_case(case.id)
    advisors = accounts.names({row.advisor_id for row in rows})
    wanted = {row.interpreter_id for row in rows if row.interpreter_id}
    interpreters = interpreter_profiles(case.organisation_id, wanted)
    now = clock.now()
    return [
        CaseAppointment(
            appointment=row,
            sheet=queries.sheet_of(row),
            advisor=advisors.get(row.advisor_id, ""),
            interpreter=interpreters[row.interpreter_id].name if row.interpreter_id in interpreters else None,
            tone=TONES.get(row.state, "neutral"),
            is_open=row.state is AppointmentState.BOOKED and row.ends_at > now,
        )
        for row in rows
    ]


def invitations_of(case: Case) -> list[OpenInvitation]:
    """The open invitations of the case with their links in the family's language."""
    family = queries.family_of(case)
    language = family.letter_language or family.language
    return [OpenInvitation(row, address(language, token_of(row))) for row in open_invitations(case.id)]


def offers(
    needs: Needs, *, policy: Policy, start: date, own: Collection[UUID] = (), gone: datetime | None = None
) -> tuple[tuple[DayOffer, ...], date | None]:
    """The free times of a week from a day, and the first day after it that has any; or those nearest to one gone."""
    earliest = max(datetime.combine(start, datetime.min.time(), tzinfo=clock.BERLIN), clock.local(clock.now()))
    free = queries.first_free(needs, policy=policy, earliest=earliest, own=own)
    if gone is not None:
        return nearest(free, gone), None
    days = by_day(free)
    last = earliest.date().toordinal() + OFFERED_DAYS
    shown = tuple(offer for offer in days if offer.day.toordinal() < last)
    later = next((offer.day for offer in days if offer.day.toordinal() >= last), None)
    return shown, later
