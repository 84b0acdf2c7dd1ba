"""Keeping the telephones of schools and shelters that may book for many families, as keyed hashes with a label."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Invalid
from app.policies import Actor, authorise
from scheduling.booking import limits
from scheduling.booking.models import TrustedPhone
from scheduling.policies import SchedulingPermission
from scheduling.requests.queries import get_trusted_phone


def trust(actor: Actor, *, phone: str, label: str) -> None:
    """Let a telephone book for many; the same number in another spelling changes its label. Raises Invalid."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    token = limits.phone_token(phone)
    if token is None:
        raise Invalid("phone", "unreadable")
    with transaction() as current:
        known = limits.trusted(actor.organisation_id, token)
        if known is None:
            known = TrustedPhone(
                id=new_id(), organisation_id=actor.organisation_id, contact_token=token, created_by=actor.user_id,
                created_at=clock.now(),
            )  # fmt: skip
            current.add(known)
        known.label = label
        _note(actor, Action.CREATED, known.id)


def trust_no_more(actor: Actor, *, phone_id: UUID) -> None:
    """From now on the limit holds for this telephone as well; what it booked stays."""
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    with transaction():
        phone = get_trusted_phone(actor, phone_id)
        session().delete(phone)
        _note(actor, Action.DELETED, phone_id)


def _note(actor: Actor, action: Action, phone_id: UUID) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="trusted_phone",
        subject_id=phone_id,
    )
