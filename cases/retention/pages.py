"""What the pages of keeping show: lines of the list, the parts of a case, and receipts in German words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.accounts import queries as people
from app.policies import Actor
from cases import queries as case_queries
from cases.documents.queries import documents_of, file_name
from cases.keeping import child_name
from cases.models import Case
from cases.retention import queries
from cases.retention.kinds import ErasedKind
from cases.retention.models import ErasureReceipt
from cases.retention.queries import Standing
from cases.retention.rule_book import RULES
from cases.retention.rules import Due

TABLES = {
    "appointment": "Termine",
    "attachment": "Dateien (Einträge)",
    "attachment_file": "Dateien",
    "case_access": "Zugänge",
    "case_file": "Fall",
    "child": "Kinder",
    "consent": "Einwilligungen",
    "counselling_session": "Gespräche",
    "delivery_attempt": "Zustellversuche",
    "document": "Unterlagen",
    "guardian": "Sorgeberechtigte",
    "handover": "Übergaben",
    "handover_step": "Schritte von Übergaben",
    "invitation": "Einladungen",
    "message": "Nachrichten",
    "placement": "Schulplatzvorgänge",
    "reservation": "Belegungen im Kalender",
    "retention_mark": "Vermerke zur Aufbewahrung",
    "sealed_record": "versiegelte Bögen",
    "shard_place": "Platz in der Suche",
    "task": "Aufgaben",
}
"""German words for tables; one that is missing here shows as it is called."""

TITLES = {rule.key.value: rule.title for rule in RULES}


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the list of what falls due."""

    case_id: UUID
    reference: str
    name: str
    due: Due
    has_come: bool
    state: str
    is_restricted: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What of a case can be erased by itself: the value of the form, and its name."""

    kind: ErasedKind
    subject_id: UUID
    name: str

    @property
    def value(self) -> str:
        """How the form names it."""
        return f"{self.kind.value}:{self.subject_id}"


@dataclass(frozen=True, slots=True)
class Proof:
    """A receipt in words."""

    receipt: ErasureReceipt
    person: str
    rule: str
    pseudonym: str
    counts: list[tuple[str, int]]
    is_settled: bool
    is_effective: bool


def lines(actor: Actor, standings: Sequence[Standing]) -> list[Line]:
    """The cases of one page of the list, with names for the lead."""
    names = queries.names(actor, standings)
    return [
        Line(
            case_id=one.case.id,
            reference=one.case.reference,
            name=names.get(one.case.id, ""),
            due=one.due,
            has_come=one.has_come,
            state=_state(one),
            is_restricted=one.case.restricted_on is not None,
        )
        for one in standings
    ]


def parts(actor: Actor, case: Case) -> list[Part]:
    """The case, its children while there are several, and its files."""
    found = [Part(ErasedKind.CASE, case.id, "Der ganze Fall mit allen Kindern, Notizen, Dateien und Terminen")]
    children = case_queries.children_of(actor, case)
    if len(children) > 1:
        found += [Part(ErasedKind.CHILD, key, f"Kind {child_name(stored.sheet)}") for key, stored in children.items()]
    for paper in documents_of(case.id):
        found += [
            Part(ErasedKind.ATTACHMENT, one.id, f"Datei {file_name(actor, one)} ({paper.kind.label})")
            for one in paper.attachments
        ]
    return found


def proofs(receipts: Sequence[ErasureReceipt], *, today: date) -> list[Proof]:
    """Receipts with the name of who decided, and what went, in words."""
    names = people.names([one.decided_by for one in receipts])
    return [
        Proof(
            receipt=one,
            person=names.get(one.decided_by, "ausgeschiedene Person"),
            rule=TITLES.get(one.rule, one.basis.label),
            pseudonym=one.case_id.hex[-8:],
            counts=[(TABLES.get(table, table), count) for table, count in sorted(one.counts.items())],
            is_settled=one.settled_at is not None,
            is_effective=one.effective_on <= today and one.settled_at is not None,
        )
        for one in receipts
    ]


def _state(standing: Standing) -> str:
    """What was decided so far, in words."""
    said = [standing.archive_state] if standing.archive_state else []
    if standing.was_extended:
        said.append("schon einmal verlängert")
    return ", ".join(said)
