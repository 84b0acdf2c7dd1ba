"""The begin of compulsory schooling as the case file asks for it (§§ 34, 35 SchulG NRW)."""

from __future__ import annotations

from datetime import date

from app import clock
from cases.placement.compulsory import duty
from cases.placement.reading import facts_from_sheets
from cases.sheets import ChildSheet, FamilySheet


def begin_of_schooling(family: FamilySheet, child: ChildSheet, reported_on: date) -> date | None:
    """The first day of the duty by today's rules; None without a birth date, or where the duty waits or is over."""
    facts = facts_from_sheets(family, child, reported_on=reported_on)
    if facts is None:
        return None
    found = duty(facts, on=clock.today())
    if found.begins is None or found.ends < reported_on:
        return None
    return found.begins
