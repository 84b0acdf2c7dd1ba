"""What the open page asks, one question a page, and what staff enter about requests."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import FieldList, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from app import clock
from app.web.fields import PhoneField, TextFormatField
from app.web.forms import EinstiegForm
from app.web.languages import LANGUAGES
from app.web.validation_texts import REQUIRED
from scheduling.booking.forms import ContactForm
from scheduling.requests.states import DeclineReason

MOST_CHILDREN = 8
OLDEST_CHILD = 20
CHANNELS = {
    "sms": lazy_gettext("Mit einer SMS"),
    "email": lazy_gettext("Mit einer E-Mail"),
    "none": lazy_gettext("Gar nicht. Ich mache ein Foto von meinem Code."),
}


class SpokenForm(EinstiegForm):
    """In which language the family wants to talk."""

    spoken = SelectField(
        lazy_gettext("Sprache"),
        [InputRequired()],
        choices=[(each.code, each.own_name) for each in LANGUAGES],
        render_kw={"autocomplete": "off"},
    )


class NameForm(EinstiegForm):
    """The family's name, and what people never see: a field for machines, and what a browser computed."""

    family_name = StringField(
        lazy_gettext("Familienname"),
        [InputRequired(), Length(max=120)],
        render_kw={"autocomplete": "family-name", "dir": "auto"},
    )
    homepage = StringField(
        lazy_gettext("Bitte lassen Sie dieses Feld leer"), render_kw={"autocomplete": "off", "tabindex": "-1"}
    )
    challenge = HiddenField()
    answer = HiddenField()

    def validate_homepage(self, field: Any) -> None:
        """Nobody who sees or hears the page comes to this field; whoever fills it in is told to empty it."""
        if field.data:
            raise ValidationError(lazy_gettext("Bitte lassen Sie dieses Feld leer."))


class BirthYearField(TextFormatField):
    """The year a child was born in, digits of any script; the value is ISO text such as `2014`."""

    unreadable = lazy_gettext("Bitte schreiben Sie das Jahr mit vier Ziffern, zum Beispiel 2014.")
    impossible = lazy_gettext("Dieses Jahr kann nicht stimmen. Bitte prüfen Sie es.")

    def read(self, text: str) -> str:
        """Answer the year; raises ValueError for none, a future one, and one of a grown-up."""
        if not (text.isdecimal() and len(text) == 4):
            raise ValueError(self.unreadable)
        if not clock.today().year - OLDEST_CHILD <= int(text) <= clock.today().year:
            raise ValueError(self.impossible)
        return text


class ChildrenForm(EinstiegForm):
    """Each child by its year of birth alone; rows that stay empty are no children."""

    born = FieldList(
        BirthYearField(
            lazy_gettext("Geburtsjahr"), render_kw={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}
        ),
        min_entries=MOST_CHILDREN,
        max_entries=MOST_CHILDREN,
    )

    def validate_born(self, field: Any) -> None:
        """Demand one child at least, and say so at the first row."""
        rows = field.entries
        if not any(row.data or row.errors for row in rows) and not any(row.typed for row in rows):
            rows[0].errors = [REQUIRED]
            raise ValidationError(REQUIRED)

    def number_rows(self) -> None:
        """Give each row a label of its own; the first alone must be filled in."""
        for number, row in enumerate(self.born.entries, 1):
            row.label.text = gettext("Kind %(number)s: Geburtsjahr", number=number)
            row.flags.required = number == 1

    def years(self) -> list[str]:
        """The years of the children, in the order of the page."""
        return [row.data for row in self.born.entries if row.data]


class ReachForm(ContactForm):
    """How the family can be reached; a code goes there at once."""

    channel = RadioField(
        lazy_gettext("Wie können wir Ihnen schreiben?"), [InputRequired()], choices=list(CHANNELS.items())
    )


class DigitsForm(EinstiegForm):
    """The six digits that came."""

    digits = StringField(
        lazy_gettext("Code aus der Nachricht"),
        [InputRequired(), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr", "spellcheck": "false"},
    )


class DeclineForm(EinstiegForm):
    """Why a request is declined."""

    reason = RadioField("Grund", [InputRequired()], choices=[(each.value, each.label) for each in DeclineReason])


class JoinForm(EinstiegForm):
    """Which case a request belongs to, by its number."""

    reference = StringField("Aktenzeichen", [InputRequired(), Length(max=20)], render_kw={"autocomplete": "off"})


class TrustForm(EinstiegForm):
    """A telephone that books for many families."""

    label = StringField("Wem gehört die Nummer?", [InputRequired(), Length(max=80)])
    phone = PhoneField("Telefonnummer", [InputRequired()], render_kw={"type": "tel", "autocomplete": "off"})
