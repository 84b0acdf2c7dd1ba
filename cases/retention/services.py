"""What a named person decides: erase, keep for another year, offer to the archive, restrict; never the system.

GDPR Article 22: rules only propose; each of these needs somebody who leads the KI.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import after_commit, session, transaction
from app.errors import Conflict, Invalid, NotPermitted, WrongState
from app.policies import Actor
from cases.closing import unsettled
from cases.documents.queries import get_attachment
from cases.documents.services import remove_attachment
from cases.keeping import note
from cases.kinds import AccessKind, RestrictionReason, TaskKind
from cases.models import Case
from cases.policies import is_restricted
from cases.queries import get_case, get_child
from cases.retention import aftermath, erasing, rules
from cases.retention.erasing import Erased
from cases.retention.kinds import ArchiveAnswer, ErasedKind, ErasureBasis, ExtensionReason
from cases.retention.models import ErasureReceipt, RetentionMark
from cases.retention.policies import RetentionPermission
from cases.retention.queries import Standing, settings, standing_of
from cases.retention.rule_book import RuleKey
from cases.retention.withholding import take_back_messages
from cases.tasks.services import add_task

RESTRICTED = "Die Verarbeitung ist eingeschränkt. Bitte heben Sie die Einschränkung zuerst auf."
SHARED = (
    "KIM arbeitet mit diesem Fall. Bitte nehmen Sie ihn zuerst im Reiter „Übergabe“ zurück: "
    "Die Stelle erfährt davon und verliert dabei ihren Schlüssel."
)
INFORM = "Die Einschränkung der Verarbeitung ist aufgehoben: bitte die Familie unterrichten (Art. 18 Abs. 3 DSGVO)."


class Hindered(Conflict):
    """Something has to happen before this may be erased or restricted; `sentences` say what."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("hindered")
        self.sentences = sentences


def hindrances(actor: Actor, case: Case, *, basis: ErasureBasis) -> list[str]:
    """What has to happen before the case may be erased on this basis, in sentences; empty when nothing has to."""
    case = get_case(actor, case.id, RetentionPermission.DECIDE)
    found = _in_use(case)
    if basis is ErasureBasis.DUE:
        found += _not_due(standing_of(case))
    return found


def erase_case(actor: Actor, *, case_id: UUID, basis: ErasureBasis) -> ErasureReceipt:
    """Erase a case for good: rows, sealed records, shards, then keys and files; raises Hindered."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    rule = _rule_of(case, basis)

    def rows(case: Case) -> Erased:
        sentences = hindrances(actor, case, basis=basis)
        if sentences:
            raise Hindered(sentences)
        for shell_id in session().scalars(select(Case.id).where(Case.merged_into_id == case.id)).all():
            erased = erasing.erase_case_rows(case.organisation_id, shell_id)
            _receipt(actor, case.organisation_id, ErasedKind.CASE, shell_id, shell_id, basis, rule, erased)
        return erasing.erase_case_rows(case.organisation_id, case.id)

    return _erase(actor, case_id, ErasedKind.CASE, case_id, basis, rule, rows)


def erase_child(actor: Actor, *, case_id: UUID, child_id: UUID, basis: ErasureBasis) -> ErasureReceipt:
    """Erase one child of a family that stays; the last child goes with the case. Raises Hindered."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    get_child(actor, case, child_id)

    def rows(case: Case) -> Erased:
        sentences = _in_use(case)
        if len(case.children) < 2:
            sentences.append("Es ist das einzige Kind des Falls. Bitte löschen Sie den ganzen Fall.")
        if sentences:
            raise Hindered(sentences)
        return erasing.erase_child_rows(case, child_id)

    return _erase(actor, case_id, ErasedKind.CHILD, child_id, basis, "", rows)


def erase_attachment(actor: Actor, *, attachment_id: UUID, basis: ErasureBasis) -> ErasureReceipt:
    """Erase one file of a paper, with a receipt; the paper itself stays on the list. Raises Hindered."""
    attachment = get_attachment(actor, attachment_id, RetentionPermission.DECIDE)

    def rows(case: Case) -> Erased:
        if is_restricted(case):
            raise Hindered([RESTRICTED])
        erased = Erased({"attachment": 1, "attachment_file": 1}, erasing.digest_of_file(attachment_id), [attachment_id])
        remove_attachment(actor, attachment_id=attachment_id)
        return erased

    return _erase(
        actor, attachment.case_id, ErasedKind.ATTACHMENT, attachment_id, basis, RuleKey.ATTACHMENT.value, rows
    )


def extend(actor: Actor, *, case_id: UUID, reason: ExtensionReason) -> RetentionMark:
    """Keep a case that fell due for another year, once; raises Invalid the second time or before it is due."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        standing, mark = standing_of(case), _mark(case)
        if standing.due is None or not standing.has_come:
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


def restrict(actor: Actor, *, case_id: UUID, reason: RestrictionReason) -> Case:
    """Keep a case and stop its use (Art. 18 GDPR): from now on only the lead and its advisor read it.

    What was planned to be sent is taken back, and a body it was handed over to sees nothing until it is lifted.
    Raises Hindered while a talk is booked or a handover unanswered.
    """
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        if case.restricted_on is not None:
            return case
        sentences = unsettled(case)
        if sentences:
            raise Hindered(sentences)
        take_back_messages(case_id)
        case.restricted_on, case.restricted_by, case.restriction_reason = clock.today(), actor.user_id, reason
        note(actor, case, Action.CHANGED, "restriction", facts={"reason": reason.value})
    return case


def lift_restriction(actor: Actor, *, case_id: UUID) -> Case:
    """Let a case be used again, with a task to tell the family (Art. 18(3) GDPR); raises WrongState if it was not."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    with transaction():
        if case.restricted_on is None:
            raise WrongState("unrestricted", "unrestricted")
        case.restricted_on = case.restricted_by = case.restriction_reason = None
        session().flush()
        add_task(actor, case_id=case_id, kind=TaskKind.GENERAL, due_on=clock.today(), text=INFORM)
        note(actor, case, Action.CHANGED, "restriction", facts={"lifted": 1})
    return case


def _erase(
    actor: Actor,
    case_id: UUID,
    kind: ErasedKind,
    subject_id: UUID,
    basis: ErasureBasis,
    rule: str,
    rows: Callable[[Case], Erased],
) -> ErasureReceipt:
    """Let `rows` delete in one transaction with receipt and trail."""
    with transaction() as current:
        current.execute(select(Case.id).where(Case.id == case_id).with_for_update())
        case = get_case(actor, case_id, RetentionPermission.DECIDE)
        return _receipt(actor, case.organisation_id, kind, case_id, subject_id, basis, rule, rows(case))


def _receipt(
    actor: Actor,
    owner: UUID,
    kind: ErasedKind,
    case_id: UUID,
    subject_id: UUID,
    basis: ErasureBasis,
    rule: str,
    erased: Erased,
) -> ErasureReceipt:
    """Write receipt and trail inside the transaction of an erasure; keys and files follow its commit."""
    if actor.user_id is None:
        raise NotPermitted("only a person erases")
    receipt = ErasureReceipt(
        id=new_id(),
        organisation_id=owner,
        kind=kind,
        case_id=case_id,
        subject_id=subject_id,
        basis=basis,
        rule=rule,
        decided_by=actor.user_id,
        erased_at=clock.now(),
        counts=erased.counts,
        digest=erased.digest,
        files=[str(file_id) for file_id in erased.files],
        effective_on=clock.today() + timedelta(days=settings().backup_days),
    )
    session().add(receipt)
    _record(actor, receipt)
    after_commit(lambda: aftermath.finish(receipt.id))
    return receipt


def _record(actor: Actor, receipt: ErasureReceipt) -> None:
    audit.record(
        Action.DELETED,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind=f"erasure.{receipt.kind.value}",
        subject_id=receipt.subject_id,
        case_id=receipt.case_id,
        digest=receipt.digest,
        facts={"basis": receipt.basis.value, "rule": receipt.rule, **receipt.counts},
    )


def _rule_of(case: Case, basis: ErasureBasis) -> str:
    due = standing_of(case).due
    return due.rule.key.value if due is not None and basis is ErasureBasis.DUE else ""


def _in_use(case: Case) -> list[str]:
    """What still runs: a restriction, another body that works with the case, a booked talk, an open offer."""
    found = [RESTRICTED] if is_restricted(case) else []
    if any(row.kind is AccessKind.HANDOVER for row in case.access):
        found.append(SHARED)
    return [*found, *unsettled(case)]


def _not_due(standing: Standing) -> list[str]:
    if standing.due is None or not standing.has_come:
        return ["Die Aufbewahrungsfrist läuft noch. Vor ihrem Ende braucht die Löschung einen anderen Grund."]
    if not standing.archive_is_settled:
        return ["Der Fall ist dem Archiv noch anzubieten, oder dessen Antwort steht noch aus."]
    return []


def _mark(case: Case) -> RetentionMark:
    """What was decided about this case so far, locked; a new row when it is the first time."""
    mark = session().get(RetentionMark, case.id, with_for_update=True)
    if mark is None:
        mark = RetentionMark(case_id=case.id, organisation_id=case.organisation_id)
        session().add(mark)
        session().flush()
    return mark
