"""Which purposes may rest on a law instead of consent, and when a consent holds.

Sources: Art. 6 (1) lit. a and e, Art. 7 and 9 GDPR; §§ 34 and 46 SchulG NRW; § 120 SchulG NRW (school data).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cases.kinds import ConsentPurpose, LegalBasis

MAY_REST_ON_LAW = frozenset(
    {
        ConsentPurpose.COLLECTION,
        ConsentPurpose.SCHOOL_AUTHORITY,
        ConsentPurpose.SCHOOL,
        ConsentPurpose.HEALTH_OFFICE,
    }
)
"""Acts an authority owes by law: declaring them a consent that may be withdrawn would mislead the family."""

NEEDS_RECIPIENT = frozenset({ConsentPurpose.KIM_HANDOVER})
"""Consent to a handover names the body that receives: a family agrees to somebody, not to anybody."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a consent counts; `valid_until` is its last day."""

    given_on: date
    valid_until: date | None
    withdrawn_on: date | None


def allows(purpose: ConsentPurpose, basis: LegalBasis) -> bool:
    """Whether a purpose may rest on this basis."""
    return basis is LegalBasis.CONSENT or purpose in MAY_REST_ON_LAW


def holds(span: Span, on: date) -> bool:
    """Whether a consent counts on a day; a withdrawal counts from its own day on (Art. 7 (3) GDPR)."""
    if on < span.given_on or (span.valid_until is not None and on > span.valid_until):
        return False
    return span.withdrawn_on is None or on < span.withdrawn_on
