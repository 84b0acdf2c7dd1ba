"""Inviting a family to choose its time, and taking an invitation back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Conflict, NotFound
from app.messages.services import cancel_for
from app.policies import Actor
from cases.keeping import note
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from cases.services import advance_case
from cases.states import CaseState
from scheduling import queries
from scheduling.booking import channels, links, notices
from scheduling.gate import require_papers
from scheduling.kinds import GateReason
from scheduling.models import Invitation
from scheduling.offering.queries import setting_of
from scheduling.states import AppointmentKind


class HasAppointment(Conflict):
    """The family has an appointment of this kind: there is nothing to invite to."""


@dataclass(frozen=True, slots=True, repr=False)
class Invited:
    """A fresh invitation with its link; `by_mail` says whether it goes out by itself or wants printing."""

    invitation_id: UUID
    token: str
    url: str
    expires_at: datetime
    by_mail: bool


def invite(actor: Actor, *, case_id: UUID, kind: AppointmentKind, without_papers: GateReason | None = None) -> Invited:
    """Give a family a link with which it books by itself; an earlier one that is still open ends.

    Raises Invalid when papers are missing and no reason was given, HasAppointment when there is one already.
    """
    get_case(actor, case_id, CasePermission.INVITE)
    with transaction():
        case = get_case(actor, case_id, CasePermission.INVITE)
        require_papers(actor, case, without_papers, setting_of(case.organisation_id, kind))
        present = queries.open_of_case(case_id)
        if present is not None and present.kind is kind:
            raise HasAppointment(kind.value)
        for old in links.open_invitations(case_id, kind):
            cancel_for(old.id)
        invitation, token = links.issue(actor, case, kind)
        family = queries.family_of(case)
        language = family.letter_language or family.language or links.GERMAN
        by_mail = channels.may_be_invited(case, family.email)
        if by_mail:
            notices.tell_invited(case, invitation, token=token, email=family.email, language=language)
        _advance(actor, case, kind)
        facts: dict[str, str | int | list[str]] = {"kind": kind.value}
        if without_papers is not None:
            facts["without_papers"] = without_papers.value
        note(actor, case, Action.CREATED, "invitation", subject_id=invitation.id, facts=facts)
        return Invited(invitation.id, token, links.address(language, token), invitation.expires_at, by_mail)


def revoke(actor: Actor, *, case_id: UUID, invitation_id: UUID) -> None:
    """Make a link useless at once; raises NotFound for one of another case."""
    case = get_case(actor, case_id, CasePermission.INVITE)
    with transaction():
        invitation = session().get(Invitation, invitation_id, populate_existing=True)
        if invitation is None or invitation.case_id != case.id:
            raise NotFound("invitation")
        invitation.revoked_at = invitation.revoked_at or clock.now()
        cancel_for(invitation.id)
        note(actor, case, Action.REVOKED, "invitation", subject_id=invitation.id)


def _advance(actor: Actor, case: Case, kind: AppointmentKind) -> None:
    """A first talk moves the case on; a follow-up leaves it counselled."""
    if kind is AppointmentKind.FIRST_TALK:
        advance_case(actor, case_id=case.id, state=CaseState.INVITED)
