"""Correcting a statement because the family asked (Art. 16 GDPR), or refusing to with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import transaction
from app.errors import Conflict, Invalid
from app.policies import Actor
from cases.intake import services as intake
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case
from cases.queries import get_case
from cases.rights import history, hooks
from cases.rights.correctable import Statement, statement, words_of
from cases.rights.kinds import Outcome
from cases.rights.policies import RightsPermission
from cases.rights.sheets import Correction
from cases.tasks.services import add_task


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """What the family says: who asked, how we know it is true, and why we decide as we do."""

    asked_by: str
    reason: str
    evidence: str = ""
    request: str = ""


def correct(actor: Actor, *, case_id: UUID, key: str, value: Any, claim: Claim) -> UUID:
    """Write the right value and keep the decision; everybody who got the wrong one is told by a task (Art. 19).

    Answers the correction's id. Raises Conflict where the value is what stands there already, and Invalid for one
    that cannot be.
    """
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    _check(claim)
    with transaction():
        found = statement(actor, case, key)
        if found.value == value:
            raise Conflict("nothing to correct")
        told = {recipient.name for recipient in hooks.recipients_of(case) if recipient.must_be_told}
        with history.by_request():
            _write(actor, case, found, value)
        correction_id = _keep(actor, case, found, words_of(found, value), claim, Outcome.MADE)
        for name in sorted(told):
            text = f"Berichtigung mitteilen an {name}: {found.label} (Art. 19 DSGVO)"
            add_task(actor, case_id=case_id, kind=TaskKind.GENERAL, due_on=clock.today(), text=text)
    return correction_id


def refuse(actor: Actor, *, case_id: UUID, key: str, value: Any, claim: Claim) -> UUID:
    """Keep what stands, and with it that the family contests it and what it says instead; a reason is due."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    _check(claim)
    with transaction():
        found = statement(actor, case, key)
        return _keep(actor, case, found, words_of(found, value), claim, Outcome.REFUSED)


def _check(claim: Claim) -> None:
    for name in ("asked_by", "reason"):
        if not getattr(claim, name):
            raise Invalid(name, "required")


def _write(actor: Actor, case: Case, found: Statement, value: Any) -> None:
    """Change the field the way the intake form does, with all that follows from it."""
    changes, expected = {found.name: value}, found.version
    if found.kind == "family":
        intake.change_family(actor, case_id=case.id, expected=expected, changes=changes)
    elif found.kind == "child":
        intake.change_child(actor, case_id=case.id, child_id=found.record_id, expected=expected, changes=changes)
    elif found.kind == "health":
        intake.change_health(actor, case_id=case.id, child_id=found.record_id, expected=expected, changes=changes)
    else:
        intake.change_guardian(actor, case_id=case.id, guardian_id=found.record_id, expected=expected, changes=changes)


def _keep(actor: Actor, case: Case, found: Statement, after: str, claim: Claim, outcome: Outcome) -> UUID:
    line = Correction(
        record_kind=found.kind,
        record=str(found.record_id),
        field=found.name,
        before=words_of(found, found.value),
        after=after,
        outcome=outcome.value,
        day=clock.today().isoformat(),
        reason=claim.reason,
        asked_by=claim.asked_by,
        evidence=claim.evidence,
        decided_by=str(actor.user_id or ""),
        request=claim.request,
    )
    correction_id = new_id()
    records.create(line, record_id=correction_id, scope=case.scope)
    facts: dict[str, str | int | list[str]] = {"fields": [found.name], "outcome": outcome.value}
    digest = records.digest(Correction, correction_id)
    note(actor, case, Action.CREATED, "rights.correction", subject_id=correction_id, digest=digest, facts=facts)
    return correction_id
