"""The audit trail of one organisation as its data-protection officer reads it: who did what when, no content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec
from flask import current_app
from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select

from app.accounts import log_words, queries
from app.accounts.policies import AccountPermission
from app.clock import BERLIN
from app.data import audit, audit_checks
from app.data.audit import Action, AuditEntry
from app.data.audit_checks import AuditCheck
from app.data.database import session, transaction
from app.policies import Actor, authorise
from app.web.pagination import PAGE_SIZE, Page
from config import Config

ACTIONS: dict[Action, str] = {
    Action.READ: "gelesen",
    Action.CREATED: "angelegt",
    Action.CHANGED: "geändert",
    Action.DELETED: "gelöscht",
    Action.SEARCHED: "gesucht",
    Action.EXPORTED: "ausgegeben",
    Action.REFUSED: "Zugriff verweigert",
    Action.SIGNED_IN: "angemeldet",
    Action.SIGN_IN_FAILED: "Anmeldung gescheitert",
    Action.SIGNED_OUT: "abgemeldet",
    Action.OFFERED: "Übergabe angeboten",
    Action.ACCEPTED: "Übergabe angenommen",
    Action.RETURNED: "Übergabe zurückgegeben",
    Action.SHARED: "Zugang gegeben",
    Action.REVOKED: "widerrufen oder entzogen",
    Action.SENT: "gesendet",
    Action.KEY_EVENT: "Schlüssel",
    Action.WRITTEN: "selbsttätig geschrieben",
    Action.CORRECTED: "berichtigt",
    Action.RESTRICTED: "eingeschränkt",
    Action.RELEASED: "Einschränkung beendet",
    Action.ERASED: "endgültig gelöscht",
    Action.MERGED: "zusammengeführt",
    Action.SEPARATED: "Zusammenführung zurückgenommen",
    Action.EMERGENCY: "Notfallzugriff",
}

ID_LENGTH = 36
MOST_EXPORTED = 50_000
_lent: dict[str, Callable[[UUID], Select[UUID]]] = {}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the officer looks for; nothing means everything. `case` is the end of a case's id, as lines show it."""

    begin: date | None = None
    end: date | None = None
    person_id: UUID | None = None
    action: Action | None = None
    organisation_id: UUID | None = None
    case: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry; `case` is a short pseudonym, the same for the same case."""

    seq: int
    at: datetime
    person: str
    organisation: str
    action: str
    subject: str
    case: str
    facts: str


def lend_cases(of_organisation: Callable[[UUID], Select[UUID]]) -> None:
    """Let the log know which cases are an organisation's, so that what others do with them shows to its officer."""
    _lent["cases"] = of_organisation


def read(actor: Actor, *, filters: Filters, number: int) -> Page[Line]:
    """One page of the log, the latest entry first; that it was read is an entry as well."""
    authorise(actor, AccountPermission.READ_LOG)
    with transaction():
        _note(actor, Action.READ, {"page": number})
    query = _narrowed(actor, filters)
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    number = min(number, max(1, -(-total // PAGE_SIZE)))
    page = query.order_by(AuditEntry.seq.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(_lines(session().scalars(page).all()), number, total)


def export(actor: Actor, *, filters: Filters) -> list[Line]:
    """The latest lines that fit the filters, for a spreadsheet; that they were taken along is an entry."""
    authorise(actor, AccountPermission.READ_LOG)
    with transaction():
        query = _narrowed(actor, filters).order_by(AuditEntry.seq.desc()).limit(MOST_EXPORTED)
        lines = _lines(session().scalars(query).all())
        _note(actor, Action.EXPORTED, {"entries": len(lines)})
    return lines


def check_chain(actor: Actor) -> AuditCheck:
    """Have the whole trail of the installation checked: a short one at once, a long one by the worker."""
    authorise(actor, AccountPermission.READ_LOG)
    with transaction():
        _note(actor, Action.READ, {"part": "check"})
    config: Config = current_app.extensions["config"]
    return audit_checks.ask(actor.user_id, config)


def of_house(organisation_id: UUID) -> ColumnElement[bool]:
    """Entries of this organisation's people, and of others about its cases."""
    own = AuditEntry.organisation_id == organisation_id
    return or_(own, AuditEntry.case_id.in_(_lent["cases"](organisation_id))) if "cases" in _lent else own


def _narrowed(actor: Actor, filters: Filters) -> Select[AuditEntry]:
    query = select(AuditEntry).where(of_house(actor.organisation_id))
    if filters.begin is not None:
        query = query.where(AuditEntry.at >= datetime.combine(filters.begin, time(), BERLIN))
    if filters.end is not None:
        query = query.where(AuditEntry.at < datetime.combine(filters.end + timedelta(days=1), time(), BERLIN))
    if filters.person_id is not None:
        query = query.where(AuditEntry.actor_id == filters.person_id)
    if filters.action is not None:
        query = query.where(AuditEntry.action == filters.action)
    if filters.organisation_id is not None:
        query = query.where(AuditEntry.organisation_id == filters.organisation_id)
    if filters.case:
        query = query.where(cast(AuditEntry.case_id, String).endswith(filters.case, autoescape=True))
    return query


def _lines(entries: Sequence[AuditEntry]) -> list[Line]:
    names = queries.names([entry.actor_id for entry in entries])
    houses = {house.id: house.short_name for house in queries.organisations()}
    return [_line(entry, names, houses) for entry in entries]


def _line(entry: AuditEntry, names: dict[UUID, str], houses: dict[UUID, str]) -> Line:
    person = names.get(entry.actor_id, "ausgeschiedene Person") if entry.actor_id else "System oder Familie"
    return Line(
        seq=entry.seq,
        at=entry.at,
        person=person,
        organisation=houses.get(entry.organisation_id, "") if entry.organisation_id else "",
        action=ACTIONS[entry.action],
        subject=log_words.subject(entry.subject_kind),
        case=entry.case_id.hex[-8:] if entry.case_id else "",
        facts=_facts(entry.facts),
    )


def _facts(text: str) -> str:
    """`Stand: booked, Fassung: 1` out of the entry's JSON; long lists by their length alone."""
    if not text:
        return ""
    read: dict[str, str | int | list[str]] = msgspec.json.decode(text)
    return ", ".join(f"{log_words.fact(name)}: {_short(value)}" for name, value in read.items())


def _short(value: str | int | list[str]) -> str:
    """A value in a few letters: an id by its end, a longer list by its length."""
    if isinstance(value, list):
        return ", ".join(_short(one) for one in value) if len(value) <= 3 else f"{len(value)} Werte"
    text = str(value)
    return text[-8:] if len(text) == ID_LENGTH else text


def _note(actor: Actor, action: Action, facts: dict[str, str | int | list[str]]) -> None:
    audit.record(action, organisation_id=actor.organisation_id, actor_id=actor.user_id, subject_kind="log", facts=facts)
