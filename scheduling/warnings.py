"""Whether pages should say that the school holidays of their days are not known any more."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask

from scheduling import office
from scheduling.holidays import data_ends_on, warning_for


def runs_out(first: date, last: date | None = None) -> bool:
    """Whether the days from `first` to `last` (the farthest that can be booked) reach beyond the holiday plan."""
    farthest = last or first + timedelta(days=office.STAFF_POLICY.horizon_days)
    return warning_for(first, farthest) is not None


def init_app(app: Flask) -> None:
    """Let every page of staff ask: `school_holidays_run_out(first, last)` and `school_holidays_end_on()`."""
    app.add_template_global(runs_out, "school_holidays_run_out")
    app.add_template_global(data_ends_on, "school_holidays_end_on")
