"""Who stands behind a link: the family of a case with its invitation or appointment, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from app import clock
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, OrganisationKind
from cases.models import Case
from cases.policies import is_request
from cases.states import CaseState
from scheduling import queries
from scheduling.booking import links
from scheduling.models import Appointment, AppointmentSheet, Invitation
from scheduling.queries import Needs, get_bookable_case
from scheduling.states import AppointmentKind, AppointmentState

BY_CODE = "c."
CODE_SECONDS = 3600


class LinkEnd(StrEnum):
    """Why a link leads no further."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    PAST = "past"
    OFFER_OVER = "offer_over"


class LinkUnusable(NotFound):
    """The link opens nothing; the page for it shows nobody's data."""

    def __init__(self, end: LinkEnd) -> None:
        super().__init__(end.value)
        self.end = end


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """One family at our pages, without an account."""

    actor: Actor
    case: Case
    kind: AppointmentKind
    appointment: Appointment | None

    @property
    def is_request(self) -> bool:
        """Whether it came over the open page and nobody of the house has taken it yet."""
        return is_request(self.case)

    @property
    def needs(self) -> Needs:
        """What its talk asks for."""
        return queries.needs_of(self.case, self.kind)


def open_link(token: str) -> Visit:
    """The visit behind a link's token, or behind the pass that a code gave; raises LinkUnusable."""
    if token.startswith(BY_CODE):
        return _by_code(token.removeprefix(BY_CODE))
    invitation = session().scalar(select(Invitation).where(Invitation.token_hash == links.token_hash(token)))
    if invitation is None:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    if invitation.revoked_at is not None:
        raise LinkUnusable(LinkEnd.REVOKED)
    if invitation.appointment_id is not None:
        return _visit(invitation.organisation_id, session().get(Appointment, invitation.appointment_id))
    if invitation.expires_at <= clock.now():
        raise LinkUnusable(LinkEnd.EXPIRED)
    actor = family_actor(invitation.organisation_id, invitation.case_id)
    case = get_bookable_case(actor, invitation.case_id)
    if case.state is CaseState.CLOSED:
        raise LinkUnusable(LinkEnd.EXPIRED)
    return Visit(actor, case, invitation.kind, None)


def family_of_link(token: str) -> Actor:
    """The family behind a link, even one that has run out: it must always be able to stop our messages."""
    if token.startswith(BY_CODE):
        return open_link(token).actor
    invitation = session().scalar(select(Invitation).where(Invitation.token_hash == links.token_hash(token)))
    if invitation is None:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    return family_actor(invitation.organisation_id, invitation.case_id)


def family_actor(organisation_id: UUID, case_id: UUID) -> Actor:
    """The family of a case as the policies know it."""
    return Actor(organisation_id, OrganisationKind.KI, invited_to=case_id)


def pass_for_code(code: str) -> str | None:
    """A pass of one hour to the appointment with this code, to stand where a token does; None for no such code."""
    token = links.code_token(code)
    if token is None:
        return None
    found = session().scalar(select(Appointment).where(Appointment.code_token == token))
    if found is None or found.state is not AppointmentState.BOOKED or found.ends_at <= clock.now():
        return None
    return BY_CODE + _serializer().dumps(found.id.hex)


def draft_answers(visit: Visit) -> tuple[Appointment | None, AppointmentSheet | None]:
    """The time the family holds or held, and what it has answered so far."""
    draft = queries.draft_of(visit.case.id)
    if draft is None:
        return None, None
    sheet = queries.sheet_of(draft)
    return draft, sheet


def _by_code(signed: str) -> Visit:
    try:
        appointment_id = UUID(_serializer().loads(signed, max_age=CODE_SECONDS))
    except (BadData, ValueError):
        raise LinkUnusable(LinkEnd.EXPIRED) from None
    appointment = session().get(Appointment, appointment_id)
    if appointment is None:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    return _visit(appointment.organisation_id, appointment)


def _visit(organisation_id: UUID, appointment: Appointment | None) -> Visit:
    if appointment is None or appointment.state is AppointmentState.CANCELLED:
        raise LinkUnusable(LinkEnd.CANCELLED)
    if appointment.state is not AppointmentState.BOOKED or appointment.ends_at <= clock.now():
        raise LinkUnusable(LinkEnd.PAST)
    actor = family_actor(organisation_id, appointment.case_id)
    return Visit(actor, get_bookable_case(actor, appointment.case_id), appointment.kind, appointment)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="booking-code")
