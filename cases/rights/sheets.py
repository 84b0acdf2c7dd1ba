"""What is sealed about rights: the words of a request, and each correction of a statement with its history."""

from __future__ import annotations

from app.data.records import Sheet
from app.data.sheets import SheetClass


class RequestSheet(Sheet):
    """Who asked for what, how we know that it was them, and what they were told."""

    KIND = "rights.request"
    CLASS = SheetClass.CORE

    asked_by: str
    wish: str = ""
    evidence: str = ""
    extension: str = ""
    answer: str = ""


class Correction(Sheet):
    """One decision about one statement in the file; only ever written once.

    `record_kind` and `record` say where it stands (family, child, health, guardian), `before` and `after` are the
    words of the page; a refused one keeps in `after` what the family says instead.
    """

    KIND = "rights.correction"
    CLASS = SheetClass.CORE

    record_kind: str
    record: str
    field: str
    before: str
    after: str
    outcome: str
    day: str
    reason: str = ""
    asked_by: str = ""
    evidence: str = ""
    decided_by: str = ""
    request: str = ""
