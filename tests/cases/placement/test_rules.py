"""The placement rules suggest what law, decree and practice say, and flag what they had to assume."""

from dataclasses import replace
from datetime import date

import pytest

from cases.bands import Band
from cases.partial_dates import PartialDate
from cases.placement.child_facts import ChildFacts, GermanLevel, Literacy
from cases.placement.compulsory import duty
from cases.placement.kinds import Authority
from cases.placement.rule_book import RuleGapError, RuleStatus, all_rules, rule
from cases.placement.rules import assess, band_for
from cases.placement.school_types import Stage
from cases.placement.support import Support

TODAY = date(2026, 11, 23)
PRIMARY, LOWER, UPPER, NONE = Stage.PRIMARY, Stage.LOWER_SECONDARY, Stage.UPPER_SECONDARY, Stage.NONE


def child(birth: str, **more: object) -> ChildFacts:
    facts = ChildFacts(
        PartialDate.parse(birth),
        arrived=PartialDate(2026, 10, 1),
        literacy=Literacy.LATIN,
        german=GermanLevel.NONE,
    )
    return replace(facts, **more)  # type: ignore[arg-type]


def test_duty_begins_with_the_move_to_the_land_for_a_child_of_school_age() -> None:
    assert duty(child("2014-03-05"), on=TODAY).begins == date(2026, 10, 1)


def test_duty_begins_with_the_school_year_for_a_child_who_came_before() -> None:
    assert duty(child("2020-09-30", arrived=PartialDate(2025, 1, 1)), on=TODAY).begins == date(2026, 8, 1)


def test_duty_of_an_asylum_seeker_begins_with_the_assignment_to_the_municipality() -> None:
    waiting = child("2014-03-05", is_asylum_seeker=True)
    assert duty(waiting, on=TODAY).begins is None
    assert not assess(waiting, on=TODAY).is_compulsory
    assert assess(waiting, on=TODAY).stage is LOWER
    assigned = replace(waiting, municipality_assigned_on=date(2026, 11, 2))
    assert duty(assigned, on=TODAY).begins == date(2026, 11, 2)
    assert assess(assigned, on=TODAY).is_compulsory


def test_a_person_who_comes_after_the_end_of_duty_was_never_subject_to_it() -> None:
    late = assess(child("2006-03-05"), on=TODAY)
    assert (late.compulsory_from, late.is_compulsory, late.stage) == (None, False, NONE)
    assert late.allowed_stages == (NONE, UPPER)
    assert late.reasons[0].rule_id == "duty_over"


def test_training_begun_before_twenty_one_prolongs_the_duty() -> None:
    facts = child("2008-03-05", training_began_on=date(2025, 9, 1), training_ends_on=date(2028, 8, 31))
    assert duty(facts, on=TODAY).ends == date(2028, 8, 31)


def test_training_begun_after_twenty_one_changes_nothing() -> None:
    facts = child("2005-03-05", training_began_on=date(2026, 3, 5), training_ends_on=date(2029, 8, 31))
    assert duty(facts, on=TODAY).ends == date(2023, 7, 31)


def test_a_completed_full_time_course_ends_the_duty() -> None:
    facts = child("2009-03-05", upper_course_completed_on=date(2026, 7, 10))
    assert duty(facts, on=TODAY).ends == date(2026, 7, 10)
    assert assess(facts, on=TODAY).stage is NONE


@pytest.mark.parametrize(
    ("birth", "years", "allowed"),
    [
        ("2020-09-30", 0, (PRIMARY,)),
        ("2020-10-01", 0, (NONE, PRIMARY)),
        ("2023-01-01", 0, (NONE,)),
        ("2016-10-01", 4, (PRIMARY, LOWER)),
        ("2016-09-30", 4, (LOWER, PRIMARY)),
        ("2015-10-01", 5, (LOWER,)),
        ("2012-05-01", 8, (LOWER,)),
        ("2011-05-01", 9, (LOWER,)),
        ("2011-05-01", 10, (UPPER, LOWER)),
        ("2010-11-23", 8, (UPPER, LOWER)),
        ("2010-11-24", 8, (LOWER,)),
        ("2010-05-01", 10, (UPPER,)),
        ("2009-05-01", 2, (UPPER,)),
        ("2008-08-15", 11, (UPPER,)),
        ("2008-08-01", 11, (NONE, UPPER)),
        ("1999-05-01", 11, (NONE,)),
    ],
)
def test_stage_follows_age_and_school_years(birth: str, years: int, allowed: tuple[Stage, ...]) -> None:
    result = assess(child(birth, school_years=years), on=TODAY)
    assert result.allowed_stages == allowed
    assert result.stage is allowed[0]


def test_ten_school_years_of_a_small_child_are_doubted_not_followed() -> None:
    result = assess(child("2016-01-01", school_years=10), on=TODAY)
    assert result.stage is LOWER
    assert any("passt nicht zum Alter" in warning for warning in result.warnings)


def test_the_advisor_may_choose_another_stage_and_is_asked_for_the_reason() -> None:
    result = assess(child("2014-03-05", school_years=5), on=TODAY, stage=PRIMARY)
    assert (result.stage, result.band, result.grade) == (PRIMARY, Band.PRIMARY, 4)
    assert any("weicht vom Vorschlag" in warning for warning in result.warnings)


def test_a_choice_among_allowed_stages_needs_no_reason() -> None:
    result = assess(child("2016-10-01", school_years=4), on=TODAY, stage=LOWER)
    assert result.warnings == ()
    assert result.grade == 5


def test_unknown_day_is_read_in_favour_of_the_child_and_flagged() -> None:
    result = assess(child("2020"), on=TODAY)
    assert (result.stage, result.assumed_birth) == (PRIMARY, date(2020, 1, 1))
    assert result.allowed_stages == (PRIMARY, NONE)
    assert result.is_compulsory
    assert any("2020" in warning and "01.01.2020" in warning for warning in result.warnings)


def test_unknown_day_at_the_end_of_duty_is_read_as_the_younger() -> None:
    result = assess(child("2008", school_years=9), on=TODAY)
    assert (result.stage, result.assumed_birth) == (UPPER, date(2008, 12, 31))
    assert result.compulsory_until == date(2027, 7, 31)
    assert result.is_compulsory
    assert any("Möglich ist auch: kein Schulplatz" in warning for warning in result.warnings)


def test_an_unknown_day_that_changes_nothing_says_so() -> None:
    result = assess(child("2013-05", school_years=6), on=TODAY)
    assert result.stage is LOWER
    assert any("keinen Unterschied" in warning for warning in result.warnings)


def test_an_exact_birth_date_assumes_nothing() -> None:
    assert assess(child("2013-05-01", school_years=6), on=TODAY).assumed_birth is None


def test_an_unknown_day_of_arrival_counts_from_the_earliest() -> None:
    result = assess(child("2014-03-05", arrived=PartialDate(2026, 10)), on=TODAY)
    assert result.compulsory_from == date(2026, 10, 1)
    assert any("Zuzug ist nur als „Oktober 2026“" in warning for warning in result.warnings)


def test_without_arrival_the_report_counts_and_is_flagged() -> None:
    result = assess(child("2014-03-05", arrived=None, reported_on=date(2026, 11, 3)), on=TODAY)
    assert result.compulsory_from == date(2026, 11, 3)
    assert any("Zuzug ist nicht eingetragen" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("birth", "more", "form"),
    [
        ("2019-05-01", {"literacy": Literacy.NONE}, Support.GERMAN_GROUP),
        ("2017-05-01", {"literacy": Literacy.OTHER_SCRIPT}, Support.LITERACY_GROUP),
        ("2017-05-01", {"german": GermanLevel.A2}, Support.REGULAR_CLASS_PLUS),
        ("2013-05-01", {"literacy": Literacy.OTHER_SCRIPT}, Support.LITERACY_GROUP),
        ("2013-05-01", {"literacy": Literacy.UNKNOWN, "school_years": 1}, Support.LITERACY_GROUP),
        ("2013-05-01", {"literacy": Literacy.LATIN, "school_years": 1}, Support.GERMAN_CLASS),
        ("2013-05-01", {}, Support.GERMAN_CLASS),
        ("2013-05-01", {"german": GermanLevel.A2}, Support.GERMAN_GROUP),
        ("2013-05-01", {"german": GermanLevel.B1}, Support.REGULAR_CLASS),
        ("2009-05-01", {}, Support.FFM),
        ("2009-05-01", {"german": GermanLevel.B2}, Support.REGULAR_CLASS),
        ("2023-05-01", {}, None),
    ],
)
def test_support_follows_literacy_level_and_stage(birth: str, more: dict[str, object], form: Support | None) -> None:
    assert assess(child(birth, **more), on=TODAY).support is form


@pytest.mark.parametrize(
    ("on", "form"),
    [
        (date(2026, 8, 1), Support.IFK),
        (date(2026, 10, 31), Support.IFK),
        (date(2026, 11, 1), Support.FFM),
        (date(2027, 7, 31), Support.FFM),
    ],
)
def test_first_of_november_divides_the_classes_at_the_berufskolleg(on: date, form: Support) -> None:
    result = assess(child("2009-09-01", arrived=PartialDate(2026, 7, 1)), on=on)
    assert (result.stage, result.support) == (UPPER, form)


def test_a_youth_without_latin_script_is_suggested_ffm_all_year() -> None:
    facts = child("2009-09-01", arrived=PartialDate(2026, 7, 1), literacy=Literacy.OTHER_SCRIPT)
    result = assess(facts, on=date(2026, 9, 1))
    assert (result.support, result.needs_literacy_group) == (Support.FFM, True)


def test_missing_facts_make_the_support_provisional() -> None:
    unknown = {"german": GermanLevel.UNKNOWN, "literacy": Literacy.UNKNOWN}
    result = assess(child("2013-05-01", **unknown), on=TODAY)
    assert any("Deutschniveau" in warning for warning in result.warnings)
    assert any("lesen und schreiben" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("birth", "authority", "band"),
    [
        ("2018-05-01", Authority.SCHULAMT, Band.PRIMARY),
        ("2013-10-01", Authority.SCHULAMT, Band.GRADES_5_TO_7),
        ("2013-09-30", Authority.SCHULAMT, Band.GRADES_8_TO_10),
        ("2009-05-01", Authority.BEZIRKSREGIERUNG, Band.VOCATIONAL),
        ("2023-05-01", None, None),
    ],
)
def test_authority_and_band_follow_the_stage(birth: str, authority: Authority | None, band: Band | None) -> None:
    result = assess(child(birth), on=TODAY)
    assert (result.authority, result.band) == (authority, band)


def test_a_band_needs_no_grade() -> None:
    assert band_for(LOWER, None) is Band.GRADES_5_TO_7


def test_every_reason_has_a_sentence_a_norm_and_a_source() -> None:
    for birth in ("2023-05-01", "2019-05-01", "2013-05-01", "2009-05-01", "2000-05-01"):
        for reason in assess(child(birth), on=TODAY).reasons:
            assert reason.sentence.endswith(".")
            assert "{" not in reason.sentence
            assert reason.norm
            assert reason.source.startswith("https://")


def test_versions_of_one_rule_never_overlap() -> None:
    rules = all_rules()
    for one in rules:
        for other in rules:
            if one is not other and one.id == other.id:
                start = other.valid_from or date.min
                assert not one.is_valid(start)


def test_a_rule_from_before_its_time_is_an_error() -> None:
    assert rule("ffm", TODAY).status is RuleStatus.NORM
    with pytest.raises(RuleGapError):
        rule("ffm", date(2016, 1, 1))
