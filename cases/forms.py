"""The forms of opening a case and of running it; every other part of a file has its forms in `cases.intake`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField, FieldList, FormField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.web.fields import PartialDateField, PhoneField
from app.web.forms import EinstiegForm
from cases import districts
from cases.intake import choices
from cases.intake.fields import BirthDateField, is_email
from cases.kinds import CloseReason, GuardianKind
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet

NAME = Length(max=120)
MOST_CHILDREN = 15
MOST_GUARDIANS = 4
LEAST_DIGITS = 6


class Entry(EinstiegForm):
    """A row of a larger form: the token against forged requests stands there once."""

    class Meta(EinstiegForm.Meta):
        """Without a token of its own."""

        csrf = False

    def is_blank(self) -> bool:
        """Whether nothing was written into this row."""
        return not any(field.data for field in self if not isinstance(field, SelectField))


class ChildEntry(Entry):
    """A child as a caller describes it."""

    given_names = StringField("Vorname oder einziger Name", [InputRequired(), NAME])
    family_name = StringField("Nachname, wenn anders", [Optional(), NAME])
    born = BirthDateField(
        "Geburtsdatum, sonst Monat oder Jahr", [InputRequired()], render_kw={"placeholder": "05.03.2014"}
    )

    def sheet(self) -> ChildSheet:
        """The child's sheet as far as it is known."""
        return ChildSheet(
            given_names=self.given_names.data or "",
            family_name=self.family_name.data or "",
            born=self.born.data or "",
        )


class GuardianEntry(Entry):
    """Somebody with custody; for an unaccompanied minor the Vormund with the office behind."""

    kind = SelectField("Rolle", choices=choices.GUARDIAN_KINDS)
    name = StringField("Name", [Optional(), NAME])
    phone = PhoneField("Telefon", [Optional()], render_kw={"inputmode": "tel"})
    institution = StringField("Amt oder Verein", [Optional(), NAME])

    def sheet(self) -> GuardianSheet:
        """The guardian's sheet; a Vormund may be known by the office alone."""
        kind = GuardianKind(self.kind.data)
        return GuardianSheet(
            kind=kind.value,
            name=self.name.data or self.institution.data or kind.label,
            phone=self.phone.data or "",
            institution=self.institution.data or "",
        )


class NewCaseForm(EinstiegForm):
    """What is asked while the family is on the phone: one page, little of it required."""

    family_name = StringField("Familienname", [InputRequired(), NAME])
    phone = PhoneField("Telefon", [Optional()], render_kw={"inputmode": "tel"})
    email = StringField("E-Mail", [Optional(), is_email, Length(max=200)], render_kw={"inputmode": "email"})
    language = SelectField("Sprache der Familie", choices=choices.language_choices)
    interpreter = BooleanField("Sprachmittlung nötig")
    children = FieldList(FormField(ChildEntry, label="Kind"), "Kinder", min_entries=1, max_entries=MOST_CHILDREN)
    guardians = FieldList(
        FormField(GuardianEntry, label="Person"), "Sorgeberechtigte", min_entries=1, max_entries=MOST_GUARDIANS
    )
    street = StringField("Straße und Hausnummer", [Optional(), NAME])
    postcode = StringField("PLZ", [Optional(), Length(max=5)], render_kw={"inputmode": "numeric"})
    district = SelectField("Stadtbezirk", choices=districts.choices, coerce=int, default=0)
    arrived_in_town_on = PartialDateField("Zuzug nach Düsseldorf", [Optional()], render_kw={"placeholder": "10.2026"})
    advisor = SelectField("Beratung", choices=())

    def offer_advisors(self, advisors: Sequence[tuple[UUID, str]], *, chosen: UUID | None) -> None:
        """Fill the list of advisors; `chosen` stands there until somebody picks another."""
        self.advisor.choices = [("", "noch offen"), *((str(user_id), name) for user_id, name in advisors)]
        if self.advisor.raw_data is None:
            self.advisor.data = str(chosen or "")

    def begin_with(self, searched: str) -> None:
        """Carry the search along: a number becomes the phone, words become the name."""
        if any(sign.isalpha() for sign in searched):
            self.family_name.data = "".join(sign for sign in searched if not sign.isdecimal()).strip(" .-/")
        elif sum(sign.isdecimal() for sign in searched) >= LEAST_DIGITS and "." not in searched:
            self.phone.process(None, searched)
            self.phone.typed = searched

    def change_rows(self, wish: str) -> bool:
        """Add or take away a row as a button asked (`children+`, `guardians-2`); answers whether one did."""
        for rows, most in ((self.children, MOST_CHILDREN), (self.guardians, MOST_GUARDIANS)):
            if wish == f"{rows.name}+" and len(rows.entries) < most:
                rows.append_entry()
                return True
            if wish.startswith(f"{rows.name}-") and len(rows.entries) > 1:
                rows.entries = [row for row in rows.entries if row.name != wish]
                return True
        return False

    def names_and_births(self) -> list[tuple[str, str]]:
        """What to look for before a second file of the same family is made."""
        family = self.family_name.data or ""
        return [(f"{row.form.given_names.data} {family}", row.form.born.data or "") for row in self.children.entries]

    def number_rows(self, *, keep_blank: bool = False) -> None:
        """Call rows by their number; empty ones behind the first are left out unless `keep_blank`."""
        if not keep_blank:
            self.children.entries = _used(self.children.entries)
            self.guardians.entries = _used(self.guardians.entries)
        for word, rows in (("Kind", self.children), ("Person", self.guardians)):
            for number, row in enumerate(rows.entries, 1):
                row.label.text = f"{word} {number}"

    def family(self) -> FamilySheet:
        """The family's sheet as far as it is known."""
        return FamilySheet(
            family_name=self.family_name.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            language=self.language.data or "",
            interpreter=bool(self.interpreter.data),
            street=self.street.data or "",
            postcode=self.postcode.data or "",
            district=int(self.district.data or 0),
            arrived_in_town_on=self.arrived_in_town_on.data or "",
        )

    def child_sheets(self) -> list[ChildSheet]:
        """A sheet for each child."""
        return [row.form.sheet() for row in self.children.entries]

    def guardian_sheets(self) -> list[GuardianSheet]:
        """A sheet for each guardian that was named."""
        return [row.form.sheet() for row in self.guardians.entries if not row.form.is_blank()]

    def advisor_id(self) -> UUID | None:
        """The advisor who was chosen."""
        return UUID(self.advisor.data) if self.advisor.data else None


class CloseForm(EinstiegForm):
    """Why a case is closed."""

    reason = SelectField(
        "Grund",
        [InputRequired()],
        choices=[("", "bitte wählen"), *((reason.value, reason.label) for reason in CloseReason)],
    )


class PersonForm(EinstiegForm):
    """One colleague out of a list."""

    person = SelectField("Person", choices=())

    def offer(self, people: Sequence[tuple[UUID, str]], *, label: str, nobody: str) -> None:
        """Fill the list; `nobody` is what an empty choice is called."""
        self.person.label.text = label
        self.person.choices = [("", nobody), *((str(user_id), name) for user_id, name in people)]

    def person_id(self) -> UUID | None:
        """Who was chosen."""
        return UUID(self.person.data) if self.person.data else None


def _used(entries: list[Any]) -> list[Any]:
    return [row for position, row in enumerate(entries) if position == 0 or not row.form.is_blank()]
