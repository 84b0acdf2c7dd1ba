"""What a family and a child must have before they are kept, whichever way the data came in."""

from __future__ import annotations

from app import clock
from app.errors import Invalid
from cases.partial_dates import PartialDate, PartialDateError, birth_problem
from cases.sheets import ChildSheet, FamilySheet


def check_family(family: FamilySheet) -> None:
    """Raise Invalid for a family without a name."""
    if not family.family_name.strip():
        raise Invalid("family_name", "required")


def check_child(child: ChildSheet) -> None:
    """Raise Invalid for a child without a name, or with a birth date that cannot be true."""
    if not child.given_names.strip():
        raise Invalid("given_names", "required")
    if not child.born:
        return
    try:
        born = PartialDate.parse(child.born)
    except PartialDateError:
        raise Invalid("born", "unreadable") from None
    if birth_problem(born, clock.today()) is not None:
        raise Invalid("born", "impossible")
