"""Tables for a spreadsheet: semicolons, the byte order mark that Excel asks for, and no cell that runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

CONTENT_TYPE = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Header and rows as the text of a CSV file."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(header)
    table.writerows([neutral(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def neutral(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
