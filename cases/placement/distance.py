"""Straight distances in metres on EPSG:25832 (UTM zone 32), and homes of which only the postcode is known."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOVE_TO_CONFIRM_METRES = 300
"""A school that jumps further than this between two imports is shown before it is taken over."""

_POSTCODE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True)
class Point:
    """East and north in metres of EPSG:25832."""

    east: int
    north: int


@dataclass(frozen=True)
class Home:
    """Where a family lives; an estimate is the centre of a postcode and allows no "nearest school" claim."""

    point: Point
    is_estimate: bool


def metres(a: Point, b: Point) -> int:
    """Straight distance in whole metres; inside NRW within 3 m of the geodesic."""
    return round(math.hypot(a.east - b.east, a.north - b.north))


def has_moved(old: Point, new: Point) -> bool:
    """Whether a re-import shifts a school so far that a person should look."""
    return metres(old, new) > MOVE_TO_CONFIRM_METRES


def postcode_centroids(places: Iterable[tuple[str, Point]]) -> Mapping[str, Point]:
    """The mean of the points of each postcode; measured on NRW schools, half lie within about 630 m of it."""
    grouped: dict[str, list[Point]] = defaultdict(list)
    for postcode, point in places:
        if _POSTCODE.fullmatch(postcode):
            grouped[postcode].append(point)
    return {
        postcode: Point(
            round(sum(p.east for p in points) / len(points)),
            round(sum(p.north for p in points) / len(points)),
        )
        for postcode, points in grouped.items()
    }


def locate_home(exact: Point | None, postcode: str | None, centroids: Mapping[str, Point]) -> Home | None:
    """The exact point if there is one, else the centre of the postcode, else nothing."""
    if exact is not None:
        return Home(exact, is_estimate=False)
    centre = centroids.get(postcode or "")
    return Home(centre, is_estimate=True) if centre is not None else None


def threshold_metres(grade: int) -> int:
    """From which length of way fares are paid: 2 km to class 4, 3.5 km to class 10, then 5 km.

    Legal source: § 5 (2) SchfkVO NRW; the straight line is shorter than the way to school that counts there.
    """
    if grade <= 4:
        return 2_000
    return 3_500 if grade <= 10 else 5_000


def german_distance(length: int, *, is_estimate: bool = False) -> str:
    """Write metres for people: "850 m", "2,4 km"; an estimate begins with "etwa"."""
    tens = round(length, -1)
    text = f"{tens} m" if tens < 1_000 else f"{length / 1000:.1f} km".replace(".", ",")
    return f"etwa {text}" if is_estimate else text
