"""The period figures are asked for."""

from __future__ import annotations

from wtforms import DateField
from wtforms.validators import Optional

from app.web.forms import EinstiegForm


class PeriodForm(EinstiegForm):
    """From a day to a day, both inclusive; it stands in the address, so it carries no token."""

    class Meta(EinstiegForm.Meta):
        """Sent by GET."""

        csrf = False

    von = DateField("Von", [Optional()])
    bis = DateField("Bis", [Optional()])
