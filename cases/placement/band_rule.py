"""The band of a child as the case file asks for it: the advisor's recommendation, else what the rules propose."""

from __future__ import annotations

from datetime import date

from cases.bands import Band, Schooling
from cases.partial_dates import PartialDate, PartialDateError
from cases.placement.child_facts import ChildFacts
from cases.placement.rules import band_for, band_on
from cases.placement.school_types import Stage


def band_of_schooling(schooling: Schooling, on: date) -> Band | None:
    """The same answer as the distribution list gives for a child of whom this is known."""
    stage = Stage(schooling.stage) if schooling.stage else None
    if stage is not None and schooling.grade:
        return band_for(stage, schooling.grade)
    try:
        birth = PartialDate.parse(schooling.born)
    except PartialDateError:
        return None
    years = schooling.years if schooling.years >= 0 else None
    return band_on(ChildFacts(birth=birth, school_years=years), on, stage=stage)
