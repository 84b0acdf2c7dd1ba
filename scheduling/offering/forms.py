"""What lead and administration enter about a kind of appointment."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.forms import EinstiegForm
from cases.kinds import DocumentKind
from scheduling.kinds import TalkMode
from scheduling.offering.settings import LONGEST_MINUTES, BookingAccess, KindSetting, PaperRule, Question
from scheduling.states import AppointmentKind

NUMERIC = {"inputmode": "numeric"}
STEPS = (5, 10, 15, 20, 30, 60)


def _ticks(label: str, choices: list[tuple[str, str]], **more: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label, choices=choices, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **more
    )


def _number(label: str, low: int, high: int, description: str = "") -> IntegerField:
    return IntegerField(
        label, [InputRequired(), NumberRange(min=low, max=high)], render_kw=NUMERIC, description=description
    )


class KindForm(EinstiegForm):
    """All that can be set of one kind."""

    minutes = _number("Dauer in Minuten", 5, LONGEST_MINUTES)
    minutes_interpreted = _number(
        "Dauer in Minuten mit Sprachmittlung", 5, LONGEST_MINUTES, "Gilt auch, wenn jemand aus der Beratung übersetzt."
    )
    buffer_before = _number("Abstand davor in Minuten", 0, 120)
    buffer_after = _number(
        "Abstand danach in Minuten", 0, 120, "Zwischen zwei Terminen liegt der größere der beiden Abstände."
    )
    step_minutes = SelectField("Beginn alle", coerce=int, choices=[(step, f"{step} Minuten") for step in STEPS])
    lead_hours = _number("Vorlauf für Familien in Stunden", 0, 24 * 30)
    horizon_days = _number("Buchbar im Voraus in Tagen", 1, 365)
    capacity = _number("Plätze (Familien zugleich)", 1, 200)
    access = SelectField("Wer bucht?", choices=[(each.value, each.label) for each in BookingAccess])
    modes = _ticks("Wie findet es statt?", [(mode.value, mode.label) for mode in TalkMode])
    needs_room = BooleanField("Vor Ort wird ein Raum von uns gebraucht")
    papers = SelectField("Welche Unterlagen müssen vollständig sein?", choices=[(p.value, p.label) for p in PaperRule])
    papers_listed = _ticks("Nur diese Unterlagen", [(kind.value, kind.label) for kind in DocumentKind])
    questions = _ticks("Was Familien gefragt wird", [(each.value, each.label) for each in Question])

    def validate_modes(self, field: Any) -> None:
        """At least one way to meet."""
        if not field.data:
            raise ValidationError("Bitte wählen Sie mindestens eine Möglichkeit.")

    def validate_papers_listed(self, field: Any) -> None:
        """A list that counts is not empty."""
        if self.papers.data == PaperRule.LISTED and not field.data:
            raise ValidationError("Bitte kreuzen Sie die Unterlagen an, die vollständig sein müssen.")

    def setting(self, kind: AppointmentKind) -> KindSetting:
        """What was entered, once the form is valid."""
        return KindSetting(
            kind=kind,
            minutes=self.minutes.data or 0,
            minutes_interpreted=self.minutes_interpreted.data or 0,
            buffer_before=self.buffer_before.data or 0,
            buffer_after=self.buffer_after.data or 0,
            lead_minutes=(self.lead_hours.data or 0) * 60,
            horizon_days=self.horizon_days.data or 0,
            step_minutes=self.step_minutes.data,
            capacity=self.capacity.data or 0,
            questions=tuple(Question(each) for each in self.questions.data or []),
            papers=PaperRule(self.papers.data),
            papers_listed=tuple(DocumentKind(each) for each in self.papers_listed.data or []),
            access=BookingAccess(self.access.data),
            modes=tuple(TalkMode(each) for each in self.modes.data or []),
            needs_room=self.needs_room.data,
        )


def values_of(setting: KindSetting) -> dict[str, Any]:
    """A setting as the form shows it."""
    return {
        "minutes": setting.minutes,
        "minutes_interpreted": setting.minutes_interpreted,
        "buffer_before": setting.buffer_before,
        "buffer_after": setting.buffer_after,
        "lead_hours": setting.lead_minutes // 60,
        "horizon_days": setting.horizon_days,
        "step_minutes": setting.step_minutes,
        "capacity": setting.capacity,
        "questions": [each.value for each in setting.questions],
        "papers": setting.papers.value,
        "papers_listed": [each.value for each in setting.papers_listed],
        "access": setting.access.value,
        "modes": [each.value for each in setting.modes],
        "needs_room": setting.needs_room,
    }
