"""The forms of an emergency access and of its review."""

from __future__ import annotations

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.web.forms import EinstiegForm
from cases.emergency.kinds import EmergencyReason, Verdict


class EmergencyForm(EinstiegForm):
    """Why it cannot wait."""

    reason = RadioField(
        "Was ist der Notfall?",
        choices=[(kind.value, kind.label) for kind in EmergencyReason],
        validators=[InputRequired("Bitte wählen Sie einen Grund.")],
    )
    text = TextAreaField(
        "Was ist geschehen?",
        validators=[InputRequired("Bitte schreiben Sie in einem Satz, was geschehen ist."), Length(max=1000)],
        description="Ein bis zwei Sätze. Die Leitung liest sie bei der Prüfung.",
    )


class ReviewForm(EinstiegForm):
    """What the review came to."""

    verdict = RadioField(
        "Ergebnis",
        choices=[(kind.value, kind.label) for kind in Verdict if kind is not Verdict.OPEN],
        validators=[InputRequired("Bitte wählen Sie ein Ergebnis.")],
    )
    text = TextAreaField("Bemerkung", validators=[Length(max=1000)])
