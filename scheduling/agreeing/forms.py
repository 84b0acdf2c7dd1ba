"""What staff enter when they invite a family or book for somebody on the telephone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.messages.models import Channel
from app.web.fields import PhoneField
from app.web.forms import EinstiegForm
from scheduling.booking.forms import MOST_PEOPLE, NO_CHANNEL
from scheduling.kinds import GateReason
from scheduling.states import AppointmentKind

NO_REASON = ("", "Bitte wählen")
REASONS = [NO_REASON, *((reason.value, reason.label) for reason in GateReason)]
CHANNELS = [(NO_CHANNEL, "Keine Nachrichten"), *((channel.value, channel.label) for channel in Channel)]


class GatedForm(EinstiegForm):
    """A form that asks for a reason only while papers are missing."""

    without_papers = SelectField("Warum schon jetzt, obwohl Unterlagen fehlen?", choices=REASONS)

    def __init__(self, *args: Any, lacks_papers: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if not lacks_papers:
            del self.without_papers

    @property
    def reason(self) -> GateReason | None:
        """The reason chosen, if one was asked for."""
        return GateReason(self.without_papers.data) if self.without_papers and self.without_papers.data else None

    def validate_without_papers(self, field: Any) -> None:
        """Demand the reason wherever the field is shown."""
        if not field.data:
            raise ValidationError("Bitte wählen Sie einen Grund. Er steht später im Protokoll.")


class InviteForm(GatedForm):
    """An invitation with which the family books by itself."""

    kind = SelectField("Wofür")

    def __init__(self, *args: Any, kinds: Iterable[AppointmentKind] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind.choices = [(kind.value, kind.label) for kind in kinds]


class BookForm(GatedForm):
    """A time agreed on with the family, and how it hears of it."""

    starts = RadioField("Zeit", [InputRequired()], choices=[], validate_choice=False)
    count = IntegerField(
        "Personen", [Optional(), NumberRange(min=1, max=MOST_PEOPLE)], render_kw={"inputmode": "numeric"}
    )
    channel = SelectField("Bestätigung und Erinnerungen", choices=CHANNELS)
    email = StringField("E-Mail-Adresse", [Length(max=200)], render_kw={"type": "email", "autocomplete": "off"})
    phone = PhoneField("Handynummer", render_kw={"type": "tel", "autocomplete": "off"})

    def validate_starts(self, field: Any) -> None:
        """Refuse what no list of ours offered."""
        text = str(field.data or "")
        if not (text.isascii() and text.isdecimal() and len(text) <= 10):
            raise ValidationError("Bitte wählen Sie eine Zeit.")

    def validate_channel(self, field: Any) -> None:
        """Demand the address that the chosen way needs."""
        if field.data == Channel.EMAIL and not self.email.data:
            raise ValidationError("Für E-Mails fehlt die Adresse.")
        if field.data == Channel.SMS and not self.phone.data:
            raise ValidationError("Für SMS fehlt die Handynummer.")


class MoveForm(EinstiegForm):
    """Another time for an appointment."""

    starts = RadioField("Neue Zeit", [InputRequired()], choices=[], validate_choice=False)
    validate_starts = BookForm.validate_starts
