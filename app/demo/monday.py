"""What lies on an invented office's desk: group talks, a waiting list, a request from the open page, numbers drawn.

Made through the services themselves, as people would: whatever they refuse on a given day is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from app import clock
from app.demo.families import Staff
from app.policies import Actor
from cases.models import Case
from cases.states import CaseState
from scheduling import queries, services
from scheduling.assignment import SlotTaken
from scheduling.booking.visits import open_link
from scheduling.groups import services as groups
from scheduling.groups.models import GroupTalk
from scheduling.holidays import is_working_day
from scheduling.models import AppointmentSheet
from scheduling.offering.queries import setting_of
from scheduling.offering.services import change_kind
from scheduling.offering.settings import BookingAccess
from scheduling.requests import asking
from scheduling.states import AppointmentKind
from scheduling.waiting import services as waiting
from scheduling.waiting.models import WaitingSheet
from scheduling.walkins import services as walk_ins

FIRST, GROUP = AppointmentKind.FIRST_TALK, AppointmentKind.GROUP_INFORMATION
TALKS = (("Wie Schule in NRW funktioniert", "de", 8), ("Schule in NRW, auf Arabisch", "ar", 6))
AHEAD = range(6, 40)
NUMBERS = ("uk", "ar", "tr")


def fill(cases: Sequence[Case], *, staff: Staff, lead: Actor) -> None:
    """Put something on every page of the desk; the cases are those just made."""
    _group_talks(cases, staff, lead)
    _wait(cases, staff)
    _ask(staff, lead)
    if is_working_day(clock.today()):
        for language in NUMBERS:
            walk_ins.draw(staff.actor(staff.reception), language=language)


def _group_talks(cases: Sequence[Case], staff: Staff, lead: Actor) -> None:
    """A talk in each language at the first time that can be had, with families of that language in it."""
    for title, language, capacity in TALKS:
        talk = _first_possible(lead, groups.Plan(title, language, capacity))
        for case in _counselled(cases) if talk is not None else ():
            needs = queries.needs_of(case, GROUP)
            if talk is not None and (needs.language or "de") == talk.language:
                details = AppointmentSheet(language=language, channel="none")
                services.book(
                    staff.actor(staff.reception), case_id=case.id, kind=GROUP, starts=talk.starts_at, details=details
                )


def _first_possible(lead: Actor, plan: groups.Plan) -> GroupTalk | None:
    for starts_at in _mornings():
        try:
            return groups.plan_talk(lead, plan, starts_at=starts_at)
        except SlotTaken:
            continue
    return None


def _mornings() -> Iterator[datetime]:
    today = clock.today()
    days = (today + timedelta(days=n) for n in AHEAD)
    return (datetime.combine(day, time(10), clock.BERLIN) for day in days if is_working_day(day))


def _counselled(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.state is CaseState.COUNSELLED][:6]


def _wait(cases: Sequence[Case], staff: Staff) -> None:
    """One family without a talk waits for any, one with a talk for an earlier one."""
    for state, suits in (
        (CaseState.DOCUMENTS_COMPLETE, waiting.Suits(weekdays=(0, 2), from_minute=13 * 60)),
        (CaseState.APPOINTMENT_BOOKED, waiting.Suits()),
    ):
        case = next((case for case in cases if case.state is state), None)
        if case is not None:
            contact = WaitingSheet(language=queries.family_of(case).language, channel="none", email="", phone="")
            actor = staff.actor(staff.reception)
            waiting.join(actor, case_id=case.id, kind=FIRST, suits=suits, contact=contact)


def _ask(staff: Staff, lead: Actor) -> None:
    """The open page is on, and a family without a case has asked for its first talk there, on paper."""
    organisation_id = staff.reception.organisation_id
    offered = setting_of(organisation_id, FIRST)
    change_kind(lead, setting=replace(offered, access=BookingAccess.OPEN))
    family = open_link(
        asking.begin(organisation_id=organisation_id, language="en", spoken="ti", family_name="Habtemariam")
    )
    asking.say_children(family.actor, case_id=family.case.id, born=["2013", "2016"])
    asking.say_contact(family.actor, case_id=family.case.id, channel="none", email="", phone="")
    slots = queries.first_free(family.needs, policy=queries.policy_of(family.actor, family.needs.setting))
    if slots:
        services.hold(family.actor, case_id=family.case.id, kind=FIRST, starts=slots[0].starts_at)
        asking.keep_with_time(family.actor, case_id=family.case.id)
        services.confirm(family.actor, case_id=family.case.id)
