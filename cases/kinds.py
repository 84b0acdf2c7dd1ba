"""The kinds of things in a case file, as the pages name them."""

from __future__ import annotations

from enum import StrEnum


class AccessKind(StrEnum):
    """Why somebody besides the advisor may work in a case."""

    DEPUTY = "deputy"
    HANDOVER = "handover"
    EMERGENCY = "emergency"


class DocumentKind(StrEnum):
    """The papers that Düsseldorf asks for before a talk, and those that come later."""

    CONSENT_FORM = "consent_form"
    CHILD_ID = "child_id"
    GUARDIAN_ID = "guardian_id"
    REGISTRATION = "registration"
    SCHOOL_REPORT = "school_report"
    CUSTODY = "custody"
    MEASLES_PROOF = "measles_proof"
    RESIDENCE_PAPER = "residence_paper"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The German name."""
        return _DOCUMENTS[self]


class TaskKind(StrEnum):
    """What a task is about; the review dates of initial support are tasks of their own kind."""

    GENERAL = "general"
    CALL_BACK = "call_back"
    CHECK_DOCUMENTS = "check_documents"
    PLAN_APPOINTMENT = "plan_appointment"
    FOLLOW_UP_REFUSAL = "follow_up_refusal"
    AWAIT_AUTHORITY = "await_authority"
    AWAIT_SCHOOL = "await_school"
    REVIEW_6 = "review_6"
    REVIEW_12 = "review_12"
    REVIEW_18 = "review_18"
    REVIEW_21 = "review_21"
    REVIEW_24 = "review_24"
    REVIEW_LITERACY_9 = "review_literacy_9"
    REVIEW_LITERACY_12 = "review_literacy_12"
    REVIEW_EXTENSION = "review_extension"
    CONFIRM_START = "confirm_start"
    HANDOVER_ANSWER = "handover_answer"
    EMERGENCY_REVIEW = "emergency_review"
    NO_SHOW_REVIEW = "no_show_review"

    @property
    def label(self) -> str:
        """The German name."""
        return _TASKS[self]


class ConsentPurpose(StrEnum):
    """What a family may consent to, each by itself."""

    COLLECTION = "collection"
    SCHOOL_AUTHORITY = "school_authority"
    SCHOOL = "school"
    HEALTH_OFFICE = "health_office"
    KIM_HANDOVER = "kim_handover"
    CONTACT_EMAIL = "contact_email"
    CONTACT_SMS = "contact_sms"
    INTERPRETER = "interpreter"
    HEALTH = "health"

    @property
    def label(self) -> str:
        """The German name."""
        return _PURPOSES[self]


class LegalBasis(StrEnum):
    """On what a purpose rests: not every act of an authority needs consent."""

    CONSENT = "consent"
    PUBLIC_TASK = "public_task"

    @property
    def label(self) -> str:
        """The German name with its norm."""
        return _BASES[self]


class GuardianKind(StrEnum):
    """Who stands for the child."""

    MOTHER = "mother"
    FATHER = "father"
    LEGAL_GUARDIAN = "legal_guardian"
    YOUTH_OFFICE = "youth_office"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The German name."""
        return _GUARDIANS[self]


class CloseReason(StrEnum):
    """Why a case is closed."""

    PLACED = "placed"
    COUNSELLED = "counselled"
    MOVED_AWAY = "moved_away"
    UNREACHABLE = "unreachable"
    NOT_RESPONSIBLE = "not_responsible"
    DUPLICATE = "duplicate"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _CLOSE_REASONS[self]


class RestrictionReason(StrEnum):
    """Why a case is kept and not used (Art. 18(1) GDPR)."""

    CONTESTED = "contested"
    UNLAWFUL = "unlawful"
    LEGAL_CLAIM = "legal_claim"
    OBJECTION = "objection"

    @property
    def label(self) -> str:
        """The German words with the letter of the norm."""
        return _RESTRICTIONS[self]


_DOCUMENTS = {
    DocumentKind.CONSENT_FORM: "Einwilligungserklärung (unterschrieben)",
    DocumentKind.CHILD_ID: "Pass oder Ausweis des Kindes",
    DocumentKind.GUARDIAN_ID: "Pass oder Ausweis der Eltern",
    DocumentKind.REGISTRATION: "Meldebescheinigung",
    DocumentKind.SCHOOL_REPORT: "Letztes Schulzeugnis (möglichst mit Übersetzung)",
    DocumentKind.CUSTODY: "Nachweis über Sorgerecht oder Vormundschaft",
    DocumentKind.MEASLES_PROOF: "Masern-Nachweis",
    DocumentKind.RESIDENCE_PAPER: "Aufenthaltspapier",
    DocumentKind.OTHER: "Weitere Unterlage",
}

_TASKS = {
    TaskKind.GENERAL: "Aufgabe",
    TaskKind.CALL_BACK: "Zurückrufen",
    TaskKind.CHECK_DOCUMENTS: "Unterlagen prüfen",
    TaskKind.PLAN_APPOINTMENT: "Termin planen",
    TaskKind.FOLLOW_UP_REFUSAL: "Nach Ablehnung neu versuchen",
    TaskKind.AWAIT_AUTHORITY: "Antwort der Schulaufsicht abwarten",
    TaskKind.AWAIT_SCHOOL: "Antwort der Schule abwarten",
    TaskKind.REVIEW_6: "Erstförderung: Stand nach 6 Monaten",
    TaskKind.REVIEW_12: "Erstförderung: Stand nach 12 Monaten",
    TaskKind.REVIEW_18: "Erstförderung: Stand nach 18 Monaten",
    TaskKind.REVIEW_21: "Erstförderung: Übergang planen (21 Monate)",
    TaskKind.REVIEW_24: "Erstförderung: Übergang oder Verlängerung (24 Monate)",
    TaskKind.REVIEW_LITERACY_9: "Erstalphabetisierung: Stand nach 9 Monaten",
    TaskKind.REVIEW_LITERACY_12: "Erstalphabetisierung: Ende prüfen (12 Monate)",
    TaskKind.REVIEW_EXTENSION: "Erstförderung: Ende der Verlängerung prüfen",
    TaskKind.CONFIRM_START: "Schulbeginn erfragen",
    TaskKind.HANDOVER_ANSWER: "Antwort auf eine Übergabe ansehen",
    TaskKind.EMERGENCY_REVIEW: "Notfallzugriff prüfen",
    TaskKind.NO_SHOW_REVIEW: "Mehrmals nicht erschienen: gemeinsam ansehen",
}

_PURPOSES = {
    ConsentPurpose.COLLECTION: "Erhebung der Daten für die Beratung",
    ConsentPurpose.SCHOOL_AUTHORITY: "Weitergabe an Schulamt oder Bezirksregierung",
    ConsentPurpose.SCHOOL: "Weitergabe an die Schule",
    ConsentPurpose.HEALTH_OFFICE: "Weitergabe an das Gesundheitsamt",
    ConsentPurpose.KIM_HANDOVER: "Übergabe an das Kommunale Integrationsmanagement",
    ConsentPurpose.CONTACT_EMAIL: "Nachrichten per E-Mail",
    ConsentPurpose.CONTACT_SMS: "Nachrichten per SMS",
    ConsentPurpose.INTERPRETER: "Angaben an Sprachmittlung",
    ConsentPurpose.HEALTH: "Angaben zur Gesundheit (Art. 9 DSGVO)",
}

_BASES = {
    LegalBasis.CONSENT: "Einwilligung (Art. 6 Abs. 1 lit. a DSGVO)",
    LegalBasis.PUBLIC_TASK: "öffentliche Aufgabe (Art. 6 Abs. 1 lit. e DSGVO, §§ 34, 46 SchulG NRW)",
}

_GUARDIANS = {
    GuardianKind.MOTHER: "Mutter",
    GuardianKind.FATHER: "Vater",
    GuardianKind.LEGAL_GUARDIAN: "Vormund",
    GuardianKind.YOUTH_OFFICE: "Jugendamt",
    GuardianKind.OTHER: "andere sorgeberechtigte Person",
}

_CLOSE_REASONS = {
    CloseReason.PLACED: "alle Kinder haben einen Schulplatz",
    CloseReason.COUNSELLED: "Beratung abgeschlossen",
    CloseReason.MOVED_AWAY: "Familie ist verzogen",
    CloseReason.UNREACHABLE: "Familie ist nicht erreichbar",
    CloseReason.NOT_RESPONSIBLE: "andere Stelle ist zuständig",
    CloseReason.DUPLICATE: "doppelt angelegt",
    CloseReason.OTHER: "anderer Grund",
}

_RESTRICTIONS = {
    RestrictionReason.CONTESTED: "Die Familie bestreitet, dass Angaben stimmen (lit. a)",
    RestrictionReason.UNLAWFUL: "Die Verarbeitung war unrechtmäßig, die Familie will keine Löschung (lit. b)",
    RestrictionReason.LEGAL_CLAIM: "Die Familie braucht die Angaben für ihr Recht (lit. c)",
    RestrictionReason.OBJECTION: "Die Familie hat widersprochen, die Prüfung läuft (lit. d)",
}
