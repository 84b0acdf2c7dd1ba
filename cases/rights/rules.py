"""By when a family must have its answer (Art. 12 (3) GDPR); plain Python."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MONTHS = 1
EXTENSION = 2
WARNING_DAYS = 7


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day (Regulation (EEC) 1182/71, Art. 3).

    A day that falls on a weekend is not moved back: whoever keeps the earlier day keeps the later one.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_day(received_on: date, *, is_extended: bool = False) -> date:
    """The last day to answer: one month after receipt, three when the family was told why it takes longer."""
    return months_after(received_on, MONTHS + (EXTENSION if is_extended else 0))
