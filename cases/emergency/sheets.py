"""What is sealed of an emergency access: the words of the one who opened it and of the one who reviewed it."""

from __future__ import annotations

from app.data.records import Sheet
from app.data.sheets import SheetClass


class EmergencyText(Sheet):
    """Why it could not wait, and what the lead found."""

    KIND = "emergency.text"
    CLASS = SheetClass.COUNSELLING

    text: str
    review: str = ""
