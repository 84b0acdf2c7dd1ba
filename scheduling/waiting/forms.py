"""What families and staff enter about waiting: when it suits, and how to hear of a free time."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.messages.kinds import Channel
from app.web.fields import DayField, PhoneField
from app.web.forms import EinstiegForm
from scheduling.agreeing.forms import CHANNELS, BookForm, GatedForm
from scheduling.booking.forms import NO_CHANNEL, ContactForm
from scheduling.states import AppointmentKind
from scheduling.waiting.kinds import UrgencyReason
from scheduling.waiting.services import Suits

NOON = 12 * 60
WEEKDAYS = {
    0: lazy_gettext("Montag"),
    1: lazy_gettext("Dienstag"),
    2: lazy_gettext("Mittwoch"),
    3: lazy_gettext("Donnerstag"),
    4: lazy_gettext("Freitag"),
}
PARTS = {
    "any": lazy_gettext("Egal"),
    "morning": lazy_gettext("Vormittags, bis 12 Uhr"),
    "afternoon": lazy_gettext("Nachmittags, ab 12 Uhr"),
}
MINUTES: dict[str, tuple[int | None, int | None]] = {
    "any": (None, None),
    "morning": (None, NOON),
    "afternoon": (NOON, None),
}


class WishForm(EinstiegForm):
    """When a family can come."""

    weekdays = SelectMultipleField(
        lazy_gettext("An welchen Tagen können Sie?"),
        choices=[(str(day), name) for day, name in WEEKDAYS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    part = RadioField(lazy_gettext("Zu welcher Zeit?"), [InputRequired()], choices=list(PARTS.items()), default="any")

    def suits(self) -> Suits:
        """What was chosen; no day or every day means any."""
        days = tuple(int(day) for day in self.weekdays.data or ())
        begins, ends = MINUTES[self.part.data]
        return Suits(weekdays=() if len(days) == len(WEEKDAYS) else days, from_minute=begins, until_minute=ends)


class ReachForm(ContactForm):
    """How a family hears of a free time; whoever wants no message is called."""

    channel = RadioField(
        lazy_gettext("Wie erreichen wir Sie?"),
        [InputRequired()],
        choices=[
            (Channel.EMAIL.value, lazy_gettext("Mit einer E-Mail")),
            (Channel.SMS.value, lazy_gettext("Mit einer SMS")),
            (NO_CHANNEL, lazy_gettext("Bitte rufen Sie mich an.")),
        ],
    )


class AddForm(GatedForm):
    """A family that staff put on the list."""

    kind = SelectField(
        "Wofür", choices=[(kind.value, kind.label) for kind in AppointmentKind if kind.is_for_one_family]
    )
    earliest_on = DayField("Frühestens am", description="Leer lassen, wenn jeder Tag recht ist.")
    weekdays = SelectMultipleField(
        "Wochentage",
        choices=[(str(day), name) for day, name in WEEKDAYS.items()],
        description="Ohne Haken ist jeder Tag recht.",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    part = SelectField("Tageszeit", choices=list(PARTS.items()), default="any")
    channel = SelectField("Angebote schicken", choices=CHANNELS)
    email = StringField("E-Mail-Adresse", [Length(max=200)], render_kw={"type": "email", "autocomplete": "off"})
    phone = PhoneField("Handynummer", render_kw={"type": "tel", "autocomplete": "off"})
    validate_channel = BookForm.validate_channel

    def suits(self) -> Suits:
        """What was chosen."""
        begins, ends = MINUTES[self.part.data]
        days = tuple(int(day) for day in self.weekdays.data or ())
        return Suits(self.earliest_on.data, days, begins, ends)


class UrgencyForm(EinstiegForm):
    """Why a family comes first; without a reason it does no more."""

    reason: Any = SelectField(
        "Grund",
        choices=[("", "nicht dringend"), *((reason.value, reason.label) for reason in UrgencyReason)],
    )

    def chosen(self) -> UrgencyReason | None:
        """The reason out of the list."""
        return UrgencyReason(self.reason.data) if self.reason.data else None
