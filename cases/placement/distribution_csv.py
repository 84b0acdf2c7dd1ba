"""The distribution list as CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from app.web import spreadsheet
from cases.placement.distribution import Waiting

HEADER = ("Aktenzeichen", "Band", "Stand", "Tage ohne Schulplatz", "Schulbeginn")


def written(rows: Iterable[Waiting]) -> str:
    """The rows as text; names and birth dates stay in the house."""
    return spreadsheet.written(HEADER, (_cells(row) for row in rows))


def _cells(row: Waiting) -> tuple[str, ...]:
    starts = f"{row.starts_on:%d.%m.%Y}" if row.starts_on else ""
    days = "" if row.days is None else str(row.days)
    return row.reference, row.band.label if row.band else "ohne Band", row.state.label, days, starts
