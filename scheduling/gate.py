"""The gates before an appointment: the papers are complete or staff say why not, and it is offered like that."""

from __future__ import annotations

from sqlalchemy import select

from app.data.database import session
from app.errors import Invalid
from app.policies import Actor, authorise
from cases.documents.rules import SETTLED
from cases.models import Case, Document
from cases.states import CaseState
from scheduling.kinds import GateReason, OverbookReason, TalkMode
from scheduling.offering.settings import BookingAccess, KindSetting, PaperRule
from scheduling.policies import SchedulingPermission
from scheduling.queries import Needs

BEFORE_COMPLETE = (CaseState.REPORTED, CaseState.CONTACTED, CaseState.DOCUMENTS_INCOMPLETE)


def lacks_papers(case: Case, setting: KindSetting | None = None) -> bool:
    """Whether the checklist still keeps this case from a kind of talk; its state follows the papers.

    Without a setting all required papers count. A listed paper that was never asked of the family is not missed.
    """
    rule = setting.papers if setting is not None else PaperRule.ALL
    if rule is PaperRule.ALL or setting is None:
        return case.state in BEFORE_COMPLETE
    if rule is PaperRule.NONE:
        return False
    open_papers = select(Document.id).where(
        Document.case_id == case.id, Document.kind.in_(setting.papers_listed), Document.state.not_in(SETTLED)
    )
    return session().scalars(open_papers.limit(1)).first() is not None


def require_papers(actor: Actor, case: Case, reason: GateReason | None, setting: KindSetting | None = None) -> None:
    """Go on with complete papers or a reason; a family with a link has passed the gate when it was invited."""
    if reason is None and actor.invited_to is None and lacks_papers(case, setting):
        raise Invalid("without_papers", "required")


def require_offered(
    actor: Actor, needs: Needs, *, overbook: OverbookReason | None = None, kept: TalkMode | None = None
) -> None:
    """Refuse what this kind does not offer to this actor; `kept` is a way of talking that was agreed on already.

    Raises Invalid, and NotPermitted for a family that would put its talk on top of another.
    """
    if overbook is not None:
        authorise(actor, SchedulingPermission.OVERBOOK)
    if actor.invited_to is not None and needs.setting.access is BookingAccess.STAFF and kept is None:
        raise Invalid("kind", "staff_only")
    if not needs.kind.is_for_one_family:
        return
    if needs.mode not in needs.setting.modes and needs.mode is not kept:
        raise Invalid("mode", "not_offered")
