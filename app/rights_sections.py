"""Words for what packages beside the case file's rights keep of a case: merges, emergency access, keeping, search."""

from __future__ import annotations

from app.data.audit import AuditMention
from cases.duplicates.models import CaseMerge, CrossToken, MergeNote, NotSame
from cases.emergency.models import EmergencyAccess
from cases.emergency.sheets import EmergencyText
from cases.models import Case
from cases.retention.models import ErasureReceipt, RetentionMark
from cases.retention.queries import standing_of
from cases.rights.hooks import Section, contributes, tells_keeping
from cases.shards.models import ShardPlace

OTHER_FAMILY = "(eine andere Fallakte; über sie sagt dieser Auszug nichts)"
BY_US = "bei der Bearbeitung entstanden"
MERGES = Section(
    key="merges",
    title="Prüfung auf doppelte Fälle und Zusammenführung",
    one="Entscheidung",
    purpose="Damit eine Familie nicht zweimal geführt wird",
    order=910,
    source=BY_US,
    tables=(CaseMerge, NotSame, CrossToken),
    sheets=(MergeNote,),
    labels={
        "kept_id": "Weitergeführt als",
        "merged_id": "Aufgegangen ist",
        "decided_by": "Entschieden von",
        "decided_at": "Entschieden",
        "undo_until": "Rückgängig möglich bis",
        "undone_by": "Rückgängig gemacht von",
        "undone_at": "Rückgängig gemacht",
        "merged_state": "Stand vorher",
        "merged_closed_at": "Vorher geschlossen",
        "kept_opened_at": "Vorher angelegt",
        "first_id": "Verglichen",
        "second_id": "Verglichen mit",
        "changes": "Geschrieben",
        "left": "Nicht übernommen",
    },
    withheld={"first_id": OTHER_FAMILY, "second_id": OTHER_FAMILY},
    quiet=frozenset({"files_pending", "dropped_at", "table_name", "row_id", "column_name", "before", "after"}),
)
EMERGENCY = Section(
    key="emergency",
    title="Zugriffe im Notfall",
    one="Zugriff",
    purpose="Hilfe, wenn die Beratung nicht da ist; die Leitung prüft jeden Zugriff",
    order=92,
    source=BY_US,
    tables=(EmergencyAccess,),
    sheets=(EmergencyText,),
    labels={
        "opened_at": "Begonnen",
        "until": "Bis",
        "ended_at": "Beendet",
        "verdict": "Prüfung",
        "reviewed_at": "Geprüft",
        "reviewed_by": "Geprüft von",
        "review": "Ergebnis der Prüfung",
    },
)
KEEPING = Section(
    key="keeping",
    title="Aufbewahrung und Löschung",
    one="Vermerk",
    purpose="Löschung nach festen Fristen",
    order=95,
    source=BY_US,
    tables=(RetentionMark, ErasureReceipt),
    labels={
        "extended_until": "Verlängert bis",
        "extended_on": "Verlängert am",
        "extended_by": "Verlängert von",
        "extension_reason": "Grund der Verlängerung",
        "offered_on": "Dem Archiv angeboten am",
        "offered_by": "Angeboten von",
        "archive_answer": "Antwort des Archivs",
        "answered_on": "Geantwortet am",
        "answered_by": "Eingetragen von",
    },
)
SEARCH = Section(
    key="search",
    title="Platz im Suchverzeichnis",
    one="Platz",
    purpose="Damit das Team den Fall findet",
    order=920,
    source="aus den Angaben oben gebildet",
    tables=(ShardPlace, AuditMention),
    quiet=frozenset({"organisation_id", "number", "is_recent", "digest", "seq"}),
)


def contribute() -> None:
    """Declare these sections, and until when a case is kept."""
    for section in (MERGES, EMERGENCY, KEEPING, SEARCH):
        contributes(section)
    tells_keeping(until_when)


def until_when(case: Case) -> list[tuple[str, str]]:
    """The day this case falls due for erasure, with the rule; nothing while it is worked on."""
    due = standing_of(case).due
    return [("ganze Fallakte", f"bis {due.on:%d.%m.%Y}. {due.reason}")] if due is not None else []
