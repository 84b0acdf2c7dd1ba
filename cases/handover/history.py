"""What of handovers outlasts them: whether KIM ever accepted a case, and previews that lie with another body."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, delete, select

from app.data.database import session
from app.data.records import SealedRecord
from cases.handover.models import Handover, HandoverPreview, HandoverStep
from cases.handover.states import HandoverState


def were_with_kim() -> Select[UUID]:
    """Selects the ids of the cases that a body accepted at some time, whatever became of it."""
    return (
        select(Handover.case_id)
        .join(HandoverStep, HandoverStep.handover_id == Handover.id)
        .where(HandoverStep.state == HandoverState.ACCEPTED)
    )


def forget_previews(case_id: UUID) -> None:
    """Delete what an offer showed to another body: it lies under that body's key, not the case's."""
    ids = select(Handover.id).where(Handover.case_id == case_id)
    session().execute(
        delete(SealedRecord)
        .where(SealedRecord.kind == HandoverPreview.KIND, SealedRecord.record_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
