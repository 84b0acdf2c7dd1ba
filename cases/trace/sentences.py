"""The trace in German sentences: what each kind of entry in the audit trail says to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.data.audit import Action
from cases.child_states import ChildState
from cases.intake.blocks import CHILD, FAMILY, field_labels
from cases.kinds import CloseReason
from cases.states import CaseState

PARTS = {
    "overview": "den Überblick",
    "management": "die Verwaltung",
    "intake": "den Erfassungsbogen",
    "intake.sorge": "die Sorgeberechtigten",
    "trace": "das Protokoll",
    "merge": "den Vergleich mit einem anderen Fall",
    "documents": "die Unterlagen",
    "consents": "die Einwilligungen",
    "notice": "den Hinweis zum Datenschutz",
    "sessions": "die Beratungsgespräche",
    "session": "ein Beratungsgespräch",
    "tasks": "die Aufgaben",
    "documents_letter": "den Brief zu den Unterlagen",
    "documents_request": "die Nachricht zu den Unterlagen",
    "booking": "die Terminbuchung",
    "invitation": "die Einladung",
    "appointments": "die Termine",
    "placement": "die Schulplatzsuche",
    "recommendation": "die Empfehlung zur Schule",
    "school options": "die passenden Schulen",
    "school search": "die Suche nach einer anderen Schule",
    "school choice": "die Wahl einer Schule",
    "handover": "die Übergabe",
    "rights": "die Rechte der Familie",
    "rights.extract": "die Auskunft für die Familie",
    "retention": "die Aufbewahrung",
    **{f"intake.{key}": f"den Block „{block.title}“" for key, block in {**FAMILY, **CHILD}.items()},
}

SUBJECTS = {
    "case": "den Fall",
    "case.state": "den Stand",
    "family": "die Familie",
    "child": "Kind",
    "health": "Gesundheit von",
    "guardian": "sorgeberechtigte Person",
    "document": "eine Unterlage",
    "attachment": "eine Datei",
    "consent": "eine Einwilligung",
    "task": "eine Aufgabe",
    "session": "ein Beratungsgespräch",
    "appointment": "einen Termin",
    "invitation": "eine Einladung",
    "message": "eine Nachricht",
    "placement": "einen Schulplatzvorgang",
    "handover": "eine Übergabe",
    "session.notes": "Gesprächsnotizen",
    "session.amendment": "einen Nachtrag zum Gespräch",
    "placement.sheet": "ein Blatt für die Schule",
    "trace.paper": "das Blatt „Wer hat Ihre Daten gesehen?“",
    "not_same": "den Vergleich mit einem anderen Fall",
    "handover_preview": "die Vorschau einer Übergabe",
    "rights.extract": "die Auskunft für die Familie",
    "rights.portable": "die eigenen Daten der Familie",
    "rights.request": "einen Antrag zum Datenschutz",
    "rights.correction": "eine Berichtigung",
    "retention": "die Aufbewahrung",
    "restriction": "die Einschränkung der Verarbeitung",
    "erasure.child": "ein Kind",
    "erasure.attachment": "eine Datei",
}

MERGES = {
    "merge": "hat zwei Fälle dieser Familie zusammengeführt",
    "merge.undone": "hat eine Zusammenführung zurückgenommen",
}

VERBS = {
    Action.READ: "angesehen",
    Action.CREATED: "angelegt",
    Action.CHANGED: "geändert",
    Action.DELETED: "entfernt",
    Action.EXPORTED: "ausgegeben",
    Action.REFUSED: "abgelehnt",
    Action.OFFERED: "angeboten",
    Action.ACCEPTED: "angenommen",
    Action.RETURNED: "zurückgegeben",
    Action.SHARED: "freigegeben",
    Action.REVOKED: "widerrufen",
    Action.SENT: "versandt",
    Action.KEY_EVENT: "neu verschlüsselt",
    Action.WRITTEN: "gespeichert",
    Action.CORRECTED: "berichtigt",
    Action.RESTRICTED: "eingeschränkt",
    Action.RELEASED: "wieder freigegeben",
    Action.ERASED: "endgültig gelöscht",
    Action.MERGED: "zusammengeführt",
    Action.SEPARATED: "wieder getrennt",
    Action.EMERGENCY: "im Notfall geöffnet",
}


def sentence(
    action: Action, kind: str, facts: Mapping[str, Any], name: str = "", people: Mapping[str, str] | None = None
) -> str:
    """One line: `hat geändert: Kind Daryna (Geburtsdatum)`; a kind without words of its own keeps the verb."""
    if action is Action.READ:
        part = str(facts.get("part", ""))
        return f"hat {PARTS.get(part, SUBJECTS.get(kind, 'den Fall'))} angesehen"
    if kind == "case.state":
        return _state(facts)
    if kind == "child.state" and "to" in facts:
        return f"hat den Stand von {name} auf „{_label(ChildState, facts['to'])}“ gesetzt"
    if kind in MERGES:
        return MERGES[kind]
    if kind == "case":
        return _case(action, facts, people or {})
    what = f"{SUBJECTS.get(kind, 'einen Eintrag')} {name}".strip()
    fields = _fields(facts.get("fields"))
    return f"hat {what} {VERBS.get(action, 'bearbeitet')}{f' ({fields})' if fields else ''}"


def _state(facts: Mapping[str, Any]) -> str:
    text = f"hat den Stand auf „{_label(CaseState, facts.get('to'))}“ gesetzt"
    reason = facts.get("reason")
    return f"{text} (Grund: {_label(CloseReason, reason)})" if reason else text


def _case(action: Action, facts: Mapping[str, Any], people: Mapping[str, str]) -> str:
    if "advisor" in facts:
        name = people.get(str(facts["advisor"]), "")
        return f"hat die Beratung an {name} gegeben" if name else "hat die Zuständigkeit geöffnet"
    if "deputy" in facts:
        name = people.get(str(facts["deputy"]), "eine Kollegin oder einen Kollegen")
        ended = action is Action.REVOKED
        return f"hat die Vertretung durch {name} beendet" if ended else f"hat {name} als Vertretung eingetragen"
    return f"hat den Fall {VERBS.get(action, 'bearbeitet')}"


def _fields(names: object) -> str:
    if not isinstance(names, list):
        return ""
    labels = field_labels()
    return ", ".join(labels.get(str(name), str(name)) for name in names)


def _label(kind: type[CaseState] | type[ChildState] | type[CloseReason], value: object) -> str:
    try:
        return kind(str(value)).label
    except ValueError:
        return str(value)
