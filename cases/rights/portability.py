"""What a family gave itself, in a form other programs can read (Art. 20 GDPR); docs/family-exports.md explains it.

Left out is what the counselling team concluded or a rule computed: recommendations, distances, states, notes of talks.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import msgspec

from app import clock
from app.data import records
from app.data.records import Sheet
from app.policies import Actor, authorise
from cases.consents.queries import consents_of
from cases.models import Case
from cases.queries import children_of, family_of, guardians_of
from cases.rights.policies import RightsPermission
from cases.sheets import HealthSheet

SCHEMA = "einstieg-uebertragbarkeit/1"
NOT_FROM_FAMILY = frozenset(
    {
        "easting",
        "northing",
        "district",
        "reported_by",
        "remarks",
        "residence_purpose",
        "gymnasium_suitable",
        "competences",
        "mathematics",
        "recommended_stage",
        "recommended_school_type",
        "recommended_grade",
        "recommended_support",
        "literacy_group",
        "recommendation_reason",
        "special_needs_procedure",
        "custody_proof",
    }
)
COLUMNS = ("given_names", "family_name", "born", "gender", "birth_country", "nationality", "languages", "last_grade")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the start of a cell."""


def as_json(actor: Actor, case: Case) -> bytes:
    """Family, children with health, guardians and consents as the family told them, UTF-8."""
    authorise(actor, RightsPermission.MANAGE, case)
    health = records.of_case(HealthSheet, case.id, reader=actor.organisation_id)
    children = []
    for child_id, stored in children_of(actor, case).items():
        told = _told(stored.sheet)
        if child_id in health:
            told["health"] = _told(health[child_id].sheet)
        children.append(told)
    found = {
        "schema": SCHEMA,
        "made_on": clock.today(),
        "reference": case.reference,
        "family": _told(family_of(actor, case).sheet),
        "children": children,
        "guardians": [_told(stored.sheet) for stored in guardians_of(actor, case).values()],
        "consents": _consents(actor, case),
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=2)


def children_csv(actor: Actor, case: Case) -> bytes:
    """One line a child, `;` between columns, UTF-8 with the mark that spreadsheets look for."""
    authorise(actor, RightsPermission.MANAGE, case)
    family_name = family_of(actor, case).sheet.family_name
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for stored in children_of(actor, case).values():
        told = msgspec.structs.asdict(stored.sheet) | {"family_name": stored.sheet.family_name or family_name}
        writer.writerow([_cell(told[name]) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def _told(sheet: Sheet) -> dict[str, Any]:
    """The fields the family filled, without what is empty."""
    found = msgspec.to_builtins(sheet)
    return {name: value for name, value in found.items() if name not in NOT_FROM_FAMILY}


def _consents(actor: Actor, case: Case) -> list[dict[str, Any]]:
    return [
        {
            "purpose": line.consent.purpose.value,
            "legal_basis": line.consent.legal_basis.value,
            "given_on": line.consent.given_on,
            "valid_until": line.consent.valid_until,
            "withdrawn_on": line.consent.withdrawn_on,
            "given_by": line.detail.given_by,
            "recipient": line.recipient,
        }
        for line in consents_of(actor, case, today=clock.today())
    ]


def _cell(value: object) -> str:
    text = ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text
