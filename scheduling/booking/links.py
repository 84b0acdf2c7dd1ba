"""A family's way in: the link of an invitation, the code of an appointment, and what is kept of both.

Of a link only the SHA-256 of its token can be searched for, of a code only a keyed hash; the words themselves lie
sealed with the case, so that a letter can be printed again and a message can name them.
"""

from __future__ import annotations

from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.database import session
from app.data.keyring import INSTALLATION
from app.policies import Actor
from app.web.languages import active_languages
from cases.models import Case
from config import Config
from scheduling import codes, office
from scheduling.models import Appointment, Invitation, InvitationSheet
from scheduling.states import AppointmentKind

GERMAN = "de"


def written_language(code: str) -> str:
    """The language our texts can be written in for somebody who reads `code`: German where there is no catalogue."""
    return code if code in {language.code for language in active_languages()} else GERMAN


def address(language: str, *parts: str) -> str:
    """The full address of a family's page, as it stands in letters and messages."""
    config: Config = current_app.extensions["config"]
    return "/".join([config.base_url, "t", written_language(language), *parts])


def token_hash(token: str) -> bytes:
    """What of a link's token is stored."""
    return bytes.fromhex(codes.digest(token))


def code_token(code: str) -> bytes | None:
    """The keyed hash under which a code is found; None for what is no code at all."""
    if codes.normalise(code) is None:
        return None
    return bytes.fromhex(codes.digest_code(code, records.keyring().subkey(INSTALLATION, "booking-code")))


def give_code(appointment: Appointment) -> str:
    """A new code for an appointment, of which the row keeps the hash."""
    code = codes.new_code()
    appointment.code_token = code_token(code)
    return code


def issue(actor: Actor, case: Case, kind: AppointmentKind) -> tuple[Invitation, str]:
    """A fresh link to a case inside the open transaction; links that were still open end with it."""
    now = clock.now()
    for old in open_invitations(case.id, kind):
        old.revoked_at = now
    token = codes.new_token()
    invitation = Invitation(
        id=new_id(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=kind,
        token_hash=token_hash(token),
        created_at=now,
        created_by=actor.user_id,
        expires_at=now + office.INVITATION_LASTS,
    )
    session().add(invitation)
    session().flush()
    records.create(InvitationSheet(token=token), record_id=invitation.id, scope=case.scope)
    return invitation, token


def link_to(actor: Actor, case: Case, appointment: Appointment) -> str:
    """The token that leads to an appointment: that of the open invitation it came from, or of a new one."""
    present = open_invitations(case.id, appointment.kind)
    if present:
        invitation, token = present[0], token_of(present[0])
    else:
        invitation, token = issue(actor, case, appointment.kind)
    invitation.appointment_id = appointment.id
    session().flush()
    return token


def token_of(invitation: Invitation) -> str:
    """The link's token, opened with the case's key."""
    return records.get(InvitationSheet, invitation.id, reader=invitation.organisation_id).sheet.token


def open_invitations(case_id: UUID, kind: AppointmentKind | None = None) -> list[Invitation]:
    """Links of a case that can still be booked with, the newest first."""
    query = select(Invitation).where(
        Invitation.case_id == case_id,
        Invitation.appointment_id.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
    if kind is not None:
        query = query.where(Invitation.kind == kind)
    return list(session().scalars(query.order_by(Invitation.id.desc())))
