"""The sections of the extract that the case file itself fills, in the words of its pages."""

from __future__ import annotations

from cases.consents.forms import FORM_LABELS
from cases.intake.blocks import field_labels
from cases.models import (
    Attachment,
    Case,
    CaseAccess,
    Child,
    Consent,
    CounsellingSession,
    Document,
    Guardian,
    Task,
)
from cases.rights.hooks import Section, contributes
from cases.rights.kinds import Outcome
from cases.rights.models import RightsRequest
from cases.rights.sheets import Correction, RequestSheet
from cases.sessions.topics import TOPICS
from cases.sheets import (
    AttachmentName,
    CaseSummary,
    ChildSheet,
    ConsentDetail,
    FamilySheet,
    GuardianSheet,
    HealthSheet,
    SessionAmendment,
    SessionNotes,
    TaskText,
)

COUNSELLING = "Beratung zum Einstieg in die Schule"
CONSENT = "Einwilligung, Art. 6 Abs. 1 lit. a DSGVO, oder Gesetz; bei jeder Angabe einzeln genannt"
OBLIGATION = "Art. 6 Abs. 1 lit. c DSGVO, Art. 12 bis 21 DSGVO"
BY_US = "bei der Bearbeitung entstanden"
FIELDS = {"family": "Familie", "child": "Kind", "health": "Gesundheit", "guardian": "Sorgeberechtigte"}


def field_word(name: str) -> str:
    """What the pages call a field of the intake form."""
    return field_labels().get(name, name)


FAMILY = Section(
    key="family",
    title="Familie und Fall",
    one="Familie",
    purpose=COUNSELLING,
    order=10,
    tables=(Case,),
    sheets=(FamilySheet,),
    labels={
        "easting": "Ostwert der Wohnung (EPSG:25832)",
        "northing": "Nordwert der Wohnung (EPSG:25832)",
        "organisation_id": "Verantwortliche Stelle",
        "waiting_since": "Ohne Schulplatz seit",
        "next_due_on": "Nächste Aufgabe am",
        "restricted_on": "Nur noch aufbewahrt (eingeschränkt) seit",
        "restricted_by": "Eingeschränkt von",
        "restriction_reason": "Grund der Einschränkung",
        "merged_into_id": "Zusammengeführt mit",
    },
    words={"easting": lambda value: str(value or ""), "northing": lambda value: str(value or "")},
)
CHILDREN = Section(
    key="children",
    title="Kinder",
    one="Kind",
    purpose="Beratung und Suche nach einem Schulplatz",
    order=20,
    source="von der Familie selbst; die Empfehlung hat die Beratung eingetragen",
    tables=(Child,),
    sheets=(ChildSheet,),
    labels={
        "waiting_since": "Ohne Schulplatz seit",
        "seated_on": "Schulplatz seit",
        "support_started_on": "Erstförderung seit",
        "state_since": "Stand seit",
        "recommended_stage": "Empfohlene Stufe",
        "recommended_school_type": "Empfohlene Schulform",
        "recommended_grade": "Empfohlene Klasse",
        "recommended_support": "Empfohlene Förderung",
        "literacy_group": "Gruppe zur Alphabetisierung",
        "recommendation_reason": "Begründung der Empfehlung",
    },
)
HEALTH = Section(
    key="health",
    title="Gesundheit",
    one="Angaben zur Gesundheit",
    purpose="Was die Schule wissen muss",
    order=30,
    basis="Art. 9 Abs. 2 lit. a und g DSGVO, § 16 DSG NRW",
    sheets=(HealthSheet,),
)
GUARDIANS = Section(
    key="guardians",
    title="Sorgeberechtigte",
    one="Sorgeberechtigte Person",
    purpose="Wer für das Kind entscheidet",
    order=40,
    tables=(Guardian,),
    sheets=(GuardianSheet,),
)
SESSIONS = Section(
    key="sessions",
    title="Gespräche mit Nachträgen und Entwürfen",
    one="Gespräch",
    purpose="Verlauf der Beratung",
    order=50,
    source="im Gespräch aufgeschrieben",
    tables=(CounsellingSession,),
    sheets=(SessionNotes, SessionAmendment),
    labels={
        "appointment_id": "Termin",
        "held_at": "Geführt am",
        "minutes": "Dauer in Minuten",
        "completed_at": "Abgeschlossen",
        "participants": "Dabei waren",
        "participants_other": "Außerdem dabei",
        "interpreter": "Sprachmittlung",
        "topics": "Themen",
        "notes": "Notizen",
        "results": "Ergebnisse",
        "next_steps": "Nächste Schritte",
        "session_id": "Nachtrag zum Gespräch",
        "text": "Nachtrag",
    },
    words={
        "state": {"draft": "Entwurf", "completed": "abgeschlossen"},
        "topics": {topic.code: topic.label for topic in TOPICS},
    },
)
DOCUMENTS = Section(
    key="documents",
    title="Unterlagen und Dateien",
    one="Unterlage",
    purpose="Nachweise für Beratung und Schulplatz",
    order=60,
    tables=(Document, Attachment),
    sheets=(AttachmentName,),
    labels={
        "is_required": "Erforderlich",
        "checked_by": "Geprüft von",
        "document_id": "Gehört zu",
        "media_type": "Art der Datei",
        "size": "Größe in Byte",
        "added_at": "Hinzugefügt",
        "added_by": "Hinzugefügt von",
        "name": "Name der Datei",
    },
)
CONSENTS = Section(
    key="consents",
    title="Einwilligungen und Grundlagen",
    one="Einwilligung",
    purpose="Nachweis, wozu die Familie Ja oder Nein gesagt hat (Art. 7 Abs. 1 DSGVO)",
    order=70,
    basis=CONSENT,
    tables=(Consent,),
    sheets=(ConsentDetail,),
    labels={
        "purpose": "Zweck",
        "legal_basis": "Beruht auf",
        "recipient_id": "Empfängt die Daten",
        "given_on": "Zugestimmt am",
        "valid_until": "Gilt bis",
        "withdrawn_on": "Widerrufen am",
        "given_by": "Zugestimmt hat",
        "explained_in": "Erklärt auf",
        "recipient": "Andere Stelle",
        "data": "Welche Angaben",
        "form": "Form",
    },
    words={"form": FORM_LABELS},
)
TASKS = Section(
    key="tasks",
    title="Aufgaben",
    one="Aufgabe",
    purpose="Damit nichts vergessen wird",
    order=80,
    source=BY_US,
    tables=(Task,),
    sheets=(TaskText,),
)
WORKING = Section(
    key="access",
    title="Wer an dem Fall arbeitet",
    one="Zugriff",
    purpose="Vertretung und Übergabe",
    order=90,
    source=BY_US,
    tables=(CaseAccess,),
    labels={"organisation_id": "Stelle", "until": "Bis"},
    words={"kind": {"deputy": "Vertretung", "handover": "Übergabe", "emergency": "Notfall"}},
)
LISTS = Section(
    key="summary",
    title="Kurzangaben für Listen und Suche",
    one="Kurzangaben",
    purpose="Damit das Team den Fall findet",
    order=900,
    source="aus den Angaben oben gebildet",
    sheets=(CaseSummary,),
    labels={
        "family_name": "Familienname",
        "latin": "In lateinischer Schrift",
        "children": "Kinder",
        "other_names": "Weitere Namen",
        "district": "Stadtbezirk",
        "other_phones": "Weitere Telefonnummern",
        "interpreter": "Sprachmittlung nötig",
    },
)
RIGHTS = Section(
    key="rights",
    title="Ihre Anträge zum Datenschutz und Berichtigungen",
    one="Vorgang",
    purpose="Nachweis, wie über Ihre Rechte entschieden wurde",
    order=100,
    basis=OBLIGATION,
    source="von der Familie selbst und bei der Bearbeitung entstanden",
    tables=(RightsRequest,),
    sheets=(RequestSheet, Correction),
    labels={
        "received_on": "Eingegangen am",
        "due_on": "Zu beantworten bis",
        "extended_on": "Frist verlängert am",
        "answered_on": "Beantwortet am",
        "answered_by": "Beantwortet von",
        "asked_by": "Gefragt hat",
        "wish": "Anliegen",
        "evidence": "Nachweis",
        "extension": "Grund der Verlängerung",
        "answer": "Antwort",
        "record_kind": "Bereich",
        "record": "Zu",
        "field": "Angabe",
        "before": "Vorher",
        "after": "Nachher, oder was die Familie sagt",
        "outcome": "Entscheidung",
        "day": "Am",
        "decided_by": "Entschieden von",
    },
    words={
        "outcome": {each.value: each.label for each in Outcome},
        "record_kind": FIELDS,
        "field": field_word,
    },
    quiet=frozenset({"task_id", "request"}),
)


def contribute() -> None:
    """Declare every section of the case file."""
    for section in (
        FAMILY, CHILDREN, HEALTH, GUARDIANS, SESSIONS, DOCUMENTS, CONSENTS, TASKS, WORKING, LISTS, RIGHTS
    ):  # fmt: skip
        contributes(section)
