"""Opening a case, moving it on, sharing it out and closing it; what it holds is changed by `cases.intake.services`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import User
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import transaction
from app.errors import Invalid
from app.policies import Actor, Permission, Role, authorise
from cases.closing import Unsettled, unsettled
from cases.keeping import keep_in_step, note, seal_child, seal_guardian
from cases.kinds import AccessKind, CloseReason
from cases.models import Case, CaseAccess
from cases.plausibility import check_child, check_family
from cases.policies import CasePermission
from cases.queries import get_case
from cases.references import next_reference
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet
from cases.states import CaseState, check_case_step


def open_case(
    actor: Actor,
    *,
    family: FamilySheet,
    children: Sequence[ChildSheet],
    guardians: Sequence[GuardianSheet] = (),
    advisor_id: UUID | None = None,
) -> Case:
    """Open a family's case in the actor's own KI, with its key, its reference and all sheets, or not at all.

    Raises Invalid for a family or child without a name, no child, or a birth date that cannot be true.
    """
    authorise(actor, CasePermission.OPEN)
    check_family(family)
    if not children:
        raise Invalid("children", "required")
    for child in children:
        check_child(child)
    case = _new_case(actor, advisor_id)
    ring = records.keyring()
    ring.create_key(case.id, actor.organisation_id)
    try:
        with transaction() as session:
            _check_advisor(session, actor.organisation_id, advisor_id)
            case.reference = next_reference(actor.organisation_id, year=clock.local(case.opened_at).year)
            session.add(case)
            session.flush()
            records.create(family, record_id=case.id, scope=case.scope)
            for sheet in children:
                seal_child(case, sheet)
            for guardian in guardians:
                seal_guardian(case, guardian)
            keep_in_step(case)
            note(actor, case, Action.CREATED, "case", facts={"children": len(children), "reference": case.reference})
    except BaseException:
        ring.drop_keys(case.id)
        raise
    return case


def read_case(actor: Actor, *, case_id: UUID, part: str, permission: Permission = CasePermission.READ) -> Case:
    """The case for a page, with the reading of `part` in the audit trail; raises NotFound like `get_case`."""
    authorise(actor, CasePermission.LIST)
    with transaction():
        case = get_case(actor, case_id, permission)
        note(actor, case, Action.READ, "case", facts={"part": part})
    return case


def record_read(actor: Actor, case: Case, part: str) -> None:
    """Put the reading of a part of a case into the audit trail; what was loaded before is loaded again after."""
    authorise(actor, CasePermission.READ, case)
    with transaction():
        note(actor, case, Action.READ, "case", facts={"part": part})


def record_list_read(actor: Actor, *, case_ids: Collection[UUID]) -> None:
    """Keep in the audit trail that somebody saw a page of the list of cases, and which stood on it."""
    authorise(actor, CasePermission.LIST)
    with transaction():
        audit.record(
            Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="case_list",
            facts={"cases": sorted({str(case_id) for case_id in case_ids})},
        )


def advance_case(actor: Actor, *, case_id: UUID, state: CaseState) -> Case:
    """Move a case on; where it is there already nothing happens, nor with a request: that waits for a person.

    Raises WrongState.
    """
    case = get_case(actor, case_id, CasePermission.ADVANCE)
    with transaction():
        if case.state in (state, CaseState.REQUESTED):
            return case
        if state is CaseState.CLOSED:
            raise Invalid("state", "close_instead")
        check_case_step(case.state, state)
        _set_state(actor, case, state)
    return case


def close_case(actor: Actor, *, case_id: UUID, reason: CloseReason) -> Case:
    """Close a case for a reason out of the list, never free text; closing again changes nothing.

    Raises Unsettled while a booked talk or an open handover would go on without it.
    """
    case = get_case(actor, case_id, CasePermission.CLOSE)
    with transaction():
        if case.state is not CaseState.CLOSED:
            sentences = unsettled(case)
            if sentences:
                raise Unsettled(sentences)
            _set_state(actor, case, CaseState.CLOSED, reason=reason)
            case.closed_at = clock.now()
    return case


def reopen_case(actor: Actor, *, case_id: UUID) -> Case:
    """Take a closed case up again; it goes on where families stand who were reached."""
    case = get_case(actor, case_id, CasePermission.CLOSE)
    with transaction():
        if case.state is CaseState.CLOSED:
            _set_state(actor, case, CaseState.CONTACTED)
            case.closed_at = None
    return case


def assign_advisor(actor: Actor, *, case_id: UUID, advisor_id: UUID | None) -> Case:
    """Give a case to an advisor of its KI, or (None) to nobody; raises Invalid for anybody else."""
    case = get_case(actor, case_id, CasePermission.ASSIGN)
    with transaction() as session:
        _check_advisor(session, case.organisation_id, advisor_id)
        if case.advisor_id != advisor_id:
            case.advisor_id = advisor_id
            facts = {"advisor": str(advisor_id or "")}
            note(actor, case, Action.CHANGED, "case", facts=facts)
    return case


def add_deputy(actor: Actor, *, case_id: UUID, user_id: UUID) -> None:
    """Share a case with a colleague of the same KI; twice is as good as once."""
    case = get_case(actor, case_id, CasePermission.ASSIGN)
    with transaction() as session:
        _check_advisor(session, case.organisation_id, user_id)
        if any(row.kind is AccessKind.DEPUTY and row.user_id == user_id for row in case.access):
            return
        case.access.append(
            CaseAccess(
                organisation_id=case.organisation_id, user_id=user_id, kind=AccessKind.DEPUTY, granted_at=clock.now()
            )
        )
        note(actor, case, Action.SHARED, "case", facts={"deputy": str(user_id)})


def remove_deputy(actor: Actor, *, case_id: UUID, user_id: UUID) -> None:
    """Take a colleague out of a case."""
    case = get_case(actor, case_id, CasePermission.ASSIGN)
    with transaction():
        for row in [r for r in case.access if r.kind is AccessKind.DEPUTY and r.user_id == user_id]:
            case.access.remove(row)
            note(actor, case, Action.REVOKED, "case", facts={"deputy": str(user_id)})


def _new_case(actor: Actor, advisor_id: UUID | None) -> Case:
    return Case(
        id=new_id(),
        organisation_id=actor.organisation_id,
        state=CaseState.REPORTED,
        advisor_id=advisor_id,
        opened_at=clock.now(),
        opened_by=actor.user_id,
    )


def _set_state(actor: Actor, case: Case, state: CaseState, *, reason: CloseReason | None = None) -> None:
    facts: dict[str, str | int | list[str]] = {"from": case.state.value, "to": state.value}
    if reason is not None:
        facts["reason"] = reason.value
    case.state = state
    note(actor, case, Action.CHANGED, "case.state", facts=facts)


def _check_advisor(session: Session, organisation_id: UUID, advisor_id: UUID | None) -> None:
    if advisor_id is None:
        return
    user = session.get(User, advisor_id)
    counsels = user is not None and not user.roles.isdisjoint({Role.ADVISOR, Role.LEAD})
    if user is None or not user.is_active or user.organisation_id != organisation_id or not counsels:
        raise Invalid("advisor", "unknown")
