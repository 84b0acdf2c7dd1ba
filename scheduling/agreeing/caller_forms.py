"""What is entered for a caller: a word to find the case, a time, and a reason where the time is taken."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from wtforms import DateField, SelectField, TimeField
from wtforms.validators import Optional, ValidationError

from app import clock
from scheduling.agreeing.forms import BookForm
from scheduling.kinds import OverbookReason
from scheduling.offering.settings import KindSetting

OTHER = "other"
NONE = ("", "Bitte wählen")


class CallerForm(BookForm):
    """One of the times offered, or another one on top of what is booked there, for a reason."""

    mode = SelectField("Wie", choices=[])
    day = DateField("Tag", [Optional()])
    at = TimeField("Uhrzeit", [Optional()])
    overbook = SelectField(
        "Grund", choices=[NONE, *((reason.value, reason.label) for reason in OverbookReason)], default=""
    )

    def __init__(self, *args: Any, setting: KindSetting, **more: Any) -> None:
        super().__init__(*args, **more)
        self.mode.choices = [(mode.value, mode.label) for mode in setting.modes]
        if len(setting.modes) < 2:
            del self.mode

    def validate_starts(self, field: Any) -> None:
        """Take a time of ours, or the word for another one."""
        if field.data != OTHER:
            BookForm.validate_starts(self, field)

    def validate_day(self, field: Any) -> None:
        """Demand day, time and reason together where no offered time is chosen."""
        if self.starts.data == OTHER and not (field.data and self.at.data):
            raise ValidationError("Bitte nennen Sie Tag und Uhrzeit.")

    def validate_overbook(self, field: Any) -> None:
        """Demand the reason why two talks may lie at the same time."""
        if self.starts.data == OTHER and not field.data:
            raise ValidationError("Bitte wählen Sie einen Grund. Er steht später im Protokoll.")

    @property
    def chosen(self) -> datetime:
        """The start, once the form is valid."""
        if self.starts.data == OTHER and self.day.data is not None:
            return datetime.combine(self.day.data, self.at.data or time(0), tzinfo=clock.BERLIN)
        return datetime.fromtimestamp(int(self.starts.data), clock.BERLIN)

    @property
    def overbooked(self) -> OverbookReason | None:
        """The reason, if another time was asked for."""
        return OverbookReason(self.overbook.data) if self.starts.data == OTHER else None
