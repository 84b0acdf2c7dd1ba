"""The form of a talk's notes, its completion with the next tasks, and an amendment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wtforms import Field, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app import clock
from app.web import languages
from app.web.fields import DayField, TimeField
from app.web.forms import EinstiegForm
from cases.sessions import topics
from cases.sessions.queries import SessionView
from cases.sheets import SessionNotes

LONGEST_NOTES = 100_000
LONGEST_TEXT = 20_000
TASK_ROWS = (1, 2, 3)


class CheckboxesField(SelectMultipleField):
    """Several choices as checkboxes in one group."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _text(label: str, longest: int, rows: int) -> TextAreaField:
    return TextAreaField(label, validators=[Length(max=longest)], render_kw={"maxlength": longest, "rows": rows})


class SessionForm(EinstiegForm):
    """Everything about one talk; `version` is the one the texts were read in."""

    version = HiddenField()
    held_on = DayField("Tag", validators=[InputRequired()])
    held_from = TimeField("Beginn", validators=[InputRequired()])
    minutes = IntegerField("Dauer in Minuten", validators=[InputRequired(), NumberRange(5, 480)])
    participants = CheckboxesField("Wer war dabei?")
    participants_other = StringField("Weitere Beteiligte", validators=[Length(max=300)])
    language = SelectField("Sprache des Gesprächs", choices=[("", "–"), *languages.choices()])
    interpreter = StringField("Sprachmittlung", validators=[Length(max=200)])
    topics = CheckboxesField("Themen", choices=topics.choices())
    notes = _text("Notizen", LONGEST_NOTES, 10)
    results = _text("Ergebnis", LONGEST_TEXT, 3)
    next_steps = _text("Nächste Schritte", LONGEST_TEXT, 3)

    def sheet(self) -> SessionNotes:
        """The notes as they were typed."""
        return SessionNotes(
            participants=list(self.participants.data or []),
            participants_other=self.participants_other.data or "",
            language=self.language.data or "",
            interpreter=self.interpreter.data or "",
            topics=list(self.topics.data or []),
            notes=self.notes.data or "",
            results=self.results.data or "",
            next_steps=self.next_steps.data or "",
        )

    def expected(self) -> int:
        """The version the texts were read in, 0 (which never fits) when the field was tampered with."""
        return read_version(self.version.data)

    def held_at(self) -> datetime | None:
        """The talk's beginning, None while day or time is half typed."""
        if not self.held_on.data or not self.held_from.data or self.held_on.errors or self.held_from.errors:
            return None
        return datetime.combine(self.held_on.data, self.held_from.data, tzinfo=clock.BERLIN)

    def length(self) -> int | None:
        """The minutes, None while they are half typed or impossible."""
        minutes: int | None = None if self.minutes.errors else self.minutes.data
        return minutes

    @classmethod
    def of(cls, view: SessionView, people: list[tuple[str, str]]) -> SessionForm:
        """The form with what was sent, else with the notes as they lie."""
        begin = clock.local(view.talk.held_at)
        form = cls(
            version=str(view.version),
            held_on=begin.date(),
            held_from=begin.time(),
            minutes=view.talk.minutes,
            participants=view.notes.participants,
            participants_other=view.notes.participants_other,
            language=view.notes.language,
            interpreter=view.notes.interpreter,
            topics=view.notes.topics,
            notes=view.notes.notes,
            results=view.notes.results,
            next_steps=view.notes.next_steps,
        )
        form.participants.choices = people
        return form


class CompleteForm(EinstiegForm):
    """The result, and up to three things that come next."""

    version = HiddenField()
    results = TextAreaField(
        "Ergebnis", validators=[InputRequired(), Length(max=LONGEST_TEXT)], render_kw={"maxlength": LONGEST_TEXT}
    )
    next_steps = _text("Nächste Schritte", LONGEST_TEXT, 3)
    what_1 = StringField("Was", validators=[Length(max=300)])
    when_1 = DayField("Bis", validators=[Optional()])
    who_1 = SelectField("Wer", validators=[Optional()])
    what_2 = StringField("Was", validators=[Length(max=300)])
    when_2 = DayField("Bis", validators=[Optional()])
    who_2 = SelectField("Wer", validators=[Optional()])
    what_3 = StringField("Was", validators=[Length(max=300)])
    when_3 = DayField("Bis", validators=[Optional()])
    who_3 = SelectField("Wer", validators=[Optional()])

    def rows(self) -> Iterator[TaskRow]:
        """The three rows of tasks."""
        for number in TASK_ROWS:
            yield TaskRow(self[f"what_{number}"], self[f"when_{number}"], self[f"who_{number}"])

    def validate(self, extra_validators: object = None) -> bool:
        """Demand a day for every task, and words for every day."""
        fits: bool = super().validate(extra_validators)
        for row in self.rows():
            if row.what.data and not row.when.data and not row.when.errors:
                row.when.errors = ["Bitte schreiben Sie, bis wann das getan sein soll."]
                fits = False
            if row.when.data and not row.what.data:
                row.what.errors = ["Bitte schreiben Sie, was zu tun ist."]
                fits = False
        return fits


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One row of the completion form."""

    what: Field
    when: Field
    who: SelectField


class AmendForm(EinstiegForm):
    """What is added to a completed talk."""

    text = TextAreaField("Nachtrag", validators=[InputRequired(), Length(max=LONGEST_TEXT)])


def read_version(text: object) -> int:
    """A version as a form sends it; anything but a number is 0, which fits nothing."""
    return int(str(text)) if str(text).isascii() and str(text).isdecimal() else 0
