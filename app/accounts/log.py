"""The audit trail of one organisation as its data-protection officer reads it: who did what when, no content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select

from app.accounts import queries
from app.accounts.policies import AccountPermission
from app.clock import BERLIN
from app.data import audit
from app.data.audit import Action, AuditEntry
from app.data.audit_verify import verify
from app.data.database import db, session, transaction
from app.policies import Actor, authorise
from app.web.pagination import PAGE_SIZE, Page

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

SUBJECTS = {
    "appointment": "Termin",
    "case": "Fall",
    "case.state": "Stand des Falls",
    "case_list": "Fall-Liste",
    "child.recommendation": "Empfehlung",
    "child.state": "Stand eines Kindes",
    "consent": "Einwilligung",
    "document": "Unterlage",
    "erasure.attachment": "Löschung einer Datei",
    "erasure.case": "Löschung eines Falls",
    "erasure.child": "Löschung eines Kindes",
    "attachment": "Datei",
    "desk": "KIM-Stelle",
    "handover": "Übergabe",
    "handover_preview": "Vorschau einer Übergabe",
    "invitation": "Einladung",
    "log": "Protokoll",
    "organisation": "Stelle",
    "page": "Seite",
    "placement": "Schulplatz",
    "restriction": "Einschränkung der Verarbeitung",
    "retention": "Aufbewahrung",
    "school_directory": "Schulverzeichnis",
    "search": "Suche",
    "session": "Gespräch",
    "session.notes": "Gesprächsnotiz",
    "task": "Aufgabe",
    "task_list": "Aufgaben-Liste",
    "today": "Seite „Heute“",
    "user": "Anmeldung",
}
"""German words for the kinds of subjects; one that is missing here shows as it is stored."""
ID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class Filters:
    """What the officer looks for; nothing means everything."""

    on: date | None = None
    person_id: UUID | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry; `case` is a short pseudonym, the same for the same case."""

    seq: int
    at: datetime
    person: str
    action: str
    subject: str
    case: str
    facts: str


def read(actor: Actor, *, filters: Filters, number: int) -> Page[Line]:
    """One page of the log, the latest entry first; that it was read is an entry as well."""
    authorise(actor, AccountPermission.READ_LOG)
    with transaction():
        _note(actor, Action.READ, {"page": number})
    query = _narrowed(actor, filters)
    total = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    number = min(number, max(1, -(-total // PAGE_SIZE)))
    page = query.order_by(AuditEntry.seq.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    entries = list(session().scalars(page))
    names = queries.names([entry.actor_id for entry in entries])
    return Page([_line(entry, names) for entry in entries], number, total)


def check_chain(actor: Actor) -> tuple[int, int]:
    """Walk the chain of the whole installation; answers the number of entries and of breaks."""
    authorise(actor, AccountPermission.READ_LOG)
    found = verify(db.engine)
    with transaction():
        _note(actor, Action.READ, {"checked": found.entries, "breaks": len(found.breaks)})
    return found.entries, len(found.breaks)


def _narrowed(actor: Actor, filters: Filters) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.organisation_id == actor.organisation_id)
    if filters.on is not None:
        begin = datetime.combine(filters.on, time(), BERLIN)
        end = datetime.combine(filters.on + timedelta(days=1), time(), BERLIN)
        query = query.where(AuditEntry.at >= begin, AuditEntry.at < end)
    if filters.person_id is not None:
        query = query.where(AuditEntry.actor_id == filters.person_id)
    if filters.action is not None:
        query = query.where(AuditEntry.action == filters.action)
    return query


def _line(entry: AuditEntry, names: dict[UUID, str]) -> Line:
    person = names.get(entry.actor_id, "ausgeschiedene Person") if entry.actor_id else "System oder Familie"
    return Line(
        seq=entry.seq,
        at=entry.at,
        person=person,
        action=ACTIONS[entry.action],
        subject=SUBJECTS.get(entry.subject_kind, entry.subject_kind),
        case=entry.case_id.hex[-8:] if entry.case_id else "",
        facts=_facts(entry.facts),
    )


def _facts(text: str) -> str:
    """`state: booked, sequence: 1` out of the entry's JSON; long lists by their length alone."""
    if not text:
        return ""
    read: dict[str, str | int | list[str]] = msgspec.json.decode(text)
    return ", ".join(f"{name}: {_short(value)}" for name, value in read.items())


def _short(value: str | int | list[str]) -> str:
    """A value in a few letters: an id by its end, a longer list by its length."""
    if isinstance(value, list):
        return ", ".join(_short(one) for one in value) if len(value) <= 3 else f"{len(value)} Werte"
    text = str(value)
    return text[-8:] if len(text) == ID_LENGTH else text


def _note(actor: Actor, action: Action, facts: dict[str, str | int | list[str]]) -> None:
    audit.record(action, organisation_id=actor.organisation_id, actor_id=actor.user_id, subject_kind="log", facts=facts)
