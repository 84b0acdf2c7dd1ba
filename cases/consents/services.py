"""Recording and withdrawing what a family agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as people
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Invalid
from app.policies import Actor
from cases.consents import hooks
from cases.consents.queries import get_consent, has_withdrawn
from cases.consents.rules import NEEDS_RECIPIENT, allows
from cases.keeping import hold, note
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case, Consent
from cases.policies import CasePermission
from cases.queries import get_case
from cases.sheets import ConsentDetail

FAMILY = "die Familie selbst, im Internet"
OPTED_OUT = "Die Familie hat die Nachrichten über ihren Link abbestellt."


def record_consent(
    actor: Actor,
    *,
    case_id: UUID,
    purpose: ConsentPurpose,
    legal_basis: LegalBasis,
    given_on: date,
    detail: ConsentDetail,
    recipient_id: UUID | None = None,
    valid_until: date | None = None,
) -> Consent:
    """Keep what a family agreed to; raises Invalid for a basis the purpose cannot have or days out of order."""
    case = get_case(actor, case_id, CasePermission.MANAGE_CONSENTS)
    _check(purpose, legal_basis, given_on, valid_until, recipient_id)
    consent = Consent(
        id=new_id(),
        case_id=case_id,
        purpose=purpose,
        legal_basis=legal_basis,
        recipient_id=recipient_id,
        given_on=given_on,
        valid_until=valid_until,
        recorded_by=actor.user_id,
        recorded_at=clock.now(),
    )
    with transaction() as current:
        hold(case_id)
        current.add(consent)
        current.flush()
        records.create(detail, record_id=consent.id, scope=case.scope)
        _note(actor, case, consent, Action.CREATED)
    return consent


def record_own_choice(actor: Actor, *, case_id: UUID, purpose: ConsentPurpose) -> None:
    """A family that took a way of writing back and now chooses it itself agrees anew; nothing to do otherwise."""
    case = get_case(actor, case_id, CasePermission.BOOK)
    if actor.invited_to != case_id or not has_withdrawn(case_id, purpose):
        return
    with transaction() as current:
        hold(case_id)
        consent = _own_consent(case_id, purpose)
        current.add(consent)
        current.flush()
        detail = ConsentDetail(given_by=FAMILY, explained_in="", form="online")
        records.create(detail, record_id=consent.id, scope=case.scope)
        _note(actor, case, consent, Action.CREATED)


def opt_out(actor: Actor, *, case_id: UUID, purpose: ConsentPurpose) -> None:
    """The family itself wants no more messages on this way (Art. 7 (3), 21 GDPR); twice is as good as once.

    Without a recorded consent a withdrawn one is written down, so that staff see the No and nothing overlooks it.
    """
    case = get_case(actor, case_id, CasePermission.BOOK)
    with transaction() as current:
        hold(case_id)
        today = clock.today()
        open_ones = [row for row in _consents(case_id, purpose) if row.withdrawn_on is None]
        if not open_ones and not has_withdrawn(case_id, purpose):
            consent = _own_consent(case_id, purpose)
            current.add(consent)
            current.flush()
            detail = ConsentDetail(given_by=FAMILY, explained_in="", form="online", remarks=OPTED_OUT)
            records.create(detail, record_id=consent.id, scope=case.scope)
            open_ones = [consent]
        for consent in open_ones:
            consent.withdrawn_on = max(today, consent.given_on)
            _note(actor, case, consent, Action.REVOKED)
            hooks.withdrawn(actor, consent)


def withdraw_consent(actor: Actor, *, consent_id: UUID, on: date | None = None) -> Consent:
    """Mark a consent as withdrawn from `on` (today), and stop what rests on it; twice is as good as once."""
    consent = get_consent(actor, consent_id, CasePermission.MANAGE_CONSENTS)
    with transaction():
        if consent.legal_basis is not LegalBasis.CONSENT:
            raise Invalid("legal_basis", "not_withdrawable")
        if consent.withdrawn_on is not None:
            return consent
        day = on or clock.today()
        if not consent.given_on <= day <= clock.today():
            raise Invalid("withdrawn_on", "out_of_order")
        consent.withdrawn_on = day
        case = get_case(actor, consent.case_id, CasePermission.MANAGE_CONSENTS)
        _note(actor, case, consent, Action.REVOKED)
        hooks.withdrawn(actor, consent)
    return consent


def _own_consent(case_id: UUID, purpose: ConsentPurpose) -> Consent:
    return Consent(
        id=new_id(),
        case_id=case_id,
        purpose=purpose,
        legal_basis=LegalBasis.CONSENT,
        given_on=clock.today(),
        recorded_at=clock.now(),
    )


def _consents(case_id: UUID, purpose: ConsentPurpose) -> Sequence[Consent]:
    query = select(Consent).where(Consent.case_id == case_id, Consent.purpose == purpose)
    return session().scalars(query).all()


def _check(
    purpose: ConsentPurpose,
    basis: LegalBasis,
    given_on: date,
    valid_until: date | None,
    recipient_id: UUID | None,
) -> None:
    if not allows(purpose, basis):
        raise Invalid("legal_basis", "needs_consent")
    if given_on > clock.today():
        raise Invalid("given_on", "future")
    if valid_until is not None and valid_until < given_on:
        raise Invalid("valid_until", "before_given")
    if recipient_id is not None and people.organisation(recipient_id) is None:
        raise Invalid("recipient_id", "unknown")
    if recipient_id is None and purpose in NEEDS_RECIPIENT:
        raise Invalid("recipient_id", "required")


def _note(actor: Actor, case: Case, consent: Consent, action: Action) -> None:
    note(
        actor,
        case,
        action,
        "consent",
        subject_id=consent.id,
        digest=records.digest(ConsentDetail, consent.id),
        facts={"purpose": consent.purpose.value, "basis": consent.legal_basis.value},
    )
