"""Where the rights of families meet every package: who contributes to the extract, and what listens to changes."""

from __future__ import annotations

from app import case_messages, rights_sections
from cases.consents import hooks as consent_hooks
from cases.handover import extract as handover_extract
from cases.handover import services as handover_services
from cases.intake import hooks as intake_hooks
from cases.kinds import ConsentPurpose
from cases.placement import extract as placement_extract
from cases.placement import services as placement_services
from cases.rights import history, sections, withdrawals
from scheduling import extract as scheduling_extract
from scheduling import withdrawal as scheduling_withdrawal
from scheduling.waiting import extract as waiting_extract


def bind() -> None:
    """Bind what each package tells of a family when it asks, and keep the history of corrected statements."""
    sections.contribute()
    case_messages.contribute()
    handover_extract.contribute()
    placement_extract.contribute()
    scheduling_extract.contribute()
    waiting_extract.contribute()
    rights_sections.contribute()
    intake_hooks.on_change(history.remember)
    consent_hooks.on_withdrawn(handover_services.heed_withdrawal, ConsentPurpose.KIM_HANDOVER)
    consent_hooks.on_withdrawn(placement_services.heed_withdrawal, ConsentPurpose.SCHOOL_AUTHORITY)
    consent_hooks.on_withdrawn(
        scheduling_withdrawal.heed_withdrawal, ConsentPurpose.INTERPRETER, ConsentPurpose.COLLECTION
    )
    consent_hooks.on_withdrawn(withdrawals.heed_withdrawal, *withdrawals.TASKS)
    consent_hooks.on_withdrawn(case_messages.heed_withdrawal)
