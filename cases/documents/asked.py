"""Which papers are asked for, as dated data: the practice in Düsseldorf and the laws behind some of them.

Sources: the list the KI publishes with its first e-mail (consent, passports, registration, last report);
§ 35 SchulG NRW for the age; § 168b FamFG for the paper that proves a Vormund's appointment (until the end of 2022
the Bestallung of § 1791 BGB); § 20 (9) IfSG for measles, since 1 March 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cases.kinds import DocumentKind


class Per(StrEnum):
    """For whom a paper is asked: once a family, once a child, or only on a condition."""

    FAMILY = "family"
    CHILD = "child"
    CHILD_WITH_SCHOOL_YEARS = "child_with_school_years"
    FAMILY_WITH_LEGAL_GUARDIAN = "family_with_legal_guardian"


@dataclass(frozen=True, slots=True)
class Asked:
    """One paper of the list: for whom, whether the talk waits for it, and from when to when it is asked."""

    kind: DocumentKind
    per: Per
    is_required: bool
    valid_from: date
    source: str
    valid_to: date | None = None


SCHOOL_REPORT_FROM_AGE = 7
"""In years: before, a child has no report; compulsory schooling begins at six (§ 35 SchulG NRW)."""

_START = date(2020, 1, 1)
ASKED: tuple[Asked, ...] = (
    Asked(DocumentKind.CONSENT_FORM, Per.FAMILY, True, _START, "Praxis KI Düsseldorf; Art. 7 DSGVO"),
    Asked(DocumentKind.GUARDIAN_ID, Per.FAMILY, True, _START, "Praxis KI Düsseldorf"),
    Asked(DocumentKind.REGISTRATION, Per.FAMILY, True, _START, "Praxis KI Düsseldorf; § 17 BMG"),
    Asked(
        DocumentKind.CUSTODY,
        Per.FAMILY_WITH_LEGAL_GUARDIAN,
        True,
        date(2023, 1, 1),
        "Bestellungsurkunde, § 168b FamFG",
    ),
    Asked(
        DocumentKind.CUSTODY,
        Per.FAMILY_WITH_LEGAL_GUARDIAN,
        True,
        _START,
        "Bestallung, § 1791 BGB in der Fassung bis 2022",
        valid_to=date(2022, 12, 31),
    ),
    Asked(DocumentKind.CHILD_ID, Per.CHILD, True, _START, "Praxis KI Düsseldorf"),
    Asked(DocumentKind.SCHOOL_REPORT, Per.CHILD_WITH_SCHOOL_YEARS, True, _START, "Praxis KI Düsseldorf"),
    Asked(
        DocumentKind.MEASLES_PROOF,
        Per.CHILD,
        False,
        date(2020, 3, 1),
        "§ 20 Abs. 9 IfSG: vor der Aufnahme in die Schule, nicht vor dem Gespräch",
    ),
)


def asked_on(day: date) -> list[Asked]:
    """The list as it stands on a day."""
    return [item for item in ASKED if item.valid_from <= day and (item.valid_to is None or day <= item.valid_to)]
