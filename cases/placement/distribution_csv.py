"""The distribution list as CSV for a spreadsheet: semicolons, a byte order mark, and no cell that runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from cases.placement.distribution import Waiting

HEADER = ("Aktenzeichen", "Band", "Stand", "Tage ohne Schulplatz", "Schulbeginn")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(rows: Iterable[Waiting]) -> str:
    """The rows as text; names and birth dates stay in the house."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(HEADER)
    for row in rows:
        starts = f"{row.starts_on:%d.%m.%Y}" if row.starts_on else ""
        days = "" if row.days is None else str(row.days)
        cells = (row.reference, row.band.label if row.band else "ohne Band", row.state.label, days, starts)
        table.writerow([neutral(cell) for cell in cells])
    return "\ufeff" + out.getvalue()


def neutral(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
