"""Who saw and changed a case, out of the audit trail, for those who work with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, select

from app.accounts import queries as people
from app.accounts.models import User
from app.data.audit import Action, AuditEntry
from app.data.database import session
from app.policies import Actor, authorise
from app.web.pagination import PAGE_SIZE, Page
from cases import queries
from cases.duplicates.histories import merged_into
from cases.keeping import child_name
from cases.models import Case
from cases.policies import CasePermission
from cases.trace.sentences import sentence

SYSTEM = "Einstieg (selbsttätig)"
FAMILY = "Familie"


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of the trace."""

    at: datetime
    who: str
    organisation: str
    text: str
    is_change: bool


def trace_of(actor: Actor, case: Case, *, number: int, only_changes: bool = False) -> Page[TraceLine]:
    """One page of the trace, newest first."""
    authorise(actor, CasePermission.READ_TRACE, case)
    conditions: list[ColumnElement[bool]] = [AuditEntry.case_id.in_([case.id, *merged_into(case.id)])]
    if only_changes:
        conditions.append(AuditEntry.action != Action.READ)
    total = session().scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    query = select(AuditEntry).where(*conditions).order_by(AuditEntry.seq.desc())
    entries = session().scalars(query.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    facts = [msgspec.json.decode(entry.facts) if entry.facts else {} for entry in entries]
    named = _people(entries, facts)
    subjects = _subjects(actor, case)
    houses = {house.id: house.short_name for house in people.organisations()}
    lines = [
        TraceLine(
            at=entry.at,
            who=_who(entry, named),
            organisation=houses.get(entry.organisation_id, "") if entry.organisation_id else "",
            text=sentence(entry.action, entry.subject_kind, fact, subjects.get(entry.subject_id, ""), named),
            is_change=entry.action is not Action.READ,
        )
        for entry, fact in zip(entries, facts, strict=True)
    ]
    return Page(lines, number, total)


def _people(entries: Sequence[AuditEntry], facts: list[dict[str, object]]) -> dict[str, str]:
    """Names by id as text: of those who acted, and of those whom a fact names."""
    wanted = {entry.actor_id for entry in entries if entry.actor_id}
    for fact in facts:
        wanted |= {UUID(str(fact[key])) for key in ("advisor", "deputy", "user") if fact.get(key)}
    known = {user.id for user in session().scalars(select(User).where(User.id.in_(wanted)))}
    return {str(user_id): name for user_id, name in people.names(known).items()}


def _subjects(actor: Actor, case: Case) -> dict[UUID | None, str]:
    """What to call the children and guardians of the case."""
    names: dict[UUID | None, str] = {
        key: child_name(stored.sheet) for key, stored in queries.children_of(actor, case).items()
    }
    names.update({key: stored.sheet.name for key, stored in queries.guardians_of(actor, case).items()})
    return names


def _who(entry: AuditEntry, named: dict[str, str]) -> str:
    if entry.actor_id is not None:
        return named.get(str(entry.actor_id), "nicht mehr bekannt")
    return FAMILY if entry.subject_kind == "booking" else SYSTEM
