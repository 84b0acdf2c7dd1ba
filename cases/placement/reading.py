"""From the sheets of a case file to the facts the placement rules read; nothing else leaves the file."""

from datetime import date

from cases.partial_dates import PartialDate, PartialDateError
from cases.placement.child_facts import ChildFacts, read_german_level, read_literacy
from cases.sheets import ChildSheet, FamilySheet

ASYLUM_STATUSES = frozenset({"asylum_seeker", "aufenthaltsgestattung", "gestattung"})
"""Values of the residence status under which the duty waits for the assignment (§ 34 (6) SchulG)."""


def facts_from_sheets(family: FamilySheet, child: ChildSheet, *, reported_on: date | None = None) -> ChildFacts | None:
    """The facts of one child, or None while the birth date is missing or unreadable.

    A noted assignment to the town counts as the begin for families in the asylum procedure only.
    """
    born = _partial(child.born)
    if born is None:
        return None
    assigned = _partial(family.assigned_to_town_on)
    status = family.residence_status.strip().lower()
    return ChildFacts(
        birth=born,
        arrived=_partial(child.arrived_on) or _partial(family.arrived_in_town_on),
        reported_on=reported_on,
        school_years=child.school_years if child.school_years >= 0 else None,
        literacy=read_literacy(child.literate, child.latin_script),
        german=read_german_level(child.german_level),
        is_asylum_seeker=status in ASYLUM_STATUSES,
        municipality_assigned_on=assigned.earliest() if assigned is not None else None,
    )


def _partial(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except PartialDateError:
        return None
