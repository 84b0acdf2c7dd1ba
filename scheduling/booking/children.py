"""The children of a family as its own pages name them: by place and year of birth, never by name.

A link is opened on borrowed telephones and read over shoulders in shelters. A family knows its children by their
years; of twins, by their place.
"""

from __future__ import annotations

from flask_babel import gettext

from app.data import records
from cases.models import Case
from cases.sheets import ChildSheet


def children_in_words(case: Case) -> list[tuple[str, str]]:
    """Each child's row id with what its family reads: `Kind 1 (2014)`."""
    sheets = records.of_case(ChildSheet, case.id, reader=case.organisation_id)
    words = []
    for number, child in enumerate(case.children, 1):
        year = sheets[child.id].sheet.born[:4] if child.id in sheets else ""
        said = gettext("Kind %(number)s", number=number)
        words.append((str(child.id), f"{said} ({year})" if year else str(said)))
    return words
