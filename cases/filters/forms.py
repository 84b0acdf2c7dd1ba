"""The form under which a filter is kept or changed."""

from __future__ import annotations

from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from app.web.forms import EinstiegForm


class FilterForm(EinstiegForm):
    """A name, and whether the whole house uses the filter."""

    name = StringField("Name", [DataRequired(), Length(max=60)])
    shared = BooleanField("für alle im Haus")
