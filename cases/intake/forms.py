"""The blocks of the intake form about the family: each is saved by itself, its fields are called as in the sheet."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.data.records import Sheet
from app.web.fields import PartialDateField, PhoneField
from app.web.forms import EinstiegForm
from cases import districts
from cases.intake import choices
from cases.intake.fields import is_email

SHORT = Length(max=120)
LONG = Length(max=4000)
APART = frozenset({"csrf_token", "version", "seen"})


class TickField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class BlockForm(EinstiegForm):
    """One block: `version` is the sheet's when the page was made, `seen` tells what stood in this block then."""

    version = HiddenField()
    seen = HiddenField()

    def names(self) -> list[str]:
        """The fields of this block, called as in the sheet."""
        return [field.short_name for field in self if field.short_name not in APART]

    def fill(self, sheet: Sheet, version: int) -> None:
        """Show what the sheet holds."""
        for name in self.names():
            self[name].process(None, getattr(sheet, name))
        self.mark(sheet, version)

    def mark(self, sheet: Sheet, version: int) -> None:
        """Remember which state of the sheet this page answers to."""
        self.version.data, self.seen.data = str(version), self.digest(sheet)

    def changes(self) -> dict[str, Any]:
        """What to write into the sheet; nothing is kept as the sheet's own emptiness."""
        return {name: _kept(self[name]) for name in self.names()}

    def change_rows(self, wish: str) -> bool:
        """Add a row when a button asked for one; most blocks have no rows."""
        return False

    def expected(self) -> int:
        """The version this page was made from."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() else 0

    def digest(self, sheet: Sheet) -> str:
        """A short sum over this block's fields in a sheet: equal when nobody touched the block."""
        return sha256(msgspec.json.encode([getattr(sheet, name) for name in self.names()])).hexdigest()[:16]


class ContactForm(BlockForm):
    """How to reach the family, and where it lives."""

    family_name = StringField("Familienname", [InputRequired(), SHORT])
    phone = PhoneField("Telefon", [Optional()], render_kw={"inputmode": "tel"})
    email = StringField("E-Mail", [Optional(), is_email, Length(max=200)], render_kw={"inputmode": "email"})
    channel = SelectField("Am liebsten erreichbar per", choices=choices.CHANNELS)
    letter_language = SelectField("Sprache für Briefe und Nachrichten", choices=choices.language_choices)
    contact_person = StringField("Vertrauensperson, die Deutsch spricht", [Optional(), SHORT])
    street = StringField("Straße und Hausnummer", [Optional(), SHORT])
    postcode = StringField("PLZ", [Optional(), Length(max=5)], render_kw={"inputmode": "numeric"})
    town = StringField("Ort", [Optional(), SHORT])
    district = SelectField("Stadtbezirk", choices=districts.choices, coerce=int)
    accommodation = StringField("Unterkunft (Name), falls die Familie dort wohnt", [Optional(), SHORT])


class ArrivalForm(BlockForm):
    """When and why the family came; the wait for a seat counts from here."""

    arrived_in_germany_on = PartialDateField("Einreise nach Deutschland", [Optional()])
    arrived_in_town_on = PartialDateField("Zuzug nach Düsseldorf", [Optional()])
    assigned_to_town_on = PartialDateField("Zuweisung nach Düsseldorf", [Optional()])
    arrival_reason = SelectField("Grund des Zuzugs", choices=choices.ARRIVAL_REASONS)
    reported_by = StringField("Gemeldet durch", [Optional(), SHORT])


class LanguagesForm(BlockForm):
    """What the family speaks."""

    language = SelectField("Familiensprache", choices=choices.language_choices)
    more_languages = TickField("Weitere Sprachen", choices=lambda: choices.language_choices()[1:])
    interpreter = BooleanField("Sprachmittlung nötig")
    interpreter_language = SelectField(
        "Sprache der Sprachmittlung", choices=lambda: choices.language_choices("wie Familiensprache")
    )


class SiblingsForm(BlockForm):
    """Brothers and sisters, so that they can be kept together."""

    siblings_elsewhere = TextAreaField(
        "Geschwister außerhalb dieses Falls",
        [Optional(), LONG],
        description="Zum Beispiel: Bruder, 4 Jahre, Kita am Markt; Schwester, 17 Jahre, Berufskolleg.",
    )
    remarks = TextAreaField("Bemerkungen zur Familie", [Optional(), LONG])


class ResidenceForm(BlockForm):
    """Residence status: only where a rule needs it, and never without the purpose."""

    residence_purpose = SelectField("Wozu wird die Angabe gebraucht?", choices=choices.RESIDENCE_PURPOSES)
    residence_status = SelectField("Aufenthaltsstatus", choices=choices.RESIDENCE)

    def validate_residence_purpose(self, field: SelectField) -> None:
        """A status needs its purpose; without a status the purpose is dropped, too."""
        if self.residence_status.data and not field.data:
            raise ValidationError(
                "Bitte wählen Sie, wozu Sie den Aufenthaltsstatus brauchen, oder lassen Sie den Status leer."
            )

    def changes(self) -> dict[str, Any]:
        """Status and purpose stand together or not at all."""
        found = super().changes()
        return found if found["residence_status"] else dict.fromkeys(found, "")


class BenefitsForm(BlockForm):
    """Benefits, only for the hint at the education package (Bildung und Teilhabe)."""

    benefits = TickField("Leistungen", choices=choices.BENEFITS)


class WishesForm(BlockForm):
    """What the family would like; wishes cannot always be met."""

    wished_school_types = TickField("Gewünschte Schulformen", choices=choices.SCHOOL_TYPES)
    wished_school = StringField("Wunschschule", [Optional(), SHORT])
    wishes = TextAreaField("Weitere Wünsche (Nähe, Ganztag …)", [Optional(), LONG])


class GuardianForm(BlockForm):
    """Somebody with custody, or the Vormund of an unaccompanied minor."""

    kind = SelectField("Rolle", choices=choices.GUARDIAN_KINDS)
    name = StringField("Name", [InputRequired(), SHORT])
    phone = PhoneField("Telefon", [Optional()], render_kw={"inputmode": "tel"})
    email = StringField("E-Mail", [Optional(), is_email, Length(max=200)], render_kw={"inputmode": "email"})
    language = SelectField("Sprache", choices=choices.language_choices)
    birth_country = SelectField("Geburtsland", choices=choices.country_choices)
    custody_proof = SelectField("Nachweis von Sorgerecht oder Vormundschaft", choices=choices.CUSTODY)
    institution = StringField("Amt oder Verein (bei Vormund)", [Optional(), SHORT])


def _kept(field: Any) -> Any:
    if isinstance(field, IntegerField):
        return -1 if field.data is None else field.data
    if isinstance(field, (BooleanField, SelectMultipleField)):
        return field.data
    return "" if field.data is None else field.data
