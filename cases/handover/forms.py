"""The forms of a handover: asking, choosing a desk, answering, passing on, and a desk itself."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.web import languages
from app.web.forms import EinstiegForm
from cases import districts
from cases.handover.rules import Need, Urgency
from cases.handover.services.desks import LARGEST

TEXT = Length(max=2000)
NAMELESS = "Ohne Namen: Die andere Stelle liest dies, bevor sie den Fall annimmt."
NEEDS = [(need.value, need.label) for need in Need]


class TicksField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class RequestForm(EinstiegForm):
    """What KIM is asked for."""

    consent_id = SelectField("Einwilligung der Familie")
    needs = TicksField("Worum geht es?", choices=NEEDS, validators=[DataRequired()])
    reason = TextAreaField("Anlass, kurz", validators=[DataRequired(), TEXT], description=NAMELESS)
    wish = TextAreaField("Was wünscht sich die Familie?", validators=[Optional(), TEXT])
    urgency = RadioField(
        "Dringlichkeit", choices=[(one.value, one.label) for one in Urgency], default=Urgency.NORMAL.value
    )


class DeskChoiceForm(EinstiegForm):
    """Another desk than the routed one, with what it should know."""

    desk_id = SelectField("Stelle", validators=[InputRequired()])
    reason = TextAreaField("Hinweis an diese Stelle", validators=[Optional(), TEXT], description=NAMELESS)


class WithdrawForm(EinstiegForm):
    """Why a handover is taken back."""

    reason = TextAreaField("Grund", validators=[Optional(), TEXT])


class AcceptForm(EinstiegForm):
    """A word to the sender on accepting."""

    text = TextAreaField("Nachricht an die Beratung", validators=[Optional(), TEXT])


class DeclineForm(EinstiegForm):
    """Why an offer is declined."""

    reason = TextAreaField("Grund der Ablehnung", validators=[DataRequired(), TEXT])


class ReturnForm(EinstiegForm):
    """Why a case goes back."""

    reason = TextAreaField("Grund der Rückgabe", validators=[DataRequired(), TEXT])


class HandOnForm(EinstiegForm):
    """To whom a case is handed on, and why; "" seeks the desk that fits best."""

    to = SelectField("Weitergeben an", validate_choice=True)
    reason = TextAreaField("Grund", validators=[DataRequired(), TEXT], description=NAMELESS)


class DeskForm(EinstiegForm):
    """What a desk is for, and how much it can carry."""

    name = StringField("Name der Stelle", validators=[InputRequired(), Length(max=120)])
    capacity = IntegerField(
        "Fälle höchstens",
        validators=[InputRequired(), NumberRange(min=0, max=LARGEST)],
        description="Üblich sind 25 bis 30 laufende Fälle je voller Stelle.",
    )
    needs = TicksField("Bedarfe", choices=NEEDS, description="Nichts angekreuzt: alle.")
    districts = TicksField(
        "Stadtbezirke",
        coerce=int,
        choices=[(entry.number, f"Stadtbezirk {entry.number}") for entry in districts.all_districts()],
        description="Nichts angekreuzt: die ganze Stadt.",
    )
    languages = TicksField("Sprachen der Mitarbeitenden", choices=languages.choices())
    is_active = BooleanField("nimmt Fälle an", default=True)


def show_error(form: EinstiegForm, field: str, sentence: str) -> None:
    """Put a service's refusal to the field it is about, or to the whole form when it has no such field."""
    target: Field | None = form._fields.get(field)
    if target is None:
        form.form_errors.append(sentence)
    else:
        target.errors = [*target.errors, sentence]
