"""Why an appointment no longer fits: each reason alone, the weightiest of several, and none at all."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest

from app.clock import BERLIN
from scheduling.conflicts.queries import tell_by
from scheduling.conflicts.rules import Away, Cause, Hit, Planned, Present, hits
from scheduling.hours import Interval
from scheduling.resource_kinds import Answer
from scheduling.world import ResourceKind

ADVISOR, INTERPRETER, ROOM = (UUID(int=number) for number in (1, 2, 3))


def _at(hour: int, minute: int = 0, day: int = 27) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).timestamp())


OPEN = (Interval(_at(9), _at(16)),)


def _present(**more: object) -> Present:
    told: dict[str, object] = {
        "now": _at(9, day=23),
        "active": frozenset(
            {
                (ResourceKind.ADVISOR, ADVISOR),
                (ResourceKind.INTERPRETER, INTERPRETER),
                (ResourceKind.ROOM, ROOM),
            }
        ),
        "hours": {ADVISOR: OPEN, INTERPRETER: OPEN, ROOM: OPEN},
    }
    return Present(**{**told, **more})  # type: ignore[arg-type]


def _planned(**more: object) -> Planned:
    told: dict[str, object] = {"id": UUID(int=9), "starts": _at(10), "ends": _at(11, 30), "advisor_id": ADVISOR}
    told |= {"interpreter_id": INTERPRETER, "room_id": ROOM, "answer": Answer.CONFIRMED}
    return Planned(**{**told, **more})  # type: ignore[arg-type]


def test_what_fits_is_no_conflict() -> None:
    assert hits(_planned(), _present()) == ()
    assert hits(_planned(), _present(away={ADVISOR: [Away(_at(11, 30), _at(12)), Away(_at(9), _at(10))]})) == ()
    assert hits(_planned(starts=_at(16), ends=_at(17), was_overbooked=True), _present()) == ()
    assert hits(_planned(answer=Answer.ASKED, answer_by=_at(9, 1, day=23)), _present()) == ()


@pytest.mark.parametrize(
    ("more", "hit"),
    [
        ({"closures": {date(2026, 11, 27)}}, Hit(Cause.CLOSED)),
        ({"shut": [Interval(_at(11), _at(14))]}, Hit(Cause.CLOSED)),
        ({"away": {ADVISOR: [Away(_at(11), _at(12))]}}, Hit(Cause.ABSENT, ResourceKind.ADVISOR, ADVISOR)),
        (
            {"away": {ADVISOR: [Away(_at(11), _at(12), is_calendar=True)]}},
            Hit(Cause.CALENDAR, ResourceKind.ADVISOR, ADVISOR),
        ),
        ({"away": {ROOM: [Away(_at(0), _at(23))]}}, Hit(Cause.ABSENT, ResourceKind.ROOM, ROOM)),
        (
            {"hours": {ADVISOR: (Interval(_at(9), _at(11)),), INTERPRETER: OPEN, ROOM: OPEN}},
            Hit(Cause.HOURS, ResourceKind.ADVISOR, ADVISOR),
        ),
        (
            {"active": frozenset({(ResourceKind.ADVISOR, ADVISOR), (ResourceKind.ROOM, ROOM)})},
            Hit(Cause.LEFT, ResourceKind.INTERPRETER, INTERPRETER),
        ),
        (
            {"active": frozenset({(ResourceKind.ADVISOR, ADVISOR), (ResourceKind.INTERPRETER, INTERPRETER)})},
            Hit(Cause.OUT_OF_USE, ResourceKind.ROOM, ROOM),
        ),
    ],
)
def test_each_reason_is_found(more: dict[str, object], hit: Hit) -> None:
    assert hits(_planned(), _present(**more)) == (hit,)


def test_an_interpreter_who_said_no_or_nothing_in_time_is_a_reason() -> None:
    assert hits(_planned(answer=Answer.DECLINED), _present())[0].cause is Cause.DECLINED
    late = _planned(answer=Answer.ASKED, answer_by=_at(9, day=23))
    assert hits(late, _present())[0].cause is Cause.UNANSWERED


def test_a_closed_house_hides_who_else_is_missing_and_what_is_over_is_no_conflict() -> None:
    both = _present(closures={date(2026, 11, 27)}, away={ADVISOR: [Away(_at(9), _at(16))]})
    assert hits(_planned(), both) == (Hit(Cause.CLOSED),)
    assert hits(_planned(), _present(now=_at(12), closures={date(2026, 11, 27)})) == ()


def test_a_talk_across_midnight_is_hit_by_the_day_it_ends_on() -> None:
    late = _planned(starts=_at(23, 30), ends=_at(0, 30, day=28))
    open_late = {who: (Interval(_at(22), _at(2, day=28)),) for who in (ADVISOR, INTERPRETER, ROOM)}
    assert hits(late, _present(hours=open_late)) == ()
    assert hits(late, _present(hours=open_late, closures={date(2026, 11, 28)})) == (Hit(Cause.CLOSED),)


@pytest.mark.parametrize(
    ("days", "day"),
    [(0, date(2026, 11, 30)), (1, date(2026, 11, 27)), (2, date(2026, 11, 26)), (6, date(2026, 11, 20))],
)
def test_families_are_told_working_days_ahead(days: int, day: date) -> None:
    assert tell_by(_at(10, day=30), days) == day
