"""What is entered at the entrance: a language, a code, a screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from app.web import languages
from app.web.forms import EinstiegForm
from scheduling.walkins.states import ScreenPurpose

PURPOSES = [(purpose.value, purpose.label) for purpose in ScreenPurpose]


class NumberForm(EinstiegForm):
    """The language somebody is to be spoken with; nothing else is asked for a number."""

    language = SelectField("Sprache", choices=[])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.language.choices = languages.choices()


class KioskForm(EinstiegForm):
    """The same at the kiosk: every language under its own name."""

    language = RadioField(lazy_gettext("Welche Sprache sprechen Sie?"), [InputRequired()], choices=[])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.language.choices = [(entry.code, entry.own_name) for entry in languages.LANGUAGES]


class ArrivalForm(EinstiegForm):
    """The code of a family that has an appointment today."""

    code = StringField(
        lazy_gettext("Ihr Code"),
        [InputRequired(), Length(max=40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"},
    )


class ScreenForm(EinstiegForm):
    """A further screen."""

    purpose = SelectField("Wofür", choices=PURPOSES)
    place = StringField("Wo er steht", [InputRequired(), Length(max=60)], render_kw={"autocomplete": "off"})


class CallForm(EinstiegForm):
    """Who takes the number."""

    advisor = StringField("Beratung", [InputRequired()])

    def validate_advisor(self, field: Any) -> None:
        """Refuse what is nobody's id."""
        try:
            UUID(field.data or "")
        except ValueError:
            raise ValidationError("Bitte wählen Sie, wer berät.") from None
