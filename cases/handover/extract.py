"""What a family may know of handovers to KIM, and which bodies got its file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Organisation
from app.data.database import session
from cases.handover.models import Desk, Handover, HandoverSheet, HandoverStep, StepSheet
from cases.handover.rules import Need, Urgency
from cases.handover.states import HandoverState
from cases.models import Case
from cases.rights.hooks import Recipient, Section, contributes, tells_recipients

HANDOVERS = Section(
    key="handovers",
    title="Übergaben an das Kommunale Integrationsmanagement",
    one="Übergabe",
    purpose="Begleitung durch das Kommunale Integrationsmanagement",
    order=59,
    basis="Einwilligung, Art. 6 Abs. 1 lit. a DSGVO",
    source="bei der Bearbeitung entstanden",
    tables=(Handover,),
    sheets=(HandoverSheet, StepSheet),
    labels={
        "consent_id": "Beruht auf der Einwilligung",
        "routing_epoch": "Suche Nummer",
        "desk_id": "Stelle",
        "offered_to_id": "Angeboten an",
        "requested_by": "Angefragt von",
        "requested_at": "Angefragt",
        "offered_at": "Angeboten",
        "answered_at": "Beantwortet",
        "answered_by": "Beantwortet von",
        "manager_id": "Case Management",
        "needs": "Bedarf",
        "wish": "Wunsch",
        "urgency": "Dringlichkeit",
        "routing_reasons": "Gründe für die Stelle",
    },
    words={
        "needs": {each.value: each.label for each in Need},
        "urgency": {each.value: each.label for each in Urgency},
    },
    names=lambda ids: desks(ids),
)


def contribute() -> None:
    """Declare the section, and which bodies accepted the case."""
    contributes(HANDOVERS)
    tells_recipients(bodies)


def bodies(case: Case) -> list[Recipient]:
    """Bodies that were offered the case (without names), and those that accepted and so could read it."""
    query = (
        select(HandoverStep.state, HandoverStep.at, Organisation.name)
        .join(Handover, Handover.id == HandoverStep.handover_id)
        .join(Desk, Desk.id == HandoverStep.desk_id)
        .join(Organisation, Organisation.id == Desk.organisation_id)
        .where(Handover.case_id == case.id)
        .where(HandoverStep.state.in_((HandoverState.OFFERED, HandoverState.ACCEPTED)))
    )
    found = []
    for state, at, name in session().execute(query):
        on = clock.local(at).date()
        if state is HandoverState.ACCEPTED:
            found.append(Recipient(name, "Zugriff auf die Fallakte", on))
        else:
            what = "Angebot ohne Namen: Bedarf, Sprache, Alter der Kinder, Stadtbezirk"
            found.append(Recipient(name, what, on, on, must_be_told=False))
    return found


def desks(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Desks by name."""
    return {row.id: row.name for row in session().scalars(select(Desk).where(Desk.id.in_(list(ids))))}
