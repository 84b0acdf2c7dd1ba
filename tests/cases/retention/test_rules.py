"""When a case falls due: the strongest reason to erase decides, and only rules in force count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cases.retention.rule_book import RULES, Ending, RuleKey
from cases.retention.rules import CaseFacts, ChildFacts, due, earlier, in_force, later, rule_for

TODAY = date(2026, 11, 23)
OPEN = CaseFacts(opened_on=date(2026, 2, 28), last_change_on=date(2026, 10, 1), has_basis=True)
SEATED = ChildFacts(seated_on=date(2024, 9, 1), support_started_on=date(2024, 9, 15))

CASES = [
    (replace(OPEN, has_basis=False), RuleKey.LEAD_WITHOUT_CONSENT, date(2026, 8, 28)),
    (
        replace(OPEN, has_basis=False, withdrawn_on=date(2026, 10, 31)),
        RuleKey.CONSENT_WITHDRAWN,
        date(2026, 11, 30),
    ),
    (replace(OPEN, withdrawn_on=date(2026, 10, 31)), RuleKey.IDLE_CASE, date(2028, 10, 1)),
    (replace(OPEN, children=(SEATED,)), RuleKey.PLACED_CHILD, date(2027, 9, 15)),
    (replace(OPEN, children=(SEATED, ChildFacts())), RuleKey.IDLE_CASE, date(2028, 10, 1)),
    (replace(OPEN, children=(SEATED, ChildFacts(has_left=True))), RuleKey.PLACED_CHILD, date(2027, 9, 15)),
    (
        replace(OPEN, children=(SEATED, ChildFacts(seated_on=date(2025, 3, 1)))),
        RuleKey.PLACED_CHILD,
        date(2028, 3, 1),
    ),
    (replace(OPEN, closed_on=date(2026, 1, 31)), RuleKey.CLOSED_WITHOUT_SEAT, date(2027, 1, 31)),
    (
        replace(OPEN, closed_on=date(2026, 1, 31), children=(SEATED,), was_with_kim=True),
        RuleKey.KIM_CASE,
        date(2029, 1, 31),
    ),
    (replace(OPEN, was_with_kim=True, has_basis=False), RuleKey.IDLE_CASE, date(2028, 10, 1)),
]


@pytest.mark.parametrize(("facts", "key", "day"), CASES)
def test_each_way_of_a_case_has_its_rule_and_day(facts: CaseFacts, key: RuleKey, day: date) -> None:
    found = due(facts, on=TODAY)
    assert (found.rule.key, found.on) == (key, day)
    assert found.has_come(day)
    assert not found.has_come(date.fromordinal(day.toordinal() - 1))


def test_an_extension_moves_the_day_and_never_brings_it_forward() -> None:
    facts = replace(OPEN, has_basis=False)
    longer, shorter = date(2027, 11, 23), date(2026, 3, 1)
    assert due(replace(facts, extended_until=longer), on=TODAY).on == longer
    assert due(replace(facts, extended_until=shorter), on=TODAY).on == date(2026, 8, 28)


def test_only_the_rule_in_force_on_the_day_counts() -> None:
    """A book whose period changes in 2027: the same case falls due by the rule of the day that asks."""
    old = replace(rule_for(RuleKey.LEAD_WITHOUT_CONSENT, on=TODAY), valid_until=date(2026, 12, 31))
    new = replace(old, months=3, valid_from=date(2027, 1, 1), valid_until=None)
    facts = replace(OPEN, has_basis=False)
    assert due(facts, on=TODAY, rules=[old, new]).on == date(2026, 8, 28)
    assert due(facts, on=date(2027, 1, 1), rules=[old, new]).on == date(2026, 5, 28)
    with pytest.raises(KeyError):
        rule_for(RuleKey.LEAD_WITHOUT_CONSENT, on=date(2025, 12, 31))


def test_every_rule_names_its_source_and_is_in_force_once() -> None:
    keys = [rule.key for rule in in_force(TODAY)]
    assert sorted(keys) == sorted(RuleKey)
    assert [rule.key for rule in RULES if len(rule.source) < 20] == []
    assert [rule.key for rule in RULES if rule.ending is Ending.SWEEP and not (rule.months or rule.days)] == []


def test_months_end_with_the_month_and_run_backwards_as_well() -> None:
    half_year = rule_for(RuleKey.LEAD_WITHOUT_CONSENT, on=TODAY)
    assert later(date(2026, 8, 31), half_year) == date(2027, 2, 28)
    assert earlier(date(2026, 8, 31), half_year) == date(2026, 2, 28)
    assert earlier(date(2026, 3, 31), rule_for(RuleKey.SIGN_IN, on=TODAY)) == date(2026, 3, 1)
