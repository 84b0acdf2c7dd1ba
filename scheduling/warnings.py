"""Whether pages should say that the school holidays of their days are not known any more."""

from __future__ import annotations

from datetime import date, timedelta

from scheduling import office
from scheduling.holidays import warning_for


def runs_out(first: date, last: date | None = None) -> bool:
    """Whether the days from `first` to `last` (the farthest that can be booked) reach beyond the holiday plan."""
    farthest = last or first + timedelta(days=office.STAFF_POLICY.horizon_days)
    return warning_for(first, farthest) is not None
