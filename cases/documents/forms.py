"""Forms of the checklist: files for a paper, one more paper."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from app.web.forms import EinstiegForm
from cases.kinds import DocumentKind


class UploadForm(EinstiegForm):
    """Files for one paper; what they are is looked up in the files themselves."""

    files = MultipleFileField(
        "Dateien", render_kw={"accept": ".pdf,.jpg,.jpeg,.png,.heic,application/pdf,image/*", "multiple": True}
    )


class AskForm(EinstiegForm):
    """One more paper for the family or a child."""

    kind = SelectField(
        "Unterlage",
        choices=[(kind.value, kind.label) for kind in reversed(DocumentKind)],
        default=DocumentKind.RESIDENCE_PAPER.value,
    )
    child_id = SelectField("Für", validators=[Optional()])
    is_required = BooleanField("Das Gespräch wartet darauf")
