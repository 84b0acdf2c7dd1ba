"""The options of one child are near, lawful and explained, and nothing disappears uncounted."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from cases.placement import directory
from cases.placement.denomination import Denomination
from cases.placement.directory import SchoolRow, decode_directory, parse_directory
from cases.placement.distance import Home, Point
from cases.placement.options import (
    CONFESSIONAL_NOTE,
    Exclusion,
    SchoolChild,
    SchoolFacts,
    Sibling,
    suitable_schools,
)
from cases.placement.school_types import SchoolType, Stage

FILE = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
HOME = Home(Point(346_000, 5_675_000), is_estimate=False)
PUPIL = SchoolChild(grade=3)


def school(number: int, type_: SchoolType = SchoolType.GRUNDSCHULE, way: int = 1_000) -> SchoolFacts:
    kind = Denomination.COMMUNITY if type_ is SchoolType.GRUNDSCHULE else None
    point = Point(346_000 + way, 5_675_000)
    return SchoolFacts(str(number), f"Schule {number}", type_, point, denomination=kind)


def numbers(child: SchoolChild, schools: list[SchoolFacts], stage: Stage = Stage.PRIMARY) -> list[str]:
    found = suitable_schools(child, schools, home=HOME, stage=stage)
    return [option.school.number for option in found.options]


def test_the_nearest_school_of_the_stage_comes_first() -> None:
    schools = [school(1, way=900), school(2, way=300), school(3, SchoolType.REALSCHULE, way=100)]
    found = suitable_schools(PUPIL, schools, home=HOME, stage=Stage.PRIMARY)
    assert [option.metres for option in found.options] == [300, 900]
    assert found.options[0].reasons == ("Grundschule: unterrichtet die Primarstufe.", "Luftlinie 300 m.")
    assert found.excluded == {Exclusion.OTHER_STAGE: 1}


def test_a_siblings_school_of_the_same_stage_comes_before_a_nearer_one() -> None:
    child = replace(PUPIL, siblings=(Sibling("1", Stage.PRIMARY), Sibling("2", Stage.LOWER_SECONDARY)))
    found = suitable_schools(child, [school(1, way=900), school(2, way=300)], home=HOME, stage=Stage.PRIMARY)
    assert [option.school.number for option in found.options] == ["1", "2"]
    assert [option.has_sibling for option in found.options] == [True, False]
    assert any("Geschwisterkind" in reason for reason in found.options[0].reasons)


@pytest.mark.parametrize(
    ("answer", "shown", "notes"),
    [
        (True, True, (CONFESSIONAL_NOTE,)),
        (None, True, (CONFESSIONAL_NOTE, "Die Zustimmung der Eltern ist noch nicht vermerkt.")),
        (False, False, ()),
    ],
)
def test_a_confessional_school_depends_on_the_guardians(
    answer: bool | None, shown: bool, notes: tuple[str, ...]
) -> None:
    catholic = replace(school(1), denomination=Denomination.CATHOLIC)
    child = replace(PUPIL, accepts_confessional=answer)
    found = suitable_schools(child, [catholic], home=HOME, stage=Stage.PRIMARY)
    assert bool(found.options) is shown
    assert tuple(note for option in found.options for note in option.notes) == notes
    assert found.excluded.get(Exclusion.CONFESSIONAL_DECLINED, 0) == (not shown)


def test_a_gymnasium_needs_a_noted_suitability() -> None:
    schools = [school(1, SchoolType.GYMNASIUM), school(2, SchoolType.GESAMTSCHULE, way=2_000)]
    child = SchoolChild(grade=6)
    assert numbers(child, schools, Stage.LOWER_SECONDARY) == ["2"]
    suited = replace(child, is_gymnasium_suitable=True)
    assert numbers(suited, schools, Stage.LOWER_SECONDARY) == ["1", "2"]


def test_a_pair_that_was_refused_never_returns_and_is_counted() -> None:
    child = replace(PUPIL, refused_schools=frozenset({"1"}), blocked_schools=frozenset({"2"}))
    found = suitable_schools(child, [school(1), school(2), school(3)], home=HOME, stage=Stage.PRIMARY)
    assert [option.school.number for option in found.options] == ["3"]
    assert found.excluded == {Exclusion.REFUSED_BEFORE: 1, Exclusion.BLOCKED: 1}


def test_special_needs_show_inclusive_seats_only_and_name_the_procedure() -> None:
    child = replace(PUPIL, has_special_needs=True)
    inclusive = replace(school(2), has_inclusive_seats=True)
    found = suitable_schools(
        child, [school(1), inclusive, school(3, SchoolType.FOERDERSCHULE)], home=HOME, stage=Stage.PRIMARY
    )
    assert [option.school.number for option in found.options] == ["2"]
    assert found.excluded == {Exclusion.SPECIAL_PROCEDURE: 1, Exclusion.SPECIAL_SCHOOL: 1}
    assert any("AO-SF" in notice for notice in found.notices)


def test_a_closed_school_and_one_without_a_point_are_counted() -> None:
    schools = [replace(school(1), is_open=False), replace(school(2), point=None)]
    found = suitable_schools(PUPIL, schools, home=HOME, stage=Stage.PRIMARY)
    assert found.options == ()
    assert found.excluded == {Exclusion.NOT_OPEN: 1, Exclusion.NO_LOCATION: 1}


def test_a_hard_cap_takes_far_schools_away() -> None:
    found = suitable_schools(
        PUPIL, [school(1, way=900), school(2, way=5_000)], home=HOME, stage=Stage.PRIMARY, cap_metres=4_000
    )
    assert [option.school.number for option in found.options] == ["1"]
    assert found.excluded == {Exclusion.BEYOND_CAP: 1}


@pytest.mark.parametrize(("grade", "beyond"), [(4, True), (5, False)])
def test_a_way_above_the_threshold_of_the_grade_is_marked(grade: int, beyond: bool) -> None:
    (option,) = suitable_schools(
        SchoolChild(grade=grade), [school(1, way=2_001)], home=HOME, stage=Stage.PRIMARY
    ).options
    assert option.is_beyond_threshold is beyond
    assert any("Fahrkosten" in note for note in option.notes) is beyond


def test_an_estimated_home_claims_no_nearest_school() -> None:
    found = suitable_schools(PUPIL, [school(1)], home=replace(HOME, is_estimate=True), stage=Stage.PRIMARY)
    assert "Luftlinie etwa 1,0 km." in found.options[0].reasons
    assert any("geschätzt" in notice for notice in found.notices)


def test_without_a_home_the_schools_stay_but_have_no_distance() -> None:
    found = suitable_schools(PUPIL, [school(1)], home=None, stage=Stage.PRIMARY)
    assert found.options[0].metres is None
    assert found.notices


def test_a_private_school_and_a_full_one_are_noted() -> None:
    full = replace(school(1), is_private=True, free_seats=0)
    (option,) = suitable_schools(PUPIL, [full], home=HOME, stage=Stage.PRIMARY).options
    assert len(option.notes) == 2


def test_a_weiterbildungskolleg_is_for_adults() -> None:
    adult = SchoolChild(grade=13, is_adult=True)
    schools = [school(1, SchoolType.WEITERBILDUNGSKOLLEG)]
    assert numbers(replace(adult, is_adult=False), schools, Stage.UPPER_SECONDARY) == []
    assert numbers(adult, schools, Stage.UPPER_SECONDARY) == ["1"]


def test_every_school_of_the_city_is_an_option_or_counted_in_any_order() -> None:
    rows = [row for row in parse_directory(decode_directory(FILE.open("rb"))) if isinstance(row, SchoolRow)]
    schools = [
        SchoolFacts(row.number, row.short_name, row.type, row.point, denomination=row.denomination) for row in rows
    ]
    first = suitable_schools(PUPIL, schools, home=HOME, stage=Stage.PRIMARY, limit=8)
    random.Random(7).shuffle(schools)
    second = suitable_schools(PUPIL, schools, home=HOME, stage=Stage.PRIMARY, limit=8)
    assert first == second
    assert len(first.options) == 8
    assert len(first.options) + first.more + sum(first.excluded.values()) == len(rows)
