"""The forms of keeping and erasing: which cases, what is decided, and why."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from app.web.forms import EinstiegForm
from cases.kinds import RestrictionReason
from cases.retention.kinds import ErasedKind, ErasureBasis, ExtensionReason


class PickForm(EinstiegForm):
    """Cases ticked in the list of what falls due."""

    cases = SelectMultipleField("Fälle", validators=[InputRequired("Bitte wählen Sie mindestens einen Fall aus.")])

    def offer(self, case_ids: Iterable[str]) -> None:
        """Let these cases be chosen, and no other."""
        self.cases.choices = [(case_id, case_id) for case_id in case_ids]


class DueForm(PickForm):
    """The same, with the reason if they are kept longer."""

    reason = SelectField("Grund einer Verlängerung", choices=[(one.value, one.label) for one in ExtensionReason])


class ConfirmForm(EinstiegForm):
    """The last step before what cannot be undone."""

    confirmed = BooleanField(
        "Ich habe geprüft, dass die Angaben nicht mehr gebraucht werden",
        validators=[InputRequired("Bitte bestätigen Sie die Löschung.")],
    )


class ErasureForm(ConfirmForm):
    """What of one case is erased, on which ground."""

    subject = RadioField("Was wird gelöscht?", default=ErasedKind.CASE.value, validators=[InputRequired()])
    basis = RadioField("Grund", choices=[(one.value, one.label) for one in ErasureBasis], validators=[InputRequired()])


class RestrictionForm(EinstiegForm):
    """Why a case is kept and no longer used."""

    reason = RadioField(
        "Grund (Art. 18 Abs. 1 DSGVO)",
        choices=[(one.value, one.label) for one in RestrictionReason],
        validators=[InputRequired()],
    )
