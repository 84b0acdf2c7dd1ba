"""Since when a child waits for a seat: the rule is lent by the package that knows the law (app/home.py binds it)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cases.child_states import WITHOUT_SEAT
from cases.models import Child
from cases.sheets import ChildSheet, FamilySheet

Rule = Callable[[FamilySheet, ChildSheet, date], date | None]
"""From both sheets and the day of the report to the first day of compulsory schooling, None while there is none."""

_rules: dict[str, Rule] = {}


def lend(rule: Rule) -> None:
    """Take `rule` as the begin of compulsory schooling from now on."""
    _rules["begin"] = rule


def waiting_since(family: FamilySheet, child: ChildSheet, *, reported_on: date) -> date | None:
    """The first day of compulsory schooling; None when no rule was lent or none can be told."""
    rule = _rules.get("begin")
    return rule(family, child, reported_on) if rule else None


def days_without_seat(child: Child, *, on: date) -> int | None:
    """Days from the begin of compulsory schooling to the first school day, or to `on` before; None where none is owed.

    A child that left the way to a seat without getting one (moved away, own school …) owes no days either.
    """
    if child.waiting_since is None:
        return None
    if child.seated_on is not None:
        return max(0, (min(child.seated_on, on) - child.waiting_since).days)
    if child.state not in WITHOUT_SEAT or on < child.waiting_since:
        return None
    return (on - child.waiting_since).days
