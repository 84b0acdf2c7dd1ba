"""What is sealed in a case file: one sheet a subject and sensitivity class (docs/security.md).

`CaseSummary` is what lists and search need; `FamilySheet`, `ChildSheet` and `GuardianSheet` are the intake
form; `HealthSheet` (Art. 9 GDPR) and `SessionNotes` need the case itself. Days are ISO text, birth dates may be
partial ("2014", "2014-03"), languages are ISO 639 codes, countries ISO 3166 alpha-2 codes.
"""

from __future__ import annotations

from app.data.sheets import Part, Sheet, SheetClass


class ChildLine(Part, kw_only=True):
    """One child as a list shows it."""

    child_id: str
    name: str
    born: str = ""
    latin: str = ""


class CaseSummary(Sheet):
    """What lists and search need: small, and opened for every row."""

    KIND = "case.summary"
    CLASS = SheetClass.LIST

    family_name: str
    latin: str = ""
    children: list[ChildLine] = []
    other_names: list[str] = []
    language: str = ""
    district: int = 0
    phone: str = ""
    other_phones: list[str] = []
    interpreter: bool = False


class FamilySheet(Sheet):
    """The family: how to reach it, where it lives, how and when it came, what it speaks and wishes."""

    KIND = "case.family"
    CLASS = SheetClass.CORE

    family_name: str
    phone: str = ""
    email: str = ""
    channel: str = ""
    contact_person: str = ""
    letter_language: str = ""
    street: str = ""
    postcode: str = ""
    town: str = "Düsseldorf"
    district: int = 0
    accommodation: str = ""
    easting: int = 0
    northing: int = 0
    language: str = ""
    more_languages: list[str] = []
    interpreter: bool = False
    interpreter_language: str = ""
    arrived_in_germany_on: str = ""
    arrived_in_town_on: str = ""
    assigned_to_town_on: str = ""
    arrival_reason: str = ""
    siblings_elsewhere: str = ""
    benefits: list[str] = []
    wished_school_types: list[str] = []
    wished_school: str = ""
    wishes: str = ""
    residence_status: str = ""
    residence_purpose: str = ""
    reported_by: str = ""
    remarks: str = ""


class SchoolYears(Part, kw_only=True):
    """One part of a child's way through schools before."""

    country: str = ""
    from_year: str = ""
    to_year: str = ""
    school_type: str = ""
    grade: str = ""


class ChildSheet(Sheet):
    """A child: who it is, what it can, where it went to school, and what the talk recommends."""

    KIND = "child.core"
    CLASS = SheetClass.CORE

    given_names: str
    family_name: str = ""
    passport_name: str = ""
    gender: str = ""
    born: str = ""
    birth_place: str = ""
    birth_country: str = ""
    nationality: str = ""
    second_nationality: str = ""
    arrived_on: str = ""
    languages: list[str] = []
    foreign_languages: str = ""
    literate: str = ""
    script: str = ""
    latin_script: str = ""
    german_level: str = ""
    school_biography: list[SchoolYears] = []
    school_years: int = -1
    interruptions: str = ""
    last_grade: str = ""
    degree: str = ""
    school_in_germany: str = ""
    mathematics: str = ""
    competences: str = ""
    interests: str = ""
    career_wish: str = ""
    gymnasium_suitable: bool = False
    wished_school_type: str = ""
    recommended_stage: str = ""
    recommended_school_type: str = ""
    recommended_grade: str = ""
    recommended_support: str = ""
    literacy_group: str = ""
    recommendation_reason: str = ""


class HealthSheet(Sheet):
    """Health, as far as school needs it (Art. 9 GDPR): sealed apart."""

    KIND = "child.health"
    CLASS = SheetClass.HEALTH

    measles_proof: str = ""
    school_examination: str = ""
    examination_on: str = ""
    conditions: str = ""
    special_needs: str = ""
    special_needs_procedure: bool = False


class GuardianSheet(Sheet):
    """Somebody with custody."""

    KIND = "guardian.core"
    CLASS = SheetClass.CORE

    kind: str
    name: str
    phone: str = ""
    email: str = ""
    language: str = ""
    birth_country: str = ""
    custody_proof: str = ""
    institution: str = ""


class SessionNotes(Sheet):
    """What a talk was about: participants, topics, notes, results and what comes next."""

    KIND = "session.notes"
    CLASS = SheetClass.COUNSELLING

    participants: list[str] = []
    participants_other: str = ""
    language: str = ""
    interpreter: str = ""
    topics: list[str] = []
    notes: str = ""
    results: str = ""
    next_steps: str = ""
    author_id: str = ""


class SessionAmendment(Sheet):
    """What somebody added to a completed talk; only ever written once."""

    KIND = "session.amendment"
    CLASS = SheetClass.COUNSELLING

    session_id: str
    text: str
    author_id: str = ""


class TaskText(Sheet):
    """What somebody wrote on a task."""

    KIND = "task.text"
    CLASS = SheetClass.COUNSELLING

    text: str


class ConsentDetail(Sheet):
    """How a consent came about."""

    KIND = "consent.detail"
    CLASS = SheetClass.CORE

    given_by: str
    explained_in: str
    recipient: str = ""
    data: str = ""
    form: str = ""
    remarks: str = ""


class AttachmentName(Sheet):
    """What a file was called where it came from."""

    KIND = "attachment.name"
    CLASS = SheetClass.LIST

    name: str
