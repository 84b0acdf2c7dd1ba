"""What families are asked when they book: one question a page."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import msgspec
from flask_babel import lazy_gettext
from wtforms import BooleanField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from app.messages.models import Channel
from app.web.fields import PhoneField
from app.web.forms import EinstiegForm
from app.web.validation_texts import CHOOSE, REQUIRED, SENTENCES
from scheduling.kinds import Gender
from scheduling.models import AppointmentSheet
from scheduling.offering.settings import Question

MOST_PEOPLE = 12
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)*\.[^@\s,;<>.\d]{2,}")
COMING = {
    "child": lazy_gettext("Das Kind oder die Kinder"),
    "mother": lazy_gettext("Mutter"),
    "father": lazy_gettext("Vater"),
    "guardian": lazy_gettext("Vormund oder Betreuerin, Betreuer"),
    "other": lazy_gettext("Jemand anderes, zum Beispiel Verwandte"),
}
NO_CHANNEL = "none"
ANYBODY = ""
LONGEST_REMARK = 500
TRANSLATED_BY = {
    ANYBODY: lazy_gettext("Das ist egal."),
    Gender.FEMALE.value: lazy_gettext("Eine Frau"),
    Gender.MALE.value: lazy_gettext("Ein Mann"),
}
ASKED = {question.value for question in Question}
CHANNELS = {
    Channel.EMAIL.value: lazy_gettext("Mit einer E-Mail"),
    Channel.SMS.value: lazy_gettext("Mit einer SMS"),
    NO_CHANNEL: lazy_gettext("Gar nicht. Ich schreibe mir den Termin auf."),
}


class TimeForm(EinstiegForm):
    """One of the offered times; which of them are free, the service decides."""

    starts = RadioField(lazy_gettext("Zeit"), [InputRequired()], choices=[], validate_choice=False)

    def validate_starts(self, field: Any) -> None:
        """Refuse what can be no time of an appointment at all."""
        text = str(field.data or "")
        if not (text.isascii() and text.isdecimal() and len(text) <= 10):
            raise ValidationError(CHOOSE)

    def chosen(self) -> int:
        """The start in epoch seconds, once the form is valid."""
        return int(self.starts.data)


class ComingForm(EinstiegForm):
    """Who comes along."""

    coming = SelectMultipleField(
        lazy_gettext("Wer kommt?"),
        [InputRequired()],
        choices=list(COMING.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    count = IntegerField(
        lazy_gettext("Wie viele Personen kommen zusammen?"),
        [InputRequired(), NumberRange(min=1, max=MOST_PEOPLE)],
        # A number input refuses the digits of an Arabic keyboard; as text they are read like any others.
        widget=TextInput(),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    step_free = BooleanField(
        lazy_gettext("Wir brauchen einen Weg ohne Stufen, zum Beispiel mit Rollstuhl oder Kinderwagen.")
    )
    childcare = BooleanField(lazy_gettext("Es kommen Kinder unter 6 Jahren mit."))
    interpreter_gender = RadioField(
        lazy_gettext("Wer soll übersetzen?"), [Optional()], choices=list(TRANSLATED_BY.items()), default=ANYBODY
    )
    remarks = TextAreaField(lazy_gettext("Was sollten wir noch wissen?"), [Length(max=LONGEST_REMARK)])

    def __init__(self, *args: Any, questions: Collection[Question], is_interpreted: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        asked = set(questions) if is_interpreted else set(questions) - {Question.INTERPRETER_GENDER}
        for question in set(Question) - asked:
            delattr(self, question.value)

    def answers(self, before: AppointmentSheet) -> AppointmentSheet:
        """What was said before, with what this page asked."""
        said = {field.name: field.data for field in self if field.name in ASKED}
        return msgspec.structs.replace(before, coming_count=self.count.data or 1, **said)


class ForChildrenForm(EinstiegForm):
    """Which of the family's children the talk is for; the view offers them without names."""

    children = SelectMultipleField(
        lazy_gettext("Für welche Kinder?"),
        [InputRequired()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class ContactForm(EinstiegForm):
    """Whether and how the family wants to be reminded; choosing a way is the consent to it."""

    channel = RadioField(
        lazy_gettext("Wie sollen wir Sie erinnern?"), [InputRequired()], choices=list(CHANNELS.items())
    )
    email = StringField(
        lazy_gettext("E-Mail-Adresse"),
        [Length(max=200)],
        render_kw={"type": "email", "autocomplete": "email", "dir": "ltr"},
    )
    phone = PhoneField(
        lazy_gettext("Handynummer"),
        render_kw={"type": "tel", "autocomplete": "tel", "dir": "ltr"},
    )

    def validate_email(self, field: Any) -> None:
        """Demand an address when mails are wanted."""
        if self.channel.data == Channel.EMAIL and not field.data:
            raise ValidationError(REQUIRED)
        if field.data and not _ADDRESS.fullmatch(field.data):
            raise ValidationError(SENTENCES["Invalid email address."])

    def validate_phone(self, field: Any) -> None:
        """Demand a number when text messages are wanted."""
        if self.channel.data == Channel.SMS and not field.data:
            raise ValidationError(REQUIRED)


class CodeForm(EinstiegForm):
    """The code of an appointment."""

    code = StringField(
        lazy_gettext("Ihr Code"),
        [InputRequired(), Length(max=40)],
        render_kw={"autocomplete": "off", "dir": "ltr", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ConfirmForm(EinstiegForm):
    """Nothing but the button, guarded against forged requests."""


class CheckForm(ConfirmForm):
    """The button that books, and whether an earlier time would be welcome."""

    wants_earlier = BooleanField(lazy_gettext("Ich komme auch früher, wenn ein Termin frei wird."))
