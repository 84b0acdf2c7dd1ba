"""What a family may wish: dialect, a woman or a man to interpret, no steps; and how much notice somebody asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID

import pytest

from scheduling.hours import BERLIN, DAY_SECONDS, WeeklyRule, instant, open_hours
from scheduling.kinds import Gender
from scheduling.slots import (
    Assignment,
    Busy,
    Policy,
    Reason,
    Refusal,
    Request,
    Resource,
    ResourceKind,
    Taken,
    World,
    find_assignment,
    free_slots,
    nearest,
)
from scheduling.tongues import EXACT, FALLBACK, rank

MONDAY = date(2026, 11, 23)
TEN = instant(MONDAY, time(10))
ANNA, SAMI, LEYLA, OMAR, ROOM, HALL = (UUID(int=n) for n in range(1, 7))
Kind = ResourceKind


def interpreter(person: UUID, *languages: str, **more: object) -> Resource:
    """Somebody of the pool."""
    return Resource(person, Kind.INTERPRETER, frozenset(languages), **more)  # type: ignore[arg-type]


def office(*people: Resource, busy: tuple[Busy, ...] = (), policy: Policy | None = None) -> World:
    """Anna counsels in one room; everybody is there from 9 to 17."""
    everybody = (Resource(ANNA, Kind.ADVISOR), Resource(ROOM, Kind.ROOM), *people)
    rules = [WeeklyRule(each.id, day, time(9), time(17), date(2026, 1, 1)) for each in everybody for day in range(5)]
    hours = open_hours(rules, MONDAY, MONDAY + timedelta(days=30))
    return World(instant(MONDAY, time(8)), everybody, hours, busy, policy or Policy(0, 60, 0))


def request(**more: object) -> Request:
    """An hour in Arabic as spoken in Syria, at any time of four weeks."""
    wanted = Request(60, TEN, TEN + 28 * DAY_SECONDS, language="ar-SY", step_minutes=60)
    return replace(wanted, **more)  # type: ignore[arg-type]


def found(wanted: Request, world: World, starts: int = TEN) -> Assignment | Reason:
    """The assignment or the reason, which the list of free times has to agree with."""
    answer = find_assignment(wanted, world, starts)
    slots = {slot.starts: slot for slot in free_slots(wanted, world)}
    assert (starts in slots) is isinstance(answer, Assignment)
    if isinstance(answer, Refusal):
        return answer.reason
    assert slots[starts] == answer.slot, "the list and the booking disagree about the interpreter"
    return answer


@pytest.mark.parametrize(
    ("wanted", "spoken", "fit"),
    [
        ("ar", ["ar"], EXACT),
        ("ar", ["ar-MA"], EXACT),
        ("ar-SY", ["ar-SY"], EXACT),
        ("ar-SY", ["ar"], FALLBACK),
        ("ar-SY", ["ar", "ar-SY"], EXACT),
        ("ar-SY", ["ar-MA"], None),
        ("ku", ["ckb"], None),
    ],
)
def test_a_dialect_comes_before_its_language_and_no_other_dialect_replaces_it(
    wanted: str, spoken: list[str], fit: int | None
) -> None:
    assert rank(wanted, spoken) == fit


def test_whoever_speaks_the_dialect_is_taken_first_and_the_plain_language_only_when_nobody_else_is_free() -> None:
    plain, dialect = interpreter(SAMI, "ar"), interpreter(LEYLA, "ar-SY")
    both = office(plain, dialect)
    taken = found(request(), both)
    assert isinstance(taken, Assignment)
    assert taken.interpreter_id == LEYLA
    without = replace(both, busy=(Busy(LEYLA, TEN, TEN + 3600),))
    fallback = found(request(), without)
    assert isinstance(fallback, Assignment)
    assert fallback.interpreter_id == SAMI
    assert found(request(), office(interpreter(OMAR, "ar-MA"))) is Reason.NO_INTERPRETER


def test_an_interpreter_of_the_dialect_comes_before_an_advisor_who_knows_the_plain_language() -> None:
    world = office(interpreter(LEYLA, "ar-SY"))
    anna = Resource(ANNA, Kind.ADVISOR, frozenset({"ar"}))
    bilingual = replace(world, resources=(anna, *world.resources[1:]))
    first = found(request(), bilingual)
    assert isinstance(first, Assignment)
    assert (first.advisor_id, first.interpreter_id) == (ANNA, LEYLA)
    alone = found(request(), replace(bilingual, busy=(Busy(LEYLA, TEN, TEN + 3600),)))
    assert isinstance(alone, Assignment)
    assert alone.interpreter_id is None


def test_a_wish_for_a_woman_is_kept_or_nothing_is_offered() -> None:
    woman, man = interpreter(LEYLA, "ar-SY", gender=Gender.FEMALE), interpreter(OMAR, "ar-SY", gender=Gender.MALE)
    unknown = interpreter(SAMI, "ar-SY")
    wanted = request(interpreter_gender=Gender.FEMALE)
    taken = found(wanted, office(man, unknown, woman))
    assert isinstance(taken, Assignment)
    assert taken.interpreter_id == LEYLA
    assert found(wanted, office(man, unknown)) is Reason.NO_INTERPRETER


def test_whoever_needs_no_steps_gets_such_a_room_and_others_leave_it_free() -> None:
    steps = Resource(HALL, Kind.ROOM, is_step_free=False)
    world = office(steps)
    plain = request(language=None)
    for wanted, room in ((plain, HALL), (replace(plain, step_free=True), ROOM)):
        taken = found(wanted, world)
        assert isinstance(taken, Assignment)
        assert taken.room_id == room
    only = replace(world, resources=(world.resources[0], steps))
    assert found(replace(plain, step_free=True), only) is Reason.NO_ROOM


def test_an_interpreter_may_ask_for_more_notice_than_the_office_never_for_less() -> None:
    policy = Policy(lead_minutes=0, horizon_days=60, interpreter_notice_days=3)
    slow, quick = interpreter(LEYLA, "ar-SY", notice_days=5), interpreter(SAMI, "ar-SY", notice_days=1)
    thursday, monday = (instant(MONDAY + timedelta(days=n), time(10)) for n in (3, 7))
    assert found(request(), office(slow, policy=policy), thursday) is Reason.INTERPRETER_NOTICE
    assert isinstance(found(request(), office(slow, policy=policy), monday), Assignment)
    for days, expected in ((2, Reason.INTERPRETER_NOTICE), (3, SAMI)):
        starts = instant(MONDAY + timedelta(days=days), time(10))
        answer = found(request(), office(slow, quick, policy=policy), starts)
        assert (answer.interpreter_id if isinstance(answer, Assignment) else answer) == expected
    assert isinstance(found(request(), office(slow), TEN), Assignment), "staff have asked her"


def test_texts_of_times_and_rows_of_times_mean_the_same() -> None:
    rows = tuple(
        Busy(person, TEN + n * 7200, TEN + n * 7200 + 3600, 5, 15) for person in (ANNA, ROOM) for n in range(20)
    )
    columns = {
        person: (Taken([r.starts for r in rows[:20]], [r.ends for r in rows[:20]], 5, 15),) for person in (ANNA, ROOM)
    }
    wanted, world = request(language=None, step_minutes=15, buffer_after=10), office()
    as_rows = free_slots(wanted, replace(world, busy=rows))
    assert as_rows == free_slots(wanted, replace(world, taken=columns)) != free_slots(wanted, world)


def test_the_nearest_times_lie_on_both_sides_of_the_one_that_is_gone() -> None:
    slots = [slot for slot in free_slots(request(language=None), office()) if slot.starts != TEN + 3 * 3600]
    assert [(slot.starts - TEN) // 3600 for slot in nearest(slots, TEN + 3 * 3600, 4)] == [1, 2, 4, 5]
    assert nearest([], TEN, 3) == []


def _changes() -> list[date]:
    """Every day from 2024 to 2030 on which the clock is changed."""
    days = (date(2024, 1, 1) + timedelta(days=n) for n in range(7 * 366))
    return [
        day
        for day in days
        if day.year <= 2030 and instant(day + timedelta(days=1), time()) - instant(day, time()) != DAY_SECONDS
    ]


def test_slots_across_every_clock_change_are_real_minutes_and_fill_exactly_the_hours_that_there_are() -> None:
    days = _changes()
    assert len(days) == 14
    for day in days:
        night = WeeklyRule(ANNA, day.weekday(), time(0), time(6), date(2024, 1, 1))
        hours = open_hours([night], day, day)
        world = World(
            instant(day - timedelta(days=2), time(8)), (Resource(ANNA, Kind.ADVISOR),), hours, (), Policy(0, 5, 0)
        )
        wanted = Request(30, instant(day, time()), instant(day + timedelta(days=1), time()), needs_room=False)
        slots = free_slots(replace(wanted, step_minutes=30), world)
        real = instant(day, time(6)) - instant(day, time())
        assert sum(slot.ends - slot.starts for slot in slots) == real == (5 if day.month == 3 else 7) * 3600
        assert len({slot.starts for slot in slots}) == len(slots)
        assert all((slot.ends_at - slot.starts_at).total_seconds() == 1800 for slot in slots)
        walls = [slot.starts_at.astimezone(BERLIN).strftime("%H:%M") for slot in slots]
        assert walls.count("02:30") == (0 if day.month == 3 else 2)
