"""The log as CSV for a spreadsheet: what the officer's page shows, no name of a family, no cell that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from app.accounts.log import Line
from app.web.format import instant_local

HEADER = ("Nummer", "Zeit", "Person", "Stelle", "Vorgang", "Gegenstand", "Fall", "Angaben")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def written(lines: Iterable[Line]) -> str:
    """The lines as text, with the byte order mark that spreadsheets ask for."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(HEADER)
    for line in lines:
        cells = (
            str(line.seq), instant_local(line.at), line.person, line.organisation, line.action, line.subject,
            line.case, line.facts,
        )  # fmt: skip
        table.writerow([f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell for cell in cells])
    return "\ufeff" + out.getvalue()
