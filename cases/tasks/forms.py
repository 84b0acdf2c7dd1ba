"""The form a task is given with."""

from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from app.web.fields import DayField
from app.web.forms import EinstiegForm
from cases.kinds import TaskKind

OFFERED = (TaskKind.GENERAL, TaskKind.CALL_BACK, TaskKind.CHECK_DOCUMENTS, TaskKind.PLAN_APPOINTMENT)
"""Kinds people choose by hand; the others are planned by the system."""


class TaskForm(EinstiegForm):
    """What to do, by when, by whom, for which child."""

    kind = SelectField("Art", choices=[(kind.value, kind.label) for kind in OFFERED])
    text = StringField("Was ist zu tun?", validators=[Length(max=300)])
    due_on = DayField("Bis", validators=[InputRequired()])
    assigned_to = SelectField("Wer", validators=[Optional()])
    child_id = SelectField("Für", validators=[Optional()])

    def validate_text(self, field: StringField) -> None:
        """Demand words where the kind alone does not say what to do."""
        if self.kind.data == TaskKind.GENERAL and not field.data:
            raise ValidationError("Bitte schreiben Sie, was zu tun ist.")
