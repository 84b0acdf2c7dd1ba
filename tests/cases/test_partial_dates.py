"""Partial dates say what is known, and never more."""

from datetime import date

import pytest

from cases.partial_dates import PartialDate, PartialDateError, age_on, birth_problem

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("text", ["2014", "2014-03", "2014-03-05"])
def test_iso_text_survives_the_round_trip(text: str) -> None:
    assert PartialDate.parse(text).iso() == text


@pytest.mark.parametrize("text", ["", "14", "2014-3", "2014-13", "2014-02-30", "05.03.2014", "2014-00", "٢٠١٤"])
def test_anything_else_is_refused_without_repeating_the_value(text: str) -> None:
    with pytest.raises(PartialDateError) as caught:
        PartialDate.parse(text)
    assert not text or text not in str(caught.value)


def test_a_day_without_a_month_does_not_exist() -> None:
    with pytest.raises(PartialDateError):
        PartialDate(2014, None, 5)


def test_german_text_names_the_unknown_part_on_request() -> None:
    assert PartialDate(2014).german() == "2014"
    assert PartialDate(2014).german(note=True) == "2014 (Tag und Monat unbekannt)"
    assert PartialDate(2014, 3).german() == "März 2014"
    assert PartialDate(2014, 3).german(note=True) == "März 2014 (Tag unbekannt)"
    assert PartialDate(2014, 3, 5).german(note=True) == "05.03.2014"


def test_bounds_reach_over_all_days_it_can_mean() -> None:
    assert (PartialDate(2012, 2).earliest(), PartialDate(2012, 2).latest()) == (
        date(2012, 2, 1),
        date(2012, 2, 29),
    )
    assert PartialDate(2014).latest() == date(2014, 12, 31)
    assert PartialDate(2014).age_bounds(TODAY) == (11, 12)


def test_a_leap_day_child_is_a_year_older_on_the_first_of_march() -> None:
    assert age_on(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert age_on(date(2012, 2, 29), date(2026, 3, 1)) == 14


def test_two_partial_dates_could_be_the_same_day() -> None:
    assert PartialDate(2014).could_be(PartialDate(2014, 3, 5))
    assert not PartialDate(2014, 4).could_be(PartialDate(2014, 3, 5))


def test_a_future_birth_is_refused() -> None:
    assert "Zukunft" in (birth_problem(PartialDate(2026, 12), TODAY) or "")
    assert birth_problem(PartialDate(2026), TODAY) is None


def test_a_child_of_forty_is_refused() -> None:
    assert "mindestens 40 Jahre" in (birth_problem(PartialDate(1986, 1, 1), TODAY) or "")


def test_a_person_of_twenty_seven_is_taken_in_also_when_the_day_is_unknown() -> None:
    assert birth_problem(PartialDate(1999), TODAY) is None
    assert birth_problem(PartialDate(1998), TODAY) is None
    assert birth_problem(PartialDate(1997), TODAY) is not None
