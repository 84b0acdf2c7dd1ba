"""What is entered about being away: whole days, or from one time to another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from app import clock
from app.web.fields import DayField, TimeField
from app.web.forms import EinstiegForm
from scheduling.calendars.fetching import judged
from scheduling.calendars.reading import Unreadable
from scheduling.hours import MIDNIGHT, instant

ONE_DAY = timedelta(days=1)


class OwnAbsenceForm(EinstiegForm):
    """Days away, or hours if both times are given; why is not asked."""

    first = DayField("Erster Tag", [InputRequired()])
    last = DayField("Letzter Tag", [Optional()])
    opens = TimeField("Ab Uhrzeit")
    closes = TimeField("Bis Uhrzeit")

    def validate_last(self, field: Any) -> None:
        """The last day is not before the first."""
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError("Der letzte Tag liegt vor dem ersten.")

    def validate_closes(self, field: Any) -> None:
        """Either both times or none, and the end after the beginning."""
        if (field.data is None) != (self.opens.data is None):
            raise ValidationError("Bitte nennen Sie beide Uhrzeiten oder keine.")
        if field.data is not None and self.first.data and not self.last.errors and self.ends_at <= self.starts_at:
            raise ValidationError("Das Ende liegt nicht nach dem Anfang.")

    @property
    def starts_at(self) -> datetime:
        """When the absence begins."""
        return _at(instant(self.first.data, self.opens.data or MIDNIGHT))

    @property
    def ends_at(self) -> datetime:
        """When it is over; 0:00 as an end is the end of that day."""
        day = self.last.data or self.first.data
        if self.closes.data is None or self.closes.data == MIDNIGHT:
            return _at(instant(day + ONE_DAY, MIDNIGHT))
        return _at(instant(day, self.closes.data))


class AbsenceForm(OwnAbsenceForm):
    """The same for anybody, or for the whole house."""

    resource = SelectField("Wer oder was")


class CalendarForm(EinstiegForm):
    """The address under which an own calendar can be read."""

    address = StringField(
        "Adresse des Kalenders",
        [InputRequired(), Length(max=2000)],
        description="Beginnt mit https:// und endet meist auf .ics. Sie steht in Outlook, Google oder Nextcloud unter "
        "„Kalender freigeben“ oder „veröffentlichen“.",
        render_kw={"type": "url", "autocomplete": "off", "spellcheck": "false", "maxlength": "2000"},
    )

    def validate_address(self, field: Any) -> None:
        """Only an https address can be read at all; where it leads is judged when it is read."""
        try:
            judged(field.data or "")
        except Unreadable as unreadable:
            raise ValidationError(unreadable.problem.label) from None


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, clock.BERLIN)
