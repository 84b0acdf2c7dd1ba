"""Keeping a due case for another year, and asking the archive before it goes."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Invalid
from app.policies import Actor
from cases.keeping import note
from cases.models import Case
from cases.queries import get_case
from cases.retention import rules
from cases.retention.kinds import ArchiveAnswer, ExtensionReason
from cases.retention.models import RetentionMark
from cases.retention.policies import RetentionPermission
from cases.retention.queries import settings, standing_of
from cases.retention.rule_book import RuleKey


def extend(actor: Actor, *, case_id: UUID, reason: ExtensionReason) -> RetentionMark:
    """Keep a case that fell due for another year, once; raises Invalid the second time or before it is due."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        standing, mark = standing_of(case), _mark(case)
        if not standing.has_come:
            raise Invalid("case", "not_due")
        if mark.extended_until is not None:
            raise Invalid("case", "extended_before")
        today = clock.today()
        mark.extended_until = rules.later(today, rules.rule_for(RuleKey.EXTENSION, on=today))
        mark.extended_on, mark.extended_by, mark.extension_reason = today, actor.user_id, reason
        note(actor, case, Action.CHANGED, "retention", facts={"extended": reason.value})
    return mark


def offer_to_archive(actor: Actor, *, case_id: UUID) -> RetentionMark:
    """Note that a due case was offered to the archive; again changes nothing. Raises Invalid before it is due."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        if not settings().archive_offer:
            raise Invalid("case", "no_archive")
        if not standing_of(case).has_come:
            raise Invalid("case", "not_due")
        mark = _mark(case)
        if mark.offered_on is None:
            mark.offered_on, mark.offered_by = clock.today(), actor.user_id
            note(actor, case, Action.CHANGED, "retention", facts={"archive": "offered"})
    return mark


def note_archive_answer(actor: Actor, *, case_id: UUID, answer: ArchiveAnswer) -> RetentionMark:
    """Note what the archive answered; raises Invalid for a case it was not offered."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        mark = _mark(case)
        if mark.offered_on is None:
            raise Invalid("case", "not_offered")
        mark.archive_answer, mark.answered_on, mark.answered_by = answer, clock.today(), actor.user_id
        note(actor, case, Action.CHANGED, "retention", facts={"archive": answer.value})
    return mark


def _mark(case: Case) -> RetentionMark:
    """What was decided about this case so far, locked; a new row when it is the first time."""
    mark = session().get(RetentionMark, case.id, with_for_update=True)
    if mark is None:
        mark = RetentionMark(case_id=case.id, organisation_id=case.organisation_id)
        session().add(mark)
        session().flush()
    return mark
