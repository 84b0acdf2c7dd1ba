"""What the team enters when it plans a group talk."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from app import clock
from app.web.fields import DayField, TimeField
from app.web.forms import EinstiegForm
from app.web.languages import choices as language_choices
from scheduling.kinds import TalkMode

ANYBODY = ("", "Wer gerade am wenigsten Termine hat")
MODES = [(mode.value, mode.label) for mode in TalkMode]
LONGEST_SERIES_DAYS = 200


class GroupTalkForm(EinstiegForm):
    """A group talk, once or every week."""

    title = StringField(
        "Thema", [InputRequired(), Length(max=120)], description="Steht auf dem Aushang. Bitte keine Namen."
    )
    language = SelectField("Sprache", choices=language_choices())
    day = DayField("Tag", [InputRequired()])
    at = TimeField("Beginn", [InputRequired()])
    until = DayField("Jede Woche wiederholen bis", description="Frei lassen, wenn es nur einmal stattfindet.")
    capacity = IntegerField(
        "Plätze (Familien)", [InputRequired(), NumberRange(min=1, max=200)], render_kw={"inputmode": "numeric"}
    )
    mode = SelectField("Wie", choices=MODES)
    advisor = SelectField("Wer leitet das Gespräch?")

    def validate_day(self, field: Any) -> None:
        """Nothing is planned for a day that is over."""
        if field.data and field.data < clock.today():
            raise ValidationError("Dieser Tag ist vorbei.")

    def validate_until(self, field: Any) -> None:
        """A series ends after it begins, and within the time anybody plans for."""
        if not field.data or not self.day.data:
            return
        if field.data < self.day.data:
            raise ValidationError("Das Ende liegt vor dem ersten Termin.")
        if (field.data - self.day.data).days > LONGEST_SERIES_DAYS:
            raise ValidationError("Bitte planen Sie höchstens ein halbes Jahr voraus.")
