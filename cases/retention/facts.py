"""What the rules need to know of many cases at once, read in few queries and without opening anything sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.data.database import session
from app.data.records import SealedRecord
from cases.child_states import SIDE_EXITS
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case, Child, Consent
from cases.retention import hooks
from cases.retention.models import RetentionMark
from cases.retention.rules import CaseFacts, ChildFacts

AT_ONCE = 500


def facts_of(cases: Collection[Case], *, today: date) -> dict[UUID, CaseFacts]:
    """The facts of these cases by id."""
    found: dict[UUID, CaseFacts] = {}
    for some in _batches(list(cases)):
        ids = [case.id for case in some]
        children, consents = _children(ids), _consents(ids)
        changes, marks, kim = _last_changes(ids), _extensions(ids), hooks.were_with_kim(ids)
        for case in some:
            has_basis, withdrawn_on = _basis(consents.get(case.id, []), today)
            found[case.id] = CaseFacts(
                opened_on=_day(case.opened_at),
                last_change_on=_day(max(case.opened_at, changes.get(case.id, case.opened_at))),
                closed_on=_day(case.closed_at) if case.closed_at else None,
                has_basis=has_basis,
                withdrawn_on=withdrawn_on,
                was_with_kim=case.id in kim,
                children=tuple(children.get(case.id, ())),
                extended_until=marks.get(case.id),
            )
    return found


def _children(ids: list[UUID]) -> dict[UUID, list[ChildFacts]]:
    query = select(Child.case_id, Child.state, Child.seated_on, Child.support_started_on)
    found: dict[UUID, list[ChildFacts]] = {}
    for case_id, state, seated_on, started_on in session().execute(query.where(Child.case_id.in_(ids))):
        child = ChildFacts(seated_on, started_on, has_left=state in SIDE_EXITS)
        found.setdefault(case_id, []).append(child)
    return found


def _consents(ids: list[UUID]) -> dict[UUID, list[tuple[LegalBasis, date | None, date | None]]]:
    query = select(Consent.case_id, Consent.legal_basis, Consent.valid_until, Consent.withdrawn_on)
    wanted = query.where(Consent.case_id.in_(ids), Consent.purpose == ConsentPurpose.COLLECTION)
    found: dict[UUID, list[tuple[LegalBasis, date | None, date | None]]] = {}
    for case_id, basis, until, withdrawn_on in session().execute(wanted):
        found.setdefault(case_id, []).append((basis, until, withdrawn_on))
    return found


def _basis(consents: list[tuple[LegalBasis, date | None, date | None]], today: date) -> tuple[bool, date | None]:
    """Whether something still carries the keeping, and when the last consent was withdrawn."""
    holds = any(
        basis is not LegalBasis.CONSENT or (withdrawn_on is None and (until is None or until >= today))
        for basis, until, withdrawn_on in consents
    )
    withdrawn = [withdrawn_on for _, _, withdrawn_on in consents if withdrawn_on is not None]
    return holds, max(withdrawn) if withdrawn else None


def _last_changes(ids: list[UUID]) -> dict[UUID, datetime]:
    query = select(SealedRecord.case_id, func.max(SealedRecord.changed_at)).group_by(SealedRecord.case_id)
    rows = session().execute(query.where(SealedRecord.case_id.in_(ids)))
    return {case_id: changed_at for case_id, changed_at in rows if case_id is not None}


def _extensions(ids: list[UUID]) -> dict[UUID, date | None]:
    query = select(RetentionMark.case_id, RetentionMark.extended_until).where(RetentionMark.case_id.in_(ids))
    return {case_id: until for case_id, until in session().execute(query)}  # noqa: C416


def _day(instant: datetime) -> date:
    return clock.local(instant).date()


def _batches(cases: list[Case]) -> Iterator[list[Case]]:
    for start in range(0, len(cases), AT_ONCE):
        yield cases[start : start + AT_ONCE]
