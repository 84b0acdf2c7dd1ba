"""Distances are straight lines in metres, and an estimate says that it is one."""

import pytest

from cases.placement.distance import (
    Home,
    Point,
    german_distance,
    has_moved,
    locate_home,
    metres,
    postcode_centroids,
    threshold_metres,
)

A, B = Point(346_000, 5_675_000), Point(346_300, 5_675_400)


def test_distance_is_euclid_on_utm() -> None:
    assert metres(A, B) == metres(B, A) == 500
    assert metres(A, A) == 0


def test_a_school_that_jumps_more_than_three_hundred_metres_wants_a_look() -> None:
    assert has_moved(A, B)
    assert not has_moved(A, Point(346_300, 5_675_000))


def test_the_centre_of_a_postcode_is_the_mean_of_its_points() -> None:
    centres = postcode_centroids([("40227", A), ("40227", B), ("", A), ("4022", A)])
    assert centres == {"40227": Point(346_150, 5_675_200)}


def test_an_exact_home_wins_over_its_postcode() -> None:
    assert locate_home(A, "40227", {"40227": B}) == Home(A, is_estimate=False)


def test_a_home_known_by_postcode_only_is_an_estimate() -> None:
    assert locate_home(None, "40227", {"40227": B}) == Home(B, is_estimate=True)


def test_a_home_without_a_known_postcode_has_no_place() -> None:
    assert locate_home(None, "99999", {"40227": B}) is None
    assert locate_home(None, None, {}) is None


@pytest.mark.parametrize(("grade", "limit"), [(1, 2000), (4, 2000), (5, 3500), (10, 3500), (11, 5000)])
def test_the_threshold_of_the_way_follows_the_grade(grade: int, limit: int) -> None:
    assert threshold_metres(grade) == limit


def test_distances_read_as_german() -> None:
    assert german_distance(847) == "850 m"
    assert german_distance(2440) == "2,4 km"
    assert german_distance(2440, is_estimate=True) == "etwa 2,4 km"
    assert german_distance(998) == "1,0 km"
