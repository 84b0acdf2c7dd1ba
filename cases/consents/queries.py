"""What a family agreed to, and whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from app import clock
from app.accounts import queries as people
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, Permission
from cases.consents.rules import Span, holds
from cases.kinds import ConsentPurpose
from cases.models import Case, Consent
from cases.policies import CasePermission
from cases.queries import get_case
from cases.sheets import ConsentDetail


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent as the list shows it."""

    consent: Consent
    detail: ConsentDetail
    recipient: str
    recorded_by: str
    is_valid: bool

    @property
    def state(self) -> str:
        """The German word for where it stands."""
        if self.consent.withdrawn_on is not None:
            return "widerrufen"
        return "gültig" if self.is_valid else "abgelaufen"

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"gültig": "success", "widerrufen": "danger", "abgelaufen": "warning"}[self.state]


def get_consent(actor: Actor, consent_id: UUID, permission: Permission = CasePermission.READ_CONSENTS) -> Consent:
    """A consent of a case the actor may see; raises NotFound otherwise."""
    consent = session().get(Consent, consent_id)
    if consent is None:
        raise NotFound("consent")
    get_case(actor, consent.case_id, permission)
    return consent


def valid_consent(
    case_id: UUID, purpose: ConsentPurpose, recipient_id: UUID | None = None, on: date | None = None
) -> Consent | None:
    """The consent (or legal basis) that covers a purpose on a day, None when nothing does.

    With `recipient_id` only one that names this very organisation counts. Decides nothing about who may ask:
    the service that acts on the answer has authorised.
    """
    day = on or clock.today()
    query = select(Consent).where(
        Consent.case_id == case_id,
        Consent.purpose == purpose,
        Consent.given_on <= day,
        or_(Consent.valid_until.is_(None), Consent.valid_until >= day),
        or_(Consent.withdrawn_on.is_(None), Consent.withdrawn_on > day),
    )
    if recipient_id is not None:
        query = query.where(Consent.recipient_id == recipient_id)
    return session().scalars(query.order_by(Consent.given_on.desc(), Consent.id.desc())).first()


def has_withdrawn(case_id: UUID, purpose: ConsentPurpose) -> bool:
    """Whether the family took a consent to this purpose back and gave none since; decides nothing about who may ask."""
    query = select(Consent.id).where(
        Consent.case_id == case_id, Consent.purpose == purpose, Consent.withdrawn_on <= clock.today()
    )
    return session().scalars(query).first() is not None and valid_consent(case_id, purpose) is None


def may_read_health(case_id: UUID) -> bool:
    """Whether health sheets may be used: not once the family took back its consent to them, or to all of it.

    Decides nothing about who may ask. Whoever asks for the family's own extract reads them all the same.
    """
    purposes = (ConsentPurpose.HEALTH, ConsentPurpose.COLLECTION)
    return not any(has_withdrawn(case_id, purpose) for purpose in purposes)


def may_write_by(case_id: UUID, purpose: ConsentPurpose) -> bool:
    """Whether messages may go out on the way this purpose names; decides nothing about who may ask."""
    return not any(has_withdrawn(case_id, each) for each in (purpose, ConsentPurpose.COLLECTION))


def consents_of(actor: Actor, case: Case, *, today: date) -> list[ConsentLine]:
    """All consents of a case the actor may read, valid ones first, newest first."""
    rows = list(session().scalars(select(Consent).where(Consent.case_id == case.id)))
    details = records.find_many(ConsentDetail, [row.id for row in rows], reader=actor.organisation_id)
    names = people.names([row.recorded_by for row in rows])
    houses = {house.id: house.name for house in people.organisations()}
    lines = []
    for row in rows:
        stored = details.get(row.id)
        detail = stored.sheet if stored else ConsentDetail(given_by="", explained_in="")
        recipient = houses.get(row.recipient_id, "") if row.recipient_id else detail.recipient
        author = names.get(row.recorded_by, "") if row.recorded_by else ""
        is_valid = holds(Span(row.given_on, row.valid_until, row.withdrawn_on), today)
        lines.append(ConsentLine(row, detail, recipient, author, is_valid))
    return sorted(lines, key=lambda line: (line.is_valid, line.consent.given_on, line.consent.id), reverse=True)


def missing_purposes(lines: list[ConsentLine]) -> list[ConsentPurpose]:
    """Purposes nothing valid covers yet, in the order of the form."""
    covered = {line.consent.purpose for line in lines if line.is_valid}
    return [purpose for purpose in ConsentPurpose if purpose not in covered]
