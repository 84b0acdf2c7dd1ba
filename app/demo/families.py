"""Inventing families in any number: the same seed on the same day makes the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.accounts import queries as account_queries
from app.accounts.models import User
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.demo import names, papers, plans, talks
from app.demo.batch import Batch, Entry, write_log
from app.demo.diary import Diary, Talk
from app.demo.inventing import Invented, invent
from app.demo.offices import Office
from app.demo.plans import Plan
from app.demo.seats import Seats
from app.policies import Actor, Role
from cases import keeping, schooling
from cases.child_states import SIDE_EXITS, ChildState
from cases.models import Case, Child, Guardian
from cases.references import next_reference
from cases.shards.facts import facts_of
from cases.states import CaseState
from scheduling.states import AppointmentKind, AppointmentState

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Draft:
    """A family before anything is written: who it is, where it stands, and when it came."""

    number: int
    random: Random
    plan: Plan
    told: Invented
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of the KI who appear in the files."""

    reception: User
    advisors: Sequence[User]

    def actor(self, user: User) -> Actor:
        """Somebody as the one who acts."""
        return account_queries.actor_of(user)


def add_families(count: int, *, seed: int, staff: Staff, office: Office, say: Callable[[str], None]) -> list[Case]:
    """Write `count` families with everything about them, in the order in which they came; answers their cases."""
    now = clock.now()
    first = session().scalar(select(func.count()).select_from(Case)) or 0
    drafts = sorted((_draft(first + n, seed, now) for n in range(count)), key=lambda draft: draft.opened_at)
    writer = _Writer(staff, office, now)
    cases: list[Case] = []
    for start in range(0, count, AT_ONCE):
        cases += writer.write(drafts[start : start + AT_ONCE])
        if count > AT_ONCE:
            say(f"{len(cases)} von {count} Familien")
    write_log(writer.entries)
    return cases


def _draft(number: int, seed: int, now: datetime) -> Draft:
    random = Random(f"{seed}/{number}")  # noqa: S311
    plan = plans.plan_of(random, number)
    told = invent(random, number, names.pick(random, number), plan, today=clock.local(now).date())
    opened_at = now - timedelta(days=plan.days, minutes=random.randint(0, 300))
    return Draft(number, random, plan, told, opened_at)


class _Writer:
    def __init__(self, staff: Staff, office: Office, now: datetime) -> None:
        self._staff, self._now = staff, now
        self._diary, self._seats = Diary(office), Seats()
        self.entries: list[Entry] = []

    def write(self, drafts: Sequence[Draft]) -> list[Case]:
        batch = Batch()
        numbered = self._open(drafts)
        for draft, case in numbered:
            self._fill(batch, draft, case)
        batch.write()
        return [case for _, case in numbered]

    def _open(self, drafts: Sequence[Draft]) -> list[tuple[Draft, Case]]:
        """The bare cases with their references, taken from the counter of their year."""
        organisation_id = self._staff.reception.organisation_id
        found = []
        with transaction():
            for draft in drafts:
                advisor = self._advisor(draft)
                case = Case(
                    id=new_id(),
                    organisation_id=organisation_id,
                    reference=next_reference(organisation_id, year=clock.local(draft.opened_at).year),
                    state=draft.plan.state,
                    advisor_id=advisor.id if advisor else None,
                    opened_at=draft.opened_at,
                    opened_by=self._staff.reception.id,
                    closed_at=self._closed_at(draft),
                )
                found.append((draft, case))
        return found

    def _advisor(self, draft: Draft) -> User | None:
        if draft.plan.state is CaseState.REPORTED and draft.number % 2:
            return None
        return self._staff.advisors[draft.number % len(self._staff.advisors)]

    def _closed_at(self, draft: Draft) -> datetime | None:
        is_closed = draft.plan.state is CaseState.CLOSED
        return draft.opened_at + timedelta(days=draft.plan.days * 4 // 5) if is_closed else None

    def _fill(self, batch: Batch, draft: Draft, case: Case) -> None:
        batch.cases.append(case)
        children = self._people(batch, draft, case)
        soon = min(self._now, draft.opened_at + timedelta(days=3))
        papers.add_documents(batch, case, children, draft.told, draft.random, soon)
        if draft.plan.is_told:
            papers.add_consents(batch, case, draft.told, soon, self._staff.reception.id)
        self._log(case, Action.CREATED, "case", case.opened_at, {"reference": case.reference})
        self._meet(batch, draft, case, children)
        papers.add_tasks(batch, case, children, draft.plan, draft.random, self._now)
        if case.closed_at is not None:
            self._log(case, Action.CHANGED, "case.state", case.closed_at, {"to": case.state.value})

    def _people(self, batch: Batch, draft: Draft, case: Case) -> list[Child]:
        told, children = draft.told, []
        reported_on = clock.local(case.opened_at).date()
        for position, (sheet, health) in enumerate(zip(told.children, told.health, strict=True), start=1):
            child = Child(id=new_id(), position=position, state=_state_of(draft, position))
            with clock.travelling_to(case.opened_at):
                child.waiting_since = schooling.waiting_since(told.family, sheet, reported_on=reported_on)
            children.append(child)
            batch.sheets += [(sheet, child.id, case.scope), (health, child.id, case.scope)]
        guardians = [Guardian(id=new_id(), position=position) for position in range(1, len(told.guardians) + 1)]
        case.children.extend(children)
        case.guardians.extend(guardians)
        batch.sheets += [(sheet, row.id, case.scope) for row, sheet in zip(guardians, told.guardians, strict=True)]
        batch.sheets.append((told.family, case.id, case.scope))
        by_id = {child.id: sheet for child, sheet in zip(children, told.children, strict=True)}
        summary = keeping.summary_of(case, told.family, by_id, list(told.guardians))
        batch.sheets.append((summary, case.id, case.scope))
        adults = {row.id: sheet for row, sheet in zip(guardians, told.guardians, strict=True)}
        batch.facts.append(facts_of(case, told.family, by_id, adults, latin=summary.latin))
        return children

    def _meet(self, batch: Batch, draft: Draft, case: Case, children: list[Child]) -> None:
        """The appointment the family has or had, and what came of it."""
        state = draft.plan.state
        if state is CaseState.INVITED:
            at = self._now - timedelta(days=draft.random.randint(1, 8))
            talks.invite_later(batch, self._staff.actor(self._staff.reception), case, at=at)
        elif state is CaseState.APPOINTMENT_BOOKED:
            self._book_ahead(batch, draft, case)
        elif state is CaseState.NO_SHOW:
            self._book_past(batch, draft, case, AppointmentState.NO_SHOW)
        elif draft.plan.has_talked and draft.plan.child is not ChildState.UNREACHABLE:
            self._talk(batch, draft, case, children)

    def _talk(self, batch: Batch, draft: Draft, case: Case, children: list[Child]) -> None:
        talk = self._book_past(batch, draft, case, AppointmentState.ATTENDED)
        at = talk.starts_at if talk else draft.opened_at + timedelta(days=14)
        if draft.plan.child not in SIDE_EXITS:
            for child, sheet in zip(children, draft.told.children, strict=True):
                self._seats.add(batch, case, child, sheet, draft.random, talk=at, now=case.closed_at or self._now)
                self._log(case, Action.CHANGED, "child.state", at, {"to": child.state.value}, child.id)
        if draft.plan.state is CaseState.COUNSELLED and draft.random.random() < 0.2:
            self._book_ahead(batch, draft, case, AppointmentKind.FOLLOW_UP)

    def _book_past(self, batch: Batch, draft: Draft, case: Case, state: AppointmentState) -> Talk | None:
        told = draft.told.family
        first = clock.local(draft.opened_at + timedelta(days=min(18, max(1, draft.plan.days // 2)))).date()
        yesterday = clock.local(self._now).date() - timedelta(days=1)
        talk = self._diary.find(
            case.advisor_id or self._staff.advisors[0].id, told.interpreter_language, first=first, last=yesterday
        )
        if talk is None:
            return None
        booked_at = draft.opened_at + timedelta(days=1)
        appointment, sheet = talks.add_appointment(
            batch, case, told, talk, state, booked_at=booked_at, booked_by=self._staff.reception.id
        )
        batch.sheets.append((sheet, appointment.id, case.scope))
        self._log(case, Action.CREATED, "appointment", booked_at, {"state": "booked"}, appointment.id)
        if state is AppointmentState.ATTENDED:
            is_draft = draft.plan.child is ChildState.RECOMMENDED and draft.random.random() < 0.3
            talks.add_session(batch, case, draft.random, appointment, told, is_draft=is_draft)
            self._log(case, Action.CHANGED, "session.notes", talk.ends_at, {}, appointment.id)
        return talk

    def _book_ahead(
        self, batch: Batch, draft: Draft, case: Case, kind: AppointmentKind = AppointmentKind.FIRST_TALK
    ) -> None:
        told, today = draft.told.family, clock.local(self._now).date()
        first = today + timedelta(days=draft.number % 12 and draft.random.randint(0, 14))
        talk = self._diary.find(
            case.advisor_id or self._staff.advisors[0].id,
            told.interpreter_language,
            first=first,
            last=today + timedelta(days=60),
            after=self._now + timedelta(minutes=30),
        )
        if talk is None:
            return
        appointment, sheet = talks.add_appointment(
            batch,
            case,
            told,
            talk,
            AppointmentState.BOOKED,
            booked_at=self._now - timedelta(days=2),
            booked_by=None if draft.number % 3 else self._staff.reception.id,
            kind=kind,
        )
        talks.tell_later(batch, self._staff.actor(self._staff.reception), case, appointment, sheet)

    def _log(
        self,
        case: Case,
        action: Action,
        kind: str,
        at: datetime,
        facts: dict[str, str | int | list[str]],
        subject_id: UUID | None = None,
    ) -> None:
        by = case.advisor_id if kind != "case" else case.opened_by
        at = min(at, self._now)
        self.entries.append(Entry(at, action, case.organisation_id, by, kind, subject_id or case.id, case.id, facts))


def _state_of(draft: Draft, position: int) -> ChildState:
    """Siblings mostly stand where the first child does; some are still on the list."""
    state = draft.plan.child
    if position > 1 and state in (ChildState.ASSIGNED, ChildState.ADMITTED) and draft.random.random() < 0.4:
        return ChildState.ON_DISTRIBUTION_LIST
    return state


def staff_of(users: Sequence[User]) -> Staff:
    """Reception and advisors among these people."""
    reception = next(user for user in users if Role.RECEPTION in user.roles)
    return Staff(reception, [user for user in users if Role.ADVISOR in user.roles])
