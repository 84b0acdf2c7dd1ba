"""The inbox of requests: what families said, what the house may know of them already; selects, no changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, SQLColumnExpression, func, select

from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, authorise
from cases.duplicates.checking import Suspect, Typed, likely_families
from cases.listing import Row
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from cases.search import services as searches
from cases.sheets import ChildSheet, FamilySheet
from scheduling import queries
from scheduling.booking.models import TrustedPhone
from scheduling.models import Appointment
from scheduling.offering.queries import setting_of
from scheduling.offering.settings import BookingAccess
from scheduling.policies import SchedulingPermission
from scheduling.requests.models import BookingRequest
from scheduling.requests.states import RequestStage
from scheduling.states import AppointmentKind, AppointmentState

MOST = 200
NAMESAKES = 6


@dataclass(frozen=True, slots=True, repr=False)
class RequestLine:
    """One request as the inbox shows it."""

    request: BookingRequest
    family: FamilySheet
    born: list[str]
    appointment: Appointment | None

    @property
    def is_proven(self) -> bool:
        """Whether a code showed that the contact is the family's own."""
        return self.request.verified_at is not None


def inbox(actor: Actor) -> list[RequestLine]:
    """The requests that wait, those with the nearest talk first."""
    authorise(actor, SchedulingPermission.SEE_REQUESTS)
    query = select(BookingRequest).where(
        BookingRequest.organisation_id == actor.organisation_id, BookingRequest.state == RequestStage.WAITING
    )
    rows = list(session().scalars(query.order_by(BookingRequest.sent_at).limit(MOST)))
    case_ids = [row.case_id for row in rows]
    families = records.find_many(FamilySheet, case_ids, reader=actor.organisation_id)
    talks = {talk.case_id: talk for talk in _talks(case_ids)}
    lines = [
        RequestLine(row, families[row.case_id].sheet, _born(actor, row.case_id), talks.get(row.case_id))
        for row in rows
        if row.case_id in families
    ]
    return sorted(lines, key=lambda line: (line.appointment is None, line.appointment and line.appointment.starts_at))


def count_waiting(organisation_id: SQLColumnExpression[UUID]) -> ScalarSelect[int]:
    """How many requests wait for somebody to decide, for the navigation."""
    is_waiting = (BookingRequest.organisation_id == organisation_id, BookingRequest.state == RequestStage.WAITING)
    return select(func.count()).select_from(BookingRequest).where(*is_waiting).scalar_subquery()


def get_request(actor: Actor, request_id: UUID) -> tuple[RequestLine, Case]:
    """One request that waits, with its draft; raises NotFound for any other, decided ones and those of other houses."""
    request = session().get(BookingRequest, request_id, populate_existing=True)
    if request is None or request.organisation_id != actor.organisation_id:
        raise NotFound("request")
    if request.state is not RequestStage.WAITING:
        raise NotFound("request")
    case = get_case(actor, request.case_id, CasePermission.TAKE_REQUEST)
    line = RequestLine(request, queries.family_of(case), _born(actor, case.id), queries.open_of_case(case.id))
    return line, case


def known_families(actor: Actor, line: RequestLine) -> list[Suspect]:
    """The cases of the house that may be the same family, most likely first; without names of children years decide."""
    typed = Typed(
        family_name=line.family.family_name,
        children=tuple(("", year) for year in line.born),
        phones=tuple(phone for phone in (line.family.phone,) if phone),
    )
    return likely_families(actor, typed)


def namesakes(actor: Actor, line: RequestLine, *, apart_from: Collection[UUID]) -> list[Row]:
    """A few cases found by the family's name alone, as the search finds them."""
    found = searches.search(actor, text=line.family.family_name)
    return [row for row in found if row.case_id not in apart_from][:NAMESAKES]


def is_page_open(actor: Actor) -> bool:
    """Whether families may ask this house without an invitation."""
    authorise(actor, SchedulingPermission.SEE_REQUESTS)
    return takes_requests(actor.organisation_id)


def takes_requests(organisation_id: UUID) -> bool:
    """Whether this office offers first talks on the open page: one of its settings of that kind."""
    return setting_of(organisation_id, AppointmentKind.FIRST_TALK).access is BookingAccess.OPEN


def trusted_phones(actor: Actor) -> list[TrustedPhone]:
    """The telephones that book for many families, by label."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    query = select(TrustedPhone).where(TrustedPhone.organisation_id == actor.organisation_id)
    return list(session().scalars(query.order_by(TrustedPhone.label, TrustedPhone.id)))


def get_trusted_phone(actor: Actor, phone_id: UUID) -> TrustedPhone:
    """One trusted telephone of the actor's house; raises NotFound for any other."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    phone = session().get(TrustedPhone, phone_id)
    if phone is None or phone.organisation_id != actor.organisation_id:
        raise NotFound("trusted phone")
    return phone


def _born(actor: Actor, case_id: UUID) -> list[str]:
    sheets = records.of_case(ChildSheet, case_id, reader=actor.organisation_id)
    return [stored.sheet.born for stored in sheets.values()]


def _talks(case_ids: list[UUID]) -> list[Appointment]:
    query = select(Appointment).where(Appointment.case_id.in_(case_ids), Appointment.state == AppointmentState.BOOKED)
    return list(session().scalars(query).unique())
