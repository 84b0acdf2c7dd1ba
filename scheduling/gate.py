"""The gate before a talk: the papers are complete, or staff say why it goes ahead without them."""

from __future__ import annotations

from app.errors import Invalid
from app.policies import Actor
from cases.models import Case
from cases.states import CaseState
from scheduling.kinds import GateReason

BEFORE_COMPLETE = (CaseState.REPORTED, CaseState.CONTACTED, CaseState.DOCUMENTS_INCOMPLETE)


def lacks_papers(case: Case) -> bool:
    """Whether the checklist still keeps this case from a talk; its state follows the papers."""
    return case.state in BEFORE_COMPLETE


def require_papers(actor: Actor, case: Case, reason: GateReason | None) -> None:
    """Go on with complete papers or a reason; a family with a link has passed the gate when it was invited."""
    if lacks_papers(case) and reason is None and actor.invited_to is None:
        raise Invalid("without_papers", "required")
