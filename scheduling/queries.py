"""What can be booked for a family, and what is booked: selects, no changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, permits
from cases import queries as case_queries
from cases.consents.queries import has_withdrawn
from cases.kinds import ConsentPurpose
from cases.models import Case
from cases.policies import CasePermission
from cases.sheets import FamilySheet
from scheduling import office
from scheduling.groups.places import free_talks, slot_of
from scheduling.holidays import ONE_DAY
from scheduling.hours import MIDNIGHT, instant
from scheduling.kinds import Gender, TalkMode
from scheduling.models import Appointment, AppointmentSheet
from scheduling.offering.queries import setting_of
from scheduling.offering.settings import KindSetting
from scheduling.policies import SchedulingPermission
from scheduling.slots import free_slots
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.waiting.models import offered_holds
from scheduling.world import Policy, Request, ResourceKind, Slot, World
from scheduling.worlds import load_world

GERMAN = "de"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one family asks for beyond its language; no mode means the kind's usual one; staff name an advisor."""

    mode: TalkMode | None = None
    step_free: bool = False
    interpreter_gender: Gender | None = None
    advisor_id: UUID | None = None


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Needs:
    """What one family's talk asks for; `language` only if somebody must speak or interpret it."""

    organisation_id: UUID
    setting: KindSetting
    language: str | None = None
    advisor_id: UUID | None = None
    people: int = 2
    mode: TalkMode = TalkMode.ON_SITE
    step_free: bool = False
    interpreter_gender: Gender | None = None

    @property
    def kind(self) -> AppointmentKind:
        """What it is for."""
        return self.setting.kind

    @property
    def minutes(self) -> int:
        """The planned length; a talk in another language takes longer, whoever speaks it."""
        return self.setting.length(interpreted=self.language is not None)

    def request(self, earliest: int, latest: int) -> Request:
        """The engine's request for starts in [earliest, latest), epoch seconds."""
        return Request(
            length_minutes=self.minutes,
            earliest=earliest,
            latest=latest,
            buffer_before=self.setting.buffer_before,
            buffer_after=self.setting.buffer_after,
            language=self.language,
            needs_room=self.setting.needs_room and self.mode is TalkMode.ON_SITE,
            step_minutes=self.setting.step_minutes,
            advisor_id=self.advisor_id,
            people=self.people,
            step_free=self.step_free,
            interpreter_gender=self.interpreter_gender,
        )

    def wishing(self, wishes: Wishes) -> Needs:
        """The same needs with a family's wishes; whether the kind offers that way of talking, services ask."""
        return replace(
            self,
            mode=wishes.mode or self.setting.usual_mode,
            step_free=wishes.step_free,
            interpreter_gender=wishes.interpreter_gender,
            advisor_id=wishes.advisor_id or self.advisor_id,
        )


def policy_of(actor: Actor, setting: KindSetting | None = None) -> Policy:
    """How soon and how far ahead this actor may book: families need the kind's notice, staff can telephone."""
    if actor.invited_to is None:
        return office.STAFF_POLICY
    policy = family_policy(setting) if setting is not None else office.FAMILY_POLICY
    return replace(policy, waits_for_cooling=True)


def family_policy(setting: KindSetting) -> Policy:
    """How soon and how far ahead families book a kind themselves, with a link or on the open page."""
    return replace(office.FAMILY_POLICY, lead_minutes=setting.lead_minutes, horizon_days=setting.horizon_days)


def plain_needs(
    organisation_id: UUID,
    kind: AppointmentKind,
    *,
    language: str | None = None,
    people: int = 2,
    wishes: Wishes = NO_WISHES,
) -> Needs:
    """What a family without a case needs."""
    setting = setting_of(organisation_id, kind)
    spoken = language if language not in ("", GERMAN) else None
    return Needs(organisation_id, setting, language=spoken, people=people).wishing(wishes)


def family_of(case: Case) -> FamilySheet:
    """The family's sheet, an empty one while nobody has filled it in."""
    stored = records.find(FamilySheet, case.id, reader=case.organisation_id)
    return stored.sheet if stored else FamilySheet(family_name="")


def needs_of(case: Case, kind: AppointmentKind, wishes: Wishes = NO_WISHES) -> Needs:
    """What the family of this case needs: its own advisor if it has one, its language if it asked for that.

    Once it took back its consent to interpreters, none is looked for.
    """
    family = family_of(case)
    wanted = family.interpreter_language or family.language if family.interpreter else ""
    if wanted and has_withdrawn(case.id, ConsentPurpose.INTERPRETER):
        wanted = ""
    return Needs(
        organisation_id=case.organisation_id,
        setting=setting_of(case.organisation_id, kind),
        language=wanted if wanted not in ("", GERMAN) else None,
        advisor_id=case.advisor_id,
        people=1 + len(case.children),
    ).wishing(wishes)


def wishes_of(appointment: Appointment) -> Wishes:
    """What was wished when an appointment was held or booked."""
    sheet = sheet_of(appointment)
    gender = Gender(sheet.interpreter_gender) if sheet.interpreter_gender in set(Gender) else None
    return Wishes(mode=appointment.mode, step_free=sheet.step_free, interpreter_gender=gender)


def first_free(
    needs: Needs,
    *,
    policy: Policy,
    earliest: datetime | None = None,
    days: int | None = None,
    own: Iterable[UUID] = (),
) -> list[Slot]:
    """Every free start from the local day of `earliest` (now) for so many days (the policy's whole horizon).

    `own` are appointments that do not count as taken: one's own hold, or the talk that is to be moved.
    """
    first = clock.local(earliest or clock.now()).date()
    if not needs.kind.is_for_one_family:
        talks = free_talks(needs.organisation_id, language=needs.language, policy=policy, own=tuple(own))
        return [slot for slot in map(slot_of, talks) if slot.on >= first]
    last = first + timedelta(days=policy.horizon_days if days is None else days - 1)
    world = load_world(needs.organisation_id, first=first, last=last, policy=policy, own=tuple(own))
    request = needs.request(instant(first, MIDNIGHT), instant(last + ONE_DAY, MIDNIGHT))
    return free_slots(fitted(request, world), world)


def fitted(request: Request, world: World) -> Request:
    """The request with no more people than the largest room holds: a large family still gets its talk."""
    if not request.needs_room:
        return request
    rooms = [room for room in world.pool(ResourceKind.ROOM) if room.is_step_free or not request.step_free]
    largest = max((room.capacity for room in rooms), default=0)
    has_none = not world.pool(ResourceKind.ROOM)
    return replace(request, people=min(request.people, largest), needs_room=not has_none)


def get_bookable_case(actor: Actor, case_id: UUID) -> Case:
    """The case, for its KI's staff and for the family itself; raises NotFound for everybody else.

    Whoever took a case over elsewhere reads it with a key of their own and makes appointments of their own.
    """
    if not permits(actor, SchedulingPermission.BOOK):
        raise NotFound("case")
    return case_queries.get_case(actor, case_id, CasePermission.BOOK)


def get_appointment(actor: Actor, appointment_id: UUID) -> tuple[Appointment, Case]:
    """The appointment and its case, if the actor may book for that case; raises NotFound as if not there."""
    appointment = session().get(Appointment, appointment_id, populate_existing=True)
    if appointment is None:
        raise NotFound("appointment")
    return appointment, get_bookable_case(actor, appointment.case_id)


def lock_case(case_id: UUID) -> None:
    """Queue at the case's row: one change of a family's appointments at a time; what was read before is read anew."""
    session().execute(select(Case.id).where(Case.id == case_id).with_for_update())


def sheet_of(appointment: Appointment) -> AppointmentSheet:
    """What the family said when booking, with the code and the link."""
    stored = records.find(AppointmentSheet, appointment.id, reader=appointment.organisation_id)
    return stored.sheet if stored else AppointmentSheet(language=GERMAN)


def of_case(case_id: UUID) -> list[Appointment]:
    """All appointments of a case that were ever agreed, the next or latest first."""
    query = select(Appointment).where(Appointment.case_id == case_id, Appointment.state != AppointmentState.HELD)
    return list(session().scalars(query.order_by(Appointment.starts_at.desc())))


def open_of_case(case_id: UUID) -> Appointment | None:
    """The booked appointment of a case that still lies ahead or is running."""
    query = select(Appointment).where(
        Appointment.case_id == case_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.ends_at > clock.now(),
    )
    return session().scalars(query.order_by(Appointment.starts_at)).first()


def draft_of(case_id: UUID) -> Appointment | None:
    """What a family has picked and not yet confirmed; its hold may have run out. What it is offered is another hold."""
    query = select(Appointment).where(Appointment.case_id == case_id, Appointment.state == AppointmentState.HELD)
    query = query.where(Appointment.id.not_in(offered_holds(case_id)))
    return session().scalars(query).first()
