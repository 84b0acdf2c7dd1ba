"""What the lead enters about rooms, interpreters, hours and absences."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.fields import DayField, PhoneField, TimeField
from app.web.forms import EinstiegForm
from app.web.languages import choices as language_choices
from scheduling.hours import SchoolHolidays

WEEKDAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
IN_HOLIDAYS = {
    SchoolHolidays.ALWAYS: "immer",
    SchoolHolidays.NEVER: "nur in der Schulzeit",
    SchoolHolidays.ONLY: "nur in den Schulferien",
}
WHOLE_OFFICE = ("", "Das ganze Haus")


class RoomForm(EinstiegForm):
    """A room."""

    name = StringField("Name des Raums", [InputRequired(), Length(max=60)])
    place = StringField("Adresse", [InputRequired(), Length(max=200)])
    capacity = IntegerField(
        "Plätze für die Familie", [InputRequired(), NumberRange(min=1, max=40)], render_kw={"inputmode": "numeric"}
    )


class InterpreterForm(EinstiegForm):
    """Somebody of the pool."""

    name = StringField("Name", [InputRequired(), Length(max=120)])
    languages = SelectMultipleField(
        "Sprachen",
        [InputRequired()],
        choices=language_choices(),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    phone = PhoneField("Telefon")
    email = StringField("E-Mail", [Length(max=200)], render_kw={"type": "email"})
    remarks = StringField("Bemerkung", [Length(max=200)])
    is_active = BooleanField("kann gebucht werden", default=True)


class HoursForm(EinstiegForm):
    """Weekly hours of one resource."""

    resource = SelectField("Wer oder was", [InputRequired()])
    weekdays = SelectMultipleField(
        "Wochentage",
        [InputRequired()],
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    opens = TimeField("Von", [InputRequired()])
    closes = TimeField("Bis", [InputRequired()])
    valid_from = DayField("Gilt ab", [InputRequired()])
    valid_until = DayField("Gilt bis")
    school_holidays = SelectField("Schulferien", choices=[(value.value, label) for value, label in IN_HOLIDAYS.items()])

    def validate_closes(self, field: Any) -> None:
        """Hours end after they begin; 0:00 is the end of the day."""
        if (
            field.data
            and self.opens.data
            and field.data <= self.opens.data
            and (field.data.hour, field.data.minute) != (0, 0)
        ):
            raise ValidationError("Das Ende liegt vor dem Anfang.")


class AbsenceForm(EinstiegForm):
    """Whole days on which somebody is away, or the house is closed."""

    resource = SelectField("Wer oder was")
    first = DayField("Erster Tag", [InputRequired()])
    last = DayField("Letzter Tag", [InputRequired()])

    def validate_last(self, field: Any) -> None:
        """The last day is not before the first."""
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError("Der letzte Tag liegt vor dem ersten.")
