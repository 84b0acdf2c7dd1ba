"""One family that stands in the house twice, as it happens: another spelling, day and month of a birth swapped."""

from __future__ import annotations

from collections.abc import Sequence

from app.data import records
from app.demo.families import Staff
from cases import services
from cases.models import Case
from cases.sheets import ChildSheet, FamilySheet

LAST_SWAPPED = 12
"""A day beyond the twelfth is no month, so nobody swaps it."""


def add_one(cases: Sequence[Case], *, staff: Staff) -> Case | None:
    """Report one of these families once more, from its passports; None where no birth date can be mistaken."""
    reception = staff.actor(staff.reception)
    for case in cases:
        children = records.of_case(ChildSheet, case.id, reader=case.organisation_id).values()
        child = next((stored.sheet for stored in children if _swapped(stored.sheet.born)), None)
        if child is None:
            continue
        family = records.get(FamilySheet, case.id, reader=case.organisation_id).sheet
        given_names, _, surname = child.passport_name.title().rpartition(" ")
        again = ChildSheet(given_names=given_names, gender=child.gender, born=_swapped(child.born))
        told = FamilySheet(family_name=surname, phone=family.phone, language=family.language)
        return services.open_case(reception, family=told, children=[again])
    return None


def _swapped(born: str) -> str:
    """A whole birth date with day and month the other way round; "" where that is no date or the same one."""
    year, _, rest = born.partition("-")
    month, _, day = rest.partition("-")
    return f"{year}-{day}-{month}" if day and day != month and int(day) <= LAST_SWAPPED else ""
