"""The sheets of a case file become the facts of the rules, and what is missing stays missing."""

from datetime import date

import pytest

from cases.partial_dates import PartialDate
from cases.placement.child_facts import GermanLevel, Literacy, read_german_level, read_literacy
from cases.placement.reading import facts_from_sheets
from cases.sheets import ChildSheet, FamilySheet

FAMILY = FamilySheet(family_name="Muster", arrived_in_town_on="2026-10")


def test_facts_come_from_the_child_and_its_family() -> None:
    child = ChildSheet(given_names="Kind", born="2014", school_years=5, latin_script="yes", german_level="A1")
    facts = facts_from_sheets(FAMILY, child, reported_on=date(2026, 11, 1))
    assert facts is not None
    assert (facts.birth, facts.arrived) == (PartialDate(2014), PartialDate(2026, 10))
    assert (facts.school_years, facts.literacy, facts.german) == (5, Literacy.LATIN, GermanLevel.A1)
    assert facts.reported_on == date(2026, 11, 1)
    assert not facts.is_asylum_seeker


def test_the_childs_own_arrival_wins_over_the_familys() -> None:
    facts = facts_from_sheets(FAMILY, ChildSheet(given_names="Kind", born="2014", arrived_on="2026-11-02"))
    assert facts is not None
    assert facts.arrived == PartialDate(2026, 11, 2)


def test_an_asylum_status_makes_the_assignment_count() -> None:
    family = FamilySheet(family_name="Muster", residence_status="asylum_seeker", assigned_to_town_on="2026-11-02")
    facts = facts_from_sheets(family, ChildSheet(given_names="Kind", born="2014"))
    assert facts is not None
    assert (facts.is_asylum_seeker, facts.municipality_assigned_on) == (True, date(2026, 11, 2))


@pytest.mark.parametrize("born", ["", "unbekannt", "2014-31"])
def test_without_a_readable_birth_date_there_are_no_facts(born: str) -> None:
    assert facts_from_sheets(FAMILY, ChildSheet(given_names="Kind", born=born)) is None


def test_unasked_questions_stay_unknown() -> None:
    facts = facts_from_sheets(FAMILY, ChildSheet(given_names="Kind", born="2014"))
    assert facts is not None
    assert (facts.school_years, facts.literacy, facts.german) == (None, Literacy.UNKNOWN, GermanLevel.UNKNOWN)


@pytest.mark.parametrize(
    ("literate", "latin", "kind"),
    [
        ("yes", "yes", Literacy.LATIN),
        ("", "yes", Literacy.LATIN),
        ("yes", "no", Literacy.OTHER_SCRIPT),
        ("no", "no", Literacy.NONE),
        ("no", "", Literacy.NONE),
        ("yes", "", Literacy.UNKNOWN),
        ("", "", Literacy.UNKNOWN),
    ],
)
def test_two_answers_make_one_literacy(literate: str, latin: str, kind: Literacy) -> None:
    assert read_literacy(literate, latin) is kind


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("A1", GermanLevel.A1),
        ("a2+", GermanLevel.A2),
        ("A2/B1", GermanLevel.A2),
        ("0", GermanLevel.NONE),
        ("none", GermanLevel.NONE),
        ("", GermanLevel.UNKNOWN),
        ("gut", GermanLevel.UNKNOWN),
    ],
)
def test_a_level_is_read_from_text_the_lower_of_two_counts(text: str, level: GermanLevel) -> None:
    assert read_german_level(text) is level
