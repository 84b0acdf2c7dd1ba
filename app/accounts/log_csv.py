"""The log as CSV for a spreadsheet: what the officer's page shows, no name of a family."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.log import Line
from app.web import spreadsheet
from app.web.format import instant_local

HEADER = ("Nummer", "Zeit", "Person", "Stelle", "Vorgang", "Gegenstand", "Fall", "Angaben")


def written(lines: Iterable[Line]) -> str:
    """The lines as text, with the byte order mark that spreadsheets ask for."""
    rows = (
        (
            str(line.seq), instant_local(line.at), line.person, line.organisation, line.action, line.subject,
            line.case, line.facts,
        )
        for line in lines
    )  # fmt: skip
    return spreadsheet.written(HEADER, rows)
