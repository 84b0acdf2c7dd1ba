"""The form a consent is recorded with."""

from __future__ import annotations

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.web import languages
from app.web.fields import DayField
from app.web.forms import EinstiegForm
from cases.kinds import ConsentPurpose, LegalBasis

FORMS = (("written", "schriftlich, unterschrieben"), ("spoken", "mündlich, hier vermerkt"), ("online", "elektronisch"))
FORM_LABELS = dict(FORMS)


class ConsentForm(EinstiegForm):
    """Purpose, basis, recipient, who agreed, in which language it was explained, and for how long."""

    purpose = SelectField("Zweck", choices=[(kind.value, kind.label) for kind in ConsentPurpose])
    legal_basis = RadioField(
        "Worauf beruht das?",
        choices=[(kind.value, kind.label) for kind in LegalBasis],
        default=LegalBasis.CONSENT.value,
    )
    recipient_id = SelectField("Empfängt die Daten", description="Bei einer Übergabe an KIM ist die Stelle zu nennen.")
    recipient = StringField(
        "Andere Stelle", validators=[Length(max=200)], description="Zum Beispiel der Name der Schule."
    )
    given_by = StringField("Wer hat zugestimmt?", validators=[InputRequired(), Length(max=200)])
    explained_in = SelectField("Erklärt auf", choices=languages.choices())
    manner = RadioField("Wie?", choices=list(FORMS), default="written")
    given_on = DayField("Am", validators=[InputRequired()])
    valid_until = DayField("Gilt bis", validators=[Optional()], description="Leer: bis zum Widerruf.")
    details = StringField("Welche Angaben?", validators=[Length(max=300)])
    remarks = TextAreaField("Bemerkung", validators=[Length(max=2000)])


class WithdrawForm(EinstiegForm):
    """The day from which a consent no longer counts."""

    withdrawn_on = DayField("Widerrufen am", validators=[InputRequired()])
