"""What the lead enters about rooms, interpreters, hours and absences."""

from __future__ import annotations

from datetime import time
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.fields import DayField, PhoneField, TimeField
from app.web.forms import EinstiegForm
from scheduling.hours import MIDNIGHT, SchoolHolidays
from scheduling.spoken import choices as language_choices

WEEKDAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
IN_HOLIDAYS = {
    SchoolHolidays.ALWAYS: "immer",
    SchoolHolidays.NEVER: "nur in der Schulzeit",
    SchoolHolidays.ONLY: "nur in den Schulferien",
}
WHOLE_OFFICE = ("", "Das ganze Haus")
USUAL_NOTICE_DAYS = 3


class RoomForm(EinstiegForm):
    """A room."""

    name = StringField("Name des Raums", [InputRequired(), Length(max=60)])
    place = StringField("Adresse", [InputRequired(), Length(max=200)], description="So steht sie in den Nachrichten.")
    capacity = IntegerField(
        "Plätze für die Familie", [InputRequired(), NumberRange(min=1, max=40)], render_kw={"inputmode": "numeric"}
    )
    is_step_free = BooleanField("ohne Stufen erreichbar", default=True)
    is_active = BooleanField("in Benutzung", default=True)


class InterpreterForm(EinstiegForm):
    """Somebody of the pool."""

    name = StringField("Name", [InputRequired(), Length(max=120)])
    languages = SelectMultipleField(
        "Sprachen und Dialekte",
        [InputRequired()],
        choices=language_choices(),
        description="Wer einen Dialekt dolmetscht, wird auch für die Sprache angeboten.",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    gender = SelectField(
        "Geschlecht",
        choices=[("", "keine Angabe"), ("female", "Frau"), ("male", "Mann")],
        default="",
        description="Nur, weil manche Familien eine Frau oder einen Mann wünschen.",
    )
    notice_days = IntegerField(
        "Vorlauf in Werktagen",
        [Optional(), NumberRange(min=0, max=60)],
        default=USUAL_NOTICE_DAYS,
        description="Leer: 3.",
        render_kw={"inputmode": "numeric"},
    )
    budget_hours = IntegerField(
        "Stunden im Jahr",
        [Optional(), NumberRange(min=0, max=2000)],
        description="Gebuchte und geleistete Stunden. Leer: ohne Grenze.",
        render_kw={"inputmode": "numeric"},
    )
    may_exceed_budget = BooleanField("darf die Stunden überschreiten (entscheidet die Leitung)")
    phone = PhoneField("Telefon")
    email = StringField("E-Mail", [Length(max=200)], render_kw={"type": "email"})
    remarks = StringField("Bemerkung", [Length(max=200)])
    is_active = BooleanField("kann gebucht werden", default=True)


class RuleForm(EinstiegForm):
    """The times of a weekly line, and when it holds."""

    opens = TimeField("Von", [InputRequired()])
    closes = TimeField("Bis", [InputRequired()])
    over_midnight = BooleanField("geht über Mitternacht")
    valid_from = DayField("Gilt ab", [InputRequired()])
    valid_until = DayField("Gilt bis", [Optional()], description="Leer: bis auf Weiteres.")
    school_holidays = SelectField("Schulferien", choices=[(value.value, label) for value, label in IN_HOLIDAYS.items()])

    def validate_closes(self, field: Any) -> None:
        """Hours end after they begin unless somebody says that they go past midnight; 0:00 is the day's end."""
        _require_later(self.opens.data, field.data, over_midnight=self.over_midnight.data)

    def validate_valid_until(self, field: Any) -> None:
        """A line ends after it begins."""
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError("Dieser Tag liegt vor dem Beginn.")


class HoursForm(RuleForm):
    """New weekly hours of one resource: the same times on several days, in one or two blocks."""

    resource = SelectField("Wer oder was", [InputRequired()])
    weekdays = SelectMultipleField(
        "Wochentage",
        [InputRequired()],
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    opens_again = TimeField("Und von")
    closes_again = TimeField("Und bis")

    def validate_closes_again(self, field: Any) -> None:
        """The second block is whole and lies behind the first."""
        if (field.data is None) != (self.opens_again.data is None):
            raise ValidationError("Bitte nennen Sie beide Uhrzeiten oder keine.")
        if field.data is None:
            return
        if self.closes.data and (self.over_midnight.data or self.opens_again.data < self.closes.data):
            raise ValidationError("Die zweite Zeit beginnt, bevor die erste endet.")
        _require_later(self.opens_again.data, field.data, over_midnight=False)


class EndForm(EinstiegForm):
    """The last day of a weekly line."""

    last_day = DayField("Letzter Tag", [InputRequired()])


def _require_later(opens: time | None, closes: time | None, *, over_midnight: bool) -> None:
    if opens is None or closes is None:
        return
    if opens == closes != MIDNIGHT:
        raise ValidationError("Anfang und Ende sind gleich.")
    if over_midnight and closes > opens:
        raise ValidationError("Diese Zeit geht nicht über Mitternacht.")
    if closes <= opens and closes != MIDNIGHT and not over_midnight:
        raise ValidationError("Das Ende liegt vor dem Anfang. Geht die Zeit über Mitternacht, kreuzen Sie das an.")
