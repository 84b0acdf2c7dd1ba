"""The blocks of the intake form about one child."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FieldList, FormField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.data.records import Sheet
from app.web.fields import PartialDateField
from app.web.forms import EinstiegForm
from cases.intake import choices
from cases.intake.fields import BirthDateField
from cases.intake.forms import LONG, SHORT, BlockForm, TickField
from cases.sheets import SchoolYears

MOST_SCHOOLS = 12
YEAR = Length(max=7)


class PersonForm(BlockForm):
    """Who the child is."""

    given_names = StringField("Vorname oder einziger Name", [InputRequired(), SHORT])
    family_name = StringField("Nachname, wenn anders als die Familie", [Optional(), SHORT])
    passport_name = StringField("Schreibweise im Pass", [Optional(), SHORT])
    gender = SelectField("Geschlecht", choices=choices.GENDERS)
    born = BirthDateField("Geburtsdatum", [Optional()], description="Das Jahr genügt, wenn der Tag nicht bekannt ist.")
    birth_place = StringField("Geburtsort", [Optional(), SHORT])
    birth_country = SelectField("Geburtsland", choices=choices.country_choices)
    nationality = SelectField("Staatsangehörigkeit", choices=choices.country_choices)
    second_nationality = SelectField("Zweite Staatsangehörigkeit", choices=choices.country_choices)
    arrived_on = PartialDateField(
        "Zuzug, wenn anders als die Familie", [Optional()], description="Monat oder Jahr genügt."
    )


class LiteracyForm(BlockForm):
    """Reading, writing, and German."""

    languages = TickField("Sprachen des Kindes", choices=lambda: choices.language_choices()[1:])
    foreign_languages = StringField(
        "Fremdsprachen mit Lernjahren", [Optional(), SHORT], description="Zum Beispiel: Englisch 4, Französisch 1."
    )
    literate = SelectField("Kann lesen und schreiben", choices=choices.YES_NO)
    script = SelectField("Schrift", choices=choices.SCRIPTS)
    latin_script = SelectField("Beherrscht die lateinische Schrift", choices=choices.YES_NO)
    german_level = SelectField("Deutsch", choices=choices.GERMAN_LEVELS)


class SchoolYearsEntry(EinstiegForm):
    """One school in the child's life."""

    class Meta(EinstiegForm.Meta):
        """Without a token of its own."""

        csrf = False

    country = SelectField("Land", choices=choices.country_choices)
    from_year = StringField("Von", [Optional(), YEAR], render_kw={"inputmode": "numeric"})
    to_year = StringField("Bis", [Optional(), YEAR], render_kw={"inputmode": "numeric"})
    school_type = StringField("Schulform", [Optional(), SHORT])
    grade = StringField("Klasse", [Optional(), Length(max=20)])


class SchoolForm(BlockForm):
    """The way through schools so far."""

    school_biography = FieldList(
        FormField(SchoolYearsEntry, label="Schule"), "Schulen", min_entries=1, max_entries=MOST_SCHOOLS
    )
    school_years = IntegerField(
        "Schulbesuchsjahre insgesamt",
        [Optional(), NumberRange(min=0, max=15)],
        description="Alle Länder zusammen; 0, wenn das Kind nie eine Schule besucht hat.",
    )
    interruptions = StringField("Unterbrechungen", [Optional(), SHORT])
    last_grade = StringField("Zuletzt besuchte Klasse", [Optional(), Length(max=20)])
    degree = SelectField("Abschluss", choices=choices.DEGREES)
    school_in_germany = StringField("Schon in Deutschland zur Schule gegangen (wo, wie lange)", [Optional(), SHORT])

    def fill(self, sheet: Sheet, version: int) -> None:
        """Show what the sheet holds; unknown years stay empty."""
        super().fill(sheet, version)
        if self.school_years.data == -1:
            self.school_years.process(None, None)

    def changes(self) -> dict[str, Any]:
        """Rows in which nothing was written are left out."""
        found = super().changes()
        rows = [SchoolYears(**{k: v or "" for k, v in row.items()}) for row in found["school_biography"]]
        return {**found, "school_biography": [row for row in rows if row != SchoolYears()]}

    def change_rows(self, wish: str) -> bool:
        """Add a row when the button asked for one."""
        if wish != "school+" or len(self.school_biography.entries) >= MOST_SCHOOLS:
            return False
        self.school_biography.append_entry()
        return True


class CompetencesForm(BlockForm):
    """What the child can, likes and wants."""

    mathematics = SelectField("Mathematik", choices=choices.LEVELS_OF_KNOWLEDGE)
    competences = TextAreaField("Schulische Kompetenzen", [Optional(), LONG])
    interests = StringField("Interessen, Hobbys", [Optional(), SHORT])
    career_wish = StringField("Berufswunsch", [Optional(), SHORT])
    wished_school_type = SelectField("Gewünschte Schulform", choices=[choices.UNKNOWN, *choices.SCHOOL_TYPES])
    gymnasium_suitable = BooleanField("Besuch eines Gymnasiums kommt nach Zeugnis und Gespräch in Frage")


class HealthForm(BlockForm):
    """Health as far as school needs it (Art. 9 GDPR)."""

    measles_proof = SelectField("Masern-Nachweis", choices=choices.MEASLES)
    school_examination = SelectField("Schulärztliche Untersuchung", choices=choices.EXAMINATIONS)
    examination_on = PartialDateField("Tag der Untersuchung", [Optional()])
    conditions = TextAreaField("Krankheit oder Behinderung, die in der Schule wichtig ist", [Optional(), LONG])
    special_needs = SelectField("Sonderpädagogischer Förderbedarf", choices=choices.SPECIAL_NEEDS)
    special_needs_procedure = BooleanField("Verfahren nach AO-SF ist eingeleitet")
