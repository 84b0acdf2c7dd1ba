"""Forms of the tab on rights: what goes into the extract, requests and their answers, corrections."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.fields import DayField
from app.web.forms import EinstiegForm
from cases.intake.forms import BlockForm
from cases.rights.correctable import Statement
from cases.rights.kinds import Outcome, RequestState, RightKind

FORMATS = (
    ("pdf", "PDF zum Ausdrucken"),
    ("zip", "ZIP mit PDF, JSON und allen Dateien der Familie"),
    ("json", "JSON für Maschinen"),
)
DECISIONS = (
    (Outcome.MADE.value, "Berichtigen"),
    (Outcome.REFUSED.value, "Nicht berichtigen: Die Angabe bleibt und gilt als bestritten"),
)
ANSWERS = [(state.value, state.label) for state in RequestState if state is not RequestState.OPEN]
LONG = Length(max=4000)


class ExtractForm(EinstiegForm):
    """Which parts, in which form."""

    parts = SelectMultipleField(
        "Was gehört hinein?",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Alles ist angekreuzt. Was Sie weglassen, nennt der Auszug als weggelassen.",
        validators=[InputRequired()],
    )
    form = RadioField("Form", choices=list(FORMATS), default="pdf")


class RequestForm(EinstiegForm):
    """A request as it came in."""

    kind = SelectField("Worum geht es?", choices=[(kind.value, kind.label) for kind in RightKind])
    received_on = DayField("Eingegangen am", validators=[InputRequired()])
    asked_by = StringField("Wer hat gefragt?", validators=[InputRequired(), Length(max=200)])
    evidence = StringField(
        "Woran erkannt?",
        validators=[Length(max=300)],
        description="Zum Beispiel: Ausweis vorgelegt, persönlich bekannt, Vollmacht.",
    )
    wish = TextAreaField("Anliegen", validators=[LONG])


class AnswerForm(EinstiegForm):
    """What the family was told."""

    state = RadioField("Ergebnis", choices=ANSWERS, validators=[InputRequired()])
    answered_on = DayField("Beantwortet am", validators=[InputRequired()])
    answer = TextAreaField(
        "Antwort",
        validators=[LONG],
        description="Bei einer Ablehnung: der Grund, und dass sich die Familie beschweren kann (Art. 12 Abs. 4 DSGVO).",
    )


class ExtendForm(EinstiegForm):
    """Why it takes two months more."""

    extension = TextAreaField("Grund", validators=[InputRequired(), LONG])


class ChooseForm(EinstiegForm):
    """The statement that is said to be wrong; read from the address, so nothing is sent."""

    class Meta(EinstiegForm.Meta):
        """A question changes nothing."""

        csrf = False

    angabe = SelectField("Welche Angabe stimmt nicht?", validators=[Optional()])


class DecisionForm(EinstiegForm):
    """Who asked, why we decide as we do, and what is decided."""

    outcome = RadioField("Entscheidung", choices=list(DECISIONS), default=Outcome.MADE.value)
    asked_by = StringField("Wer hat gefragt?", validators=[InputRequired(), Length(max=200)])
    evidence = StringField("Nachweis", validators=[Length(max=300)], description="Zum Beispiel: Reisepass gesehen.")
    reason = TextAreaField("Begründung", validators=[InputRequired(), LONG])
    request_id = SelectField("Gehört zum Antrag", validators=[Optional()])


class _ValueForm(BlockForm):
    class Meta(BlockForm.Meta):
        csrf = False


def value_form(found: Statement) -> Any:
    """A form with the one field of the intake form that holds this statement."""
    kind = type("ValueForm", (_ValueForm,), {found.name: getattr(found.form, found.name)})
    return kind(prefix="neu")
