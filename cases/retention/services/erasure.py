"""Erasing a case, one child or one file: a named person's decision, never the system's (Art. 22 GDPR)."""

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
from app.errors import NotPermitted
from app.policies import Actor
from cases.documents.queries import get_attachment
from cases.documents.services import remove_attachment
from cases.models import Case
from cases.policies import is_restricted
from cases.queries import get_case, get_child
from cases.retention import aftermath, erasing
from cases.retention.erasing import Erased
from cases.retention.hindrances import MERGED, RESTRICTED, Hindered, can_still_be_split, in_use, not_due
from cases.retention.kinds import ErasedKind, ErasureBasis
from cases.retention.models import ErasureReceipt
from cases.retention.policies import RetentionPermission
from cases.retention.queries import settings, standing_of
from cases.retention.rule_book import RuleKey


def hindrances(actor: Actor, case: Case, *, basis: ErasureBasis) -> list[str]:
    """What has to happen before the case may be erased on this basis, in sentences; empty when nothing has to."""
    case = get_case(actor, case.id, RetentionPermission.DECIDE)
    found = in_use(case)
    if basis is ErasureBasis.DUE:
        found += not_due(standing_of(case))
    return found


def erase_case(actor: Actor, *, case_id: UUID, basis: ErasureBasis) -> ErasureReceipt:
    """Erase a case for good: rows, sealed records, shards, then keys and files; raises Hindered."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    rule = _rule_of(case, basis)

    def rows(case: Case) -> Erased:
        sentences = hindrances(actor, case, basis=basis)
        if sentences:
            raise Hindered(sentences)
        _erase_merged(actor, case, basis, rule)
        return erasing.erase_case_rows(case.organisation_id, case.id)

    return _erase(actor, case_id, ErasedKind.CASE, case_id, basis, rule, rows)


def erase_child(actor: Actor, *, case_id: UUID, child_id: UUID, basis: ErasureBasis) -> ErasureReceipt:
    """Erase one child of a family that stays; the last child goes with the case. Raises Hindered."""
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    get_child(actor, case, child_id)

    def rows(case: Case) -> Erased:
        sentences = in_use(case)
        if len(case.children) < 2:
            sentences.append("Es ist das einzige Kind des Falls. Bitte löschen Sie den ganzen Fall.")
        if can_still_be_split(case):
            sentences.append(MERGED)
        if sentences:
            raise Hindered(sentences)
        _erase_merged(actor, case, basis, "")
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


def _erase_merged(actor: Actor, case: Case, basis: ErasureBasis, rule: str) -> None:
    """Erase what is left of cases that were merged into this one: the same people once more, with their receipts."""
    for merged_id in session().scalars(select(Case.id).where(Case.merged_into_id == case.id)).all():
        erased = erasing.erase_case_rows(case.organisation_id, merged_id)
        _receipt(actor, case.organisation_id, ErasedKind.CASE, merged_id, merged_id, basis, rule, erased)


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
    return standing_of(case).due.rule.key.value if basis is ErasureBasis.DUE else ""
