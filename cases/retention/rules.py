"""When a case falls due, and why: a pure function from facts to a day and a rule; nothing is erased here."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cases.retention.rule_book import RULES, Rule, RuleKey


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """One child's way: the day it was seated, the day its initial support began, and whether it left otherwise."""

    seated_on: date | None = None
    support_started_on: date | None = None
    has_left: bool = False

    @property
    def counts_from(self) -> date | None:
        """The day from which a seated child's period runs."""
        return self.support_started_on or self.seated_on


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules need to know of a case, and nothing of its people."""

    opened_on: date
    last_change_on: date
    closed_on: date | None = None
    has_basis: bool = False
    withdrawn_on: date | None = None
    was_with_kim: bool = False
    children: tuple[ChildFacts, ...] = ()
    extended_until: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The day a case falls due, by which rule, with the sentence that says so."""

    on: date
    rule: Rule
    reason: str

    def has_come(self, today: date) -> bool:
        """Whether it may be erased from today on."""
        return self.on <= today


def rule_for(key: RuleKey, *, on: date, rules: Sequence[Rule] = RULES) -> Rule:
    """The rule of this name that is in force on a day; raises KeyError when the book has none."""
    for rule in rules:
        if rule.key is key and rule.holds(on):
            return rule
    raise KeyError(key)


def in_force(on: date, rules: Sequence[Rule] = RULES) -> list[Rule]:
    """All rules of a day, in the order of the book."""
    return [rule for rule in rules if rule.holds(on)]


def later(day: date, rule: Rule) -> date:
    """`day` plus the rule's months and days; the 31st becomes the last of a shorter month."""
    return _shifted(day, rule.months) + timedelta(days=rule.days)


def earlier(day: date, rule: Rule) -> date:
    """The last day whose period is over on `day`: what happened on it or before may go."""
    return _shifted(day, -rule.months) - timedelta(days=rule.days)


def due(facts: CaseFacts, *, on: date, rules: Sequence[Rule] = RULES) -> Due:
    """When the case falls due by the rules in force on a day: every case does, be it for want of any change."""
    return due_by(*decisive(facts), facts.extended_until, on=on, rules=rules)


def due_by(key: RuleKey, begin: date, extended_until: date | None, *, on: date, rules: Sequence[Rule] = RULES) -> Due:
    """The same once it is known which rule decides and from which day it counts."""
    rule = rule_for(key, on=on, rules=rules)
    day = later(begin, rule)
    if extended_until is not None and extended_until > day:
        return Due(extended_until, rule, f"{rule.title}; verlängert bis {extended_until:%d.%m.%Y}")
    return Due(day, rule, f"{rule.title}, seit {begin:%d.%m.%Y}")


def decisive(facts: CaseFacts) -> tuple[RuleKey, date]:
    """Which rule decides, and from which day it counts; the strongest reason to erase comes first."""
    seated = [day for child in facts.children if (day := child.counts_from) is not None and not child.has_left]
    all_settled = bool(seated) and all(child.has_left or child.counts_from for child in facts.children)
    if facts.withdrawn_on is not None and not facts.has_basis:
        return RuleKey.CONSENT_WITHDRAWN, facts.withdrawn_on
    if not facts.has_basis and not seated and not facts.was_with_kim:
        return RuleKey.LEAD_WITHOUT_CONSENT, facts.opened_on
    if facts.was_with_kim:
        return (RuleKey.KIM_CASE, facts.closed_on) if facts.closed_on else (RuleKey.IDLE_CASE, facts.last_change_on)
    if all_settled:
        return RuleKey.PLACED_CHILD, max(seated)
    if facts.closed_on is not None:
        return RuleKey.CLOSED_WITHOUT_SEAT, facts.closed_on
    return RuleKey.IDLE_CASE, facts.last_change_on


def _shifted(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
