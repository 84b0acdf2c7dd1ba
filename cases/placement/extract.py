"""What a family may know of its children's way to a seat, and which authority and school were told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from app.data.database import session
from cases.models import Case
from cases.placement.models import Placement, PlacementSheet, School
from cases.placement.school_types import SchoolType, Stage
from cases.placement.support import Support
from cases.rights.hooks import Recipient, Section, contributes, explains, tells_recipients
from cases.sheets import ChildSheet

PLACEMENTS = Section(
    key="placements",
    title="Schulplätze: Vorschläge, Zuweisungen, Aufnahmen, Ablehnungen",
    one="Versuch",
    purpose="Suche nach einem Schulplatz",
    order=58,
    source="bei der Bearbeitung entstanden; Antworten von Schulaufsicht und Schule",
    tables=(Placement,),
    sheets=(PlacementSheet,),
    labels={
        "school_id": "Schule",
        "authority": "Schulaufsicht",
        "proposed_by": "Vorgeschlagen von",
        "proposed_at": "Vorgeschlagen",
        "handed_over_on": "An die Schulaufsicht gegeben am",
        "handed_over_by": "Gegeben von",
        "handed_to": "Gegeben an",
        "assigned_on": "Zugewiesen am",
        "assigned_by": "Zuweisung eingetragen von",
        "admitted_on": "Aufgenommen am",
        "admitted_by": "Aufnahme eingetragen von",
        "starts_on": "Erster Schultag",
        "refused_on": "Abgelehnt am",
        "refused_by": "Ablehnung eingetragen von",
        "refusal_reason": "Grund der Ablehnung",
        "refusal_text": "Text der Ablehnung",
        "withdrawn_on": "Zurückgezogen am",
        "withdrawn_by": "Zurückgezogen von",
        "withdrawn_because": "Warum zurückgezogen",
        "metres": "Entfernung in Metern",
        "is_estimate": "Entfernung geschätzt",
        "guardians_agree": "Eltern sind mit einer Bekenntnisschule einverstanden",
        "deviates_because": "Warum anders als die Regeln vorschlagen",
    },
    names=lambda ids: schools(ids),
)


def contribute() -> None:
    """Declare the section, the words of the recommendation, and who was told."""
    contributes(PLACEMENTS)
    explains(
        ChildSheet,
        {
            "recommended_stage": {each.value: each.label for each in Stage},
            "recommended_school_type": {each.value: each.label for each in SchoolType},
            "recommended_support": {each.value: each.label for each in Support},
        },
    )
    tells_recipients(bodies)


def bodies(case: Case) -> list[Recipient]:
    """The authority each attempt was handed to, and the school it was assigned to."""
    found: list[Recipient] = []
    for row in session().scalars(select(Placement).where(Placement.case_id == case.id)).unique():
        if row.handed_over_on is not None:
            what = "Bogen für die Wahl der Schule"
            found.append(Recipient(row.authority.label, what, row.handed_over_on, row.handed_over_on))
        if row.assigned_on is not None:
            what = "Angaben zum Kind für die Aufnahme, über die Schulaufsicht"
            found.append(Recipient(row.school.title, what, row.assigned_on, row.admitted_on or row.assigned_on))
    return found


def schools(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Schools by name."""
    return {row.id: row.title for row in session().scalars(select(School).where(School.id.in_(list(ids))))}
