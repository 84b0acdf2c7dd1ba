"""What the rules need to know of some cases, read in few queries and without opening anything sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from app import clock
from app.data.database import session
from app.data.records import SealedRecord
from cases.child_states import SIDE_EXITS
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case, Child, Consent
from cases.retention import hooks
from cases.retention.models import RetentionMark
from cases.retention.rule_book import RuleKey
from cases.retention.rules import CaseFacts, ChildFacts, decisive

AT_ONCE = 500

Said = tuple[LegalBasis, date | None, date | None]
"""One consent to the collection of data: basis, last day, day of withdrawal."""


def facts_of(which: ColumnElement[bool], *, today: date) -> dict[UUID, CaseFacts]:
    """The facts of the few cases `which` holds for, by id; when one was last changed is asked only where it decides."""
    children, consents, marks = _children(which), _consents(which), _extensions(which)
    rows = session().execute(select(Case.id, Case.opened_at, Case.closed_at).where(which)).all()
    kim = _with_kim(which)
    found: dict[UUID, CaseFacts] = {}
    for case_id, opened_at, closed_at in rows:
        has_basis, withdrawn_on = _basis(consents.get(case_id, []), today)
        found[case_id] = CaseFacts(
            opened_on=_day(opened_at),
            last_change_on=_day(opened_at),
            closed_on=_day(closed_at) if closed_at else None,
            has_basis=has_basis,
            withdrawn_on=withdrawn_on,
            was_with_kim=case_id in kim,
            children=tuple(children.get(case_id, ())),
            extended_until=marks.get(case_id),
        )
    _add_changes(found)
    return found


def _children(which: ColumnElement[bool]) -> dict[UUID, list[ChildFacts]]:
    query = select(Child.case_id, Child.state, Child.seated_on, Child.support_started_on)
    found: dict[UUID, list[ChildFacts]] = {}
    for case_id, state, seated_on, started_on in session().execute(query.join(Case).where(which)):
        child = ChildFacts(seated_on, started_on, has_left=state in SIDE_EXITS)
        found.setdefault(case_id, []).append(child)
    return found


def _consents(which: ColumnElement[bool]) -> dict[UUID, list[Said]]:
    query = select(Consent.case_id, Consent.legal_basis, Consent.valid_until, Consent.withdrawn_on)
    wanted = query.join(Case, Case.id == Consent.case_id).where(which, Consent.purpose == ConsentPurpose.COLLECTION)
    found: dict[UUID, list[Said]] = {}
    for case_id, basis, until, withdrawn_on in session().execute(wanted):
        found.setdefault(case_id, []).append((basis, until, withdrawn_on))
    return found


def _basis(consents: list[Said], today: date) -> tuple[bool, date | None]:
    """Whether something still carries the keeping, and when the last consent was withdrawn."""
    holds = any(
        basis is not LegalBasis.CONSENT or (withdrawn_on is None and (until is None or until >= today))
        for basis, until, withdrawn_on in consents
    )
    withdrawn = [withdrawn_on for _, _, withdrawn_on in consents if withdrawn_on is not None]
    return holds, max(withdrawn) if withdrawn else None


def _add_changes(found: dict[UUID, CaseFacts]) -> None:
    """Put in the last change of cases whose rule counts from it."""
    asked = [case_id for case_id, facts in found.items() if decisive(facts)[0] is RuleKey.IDLE_CASE]
    for start in range(0, len(asked), AT_ONCE):
        query = select(SealedRecord.case_id, func.max(SealedRecord.changed_at)).group_by(SealedRecord.case_id)
        for case_id, changed_at in session().execute(
            query.where(SealedRecord.case_id.in_(asked[start : start + AT_ONCE]))
        ):
            if case_id is not None:
                found[case_id] = replace(found[case_id], last_change_on=_day(changed_at))


def _with_kim(which: ColumnElement[bool]) -> set[UUID]:
    known = hooks.cases_with_kim()
    return set() if known is None else set(session().scalars(select(Case.id).where(which, Case.id.in_(known))))


def _extensions(which: ColumnElement[bool]) -> dict[UUID, date | None]:
    query = select(RetentionMark.case_id, RetentionMark.extended_until).join(Case, Case.id == RetentionMark.case_id)
    return {case_id: until for case_id, until in session().execute(query.where(which))}  # noqa: C416


def _day(instant: datetime) -> date:
    return clock.local(instant).date()
