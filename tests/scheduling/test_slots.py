"""The slot engine: what is offered can be booked, what is refused collides."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from scheduling.hours import BERLIN, Interval, WeeklyRule, instant, open_hours
from scheduling.slots import (
    Assignment,
    Busy,
    Policy,
    Reason,
    Refusal,
    Request,
    Resource,
    ResourceKind,
    World,
    find_assignment,
    free_slots,
    interpreter_notice_ends,
)

MONDAY = date(2026, 11, 23)
NOW = instant(MONDAY, time(8))
NO_LIMITS = Policy(lead_minutes=0, horizon_days=400, interpreter_notice_days=0)
ARABIC = frozenset({"ar"})
ANNA, BEN, IMAN, ROOM = (UUID(int=n) for n in (1, 2, 3, 4))
OFFICE = (
    Resource(ANNA, ResourceKind.ADVISOR),
    Resource(IMAN, ResourceKind.INTERPRETER, ARABIC),
    Resource(ROOM, ResourceKind.ROOM),
)


def at(day: date, clock: str) -> int:
    """A local time as epoch seconds."""
    return instant(day, time.fromisoformat(clock))


def span(day: date, opens: str, closes: str) -> Interval:
    """An interval of one local day."""
    return Interval(at(day, opens), at(day, closes))


def world(
    *resources: Resource,
    busy: tuple[Busy, ...] = (),
    hours: Interval | None = None,
    policy: Policy = NO_LIMITS,
) -> World:
    """A world in which all resources are open 9 to 12 on Monday, or as said."""
    people = resources or OFFICE
    opening = hours or span(MONDAY, "09:00", "12:00")
    return World(NOW, people, {r.id: (opening,) for r in people}, busy, policy)


def request(minutes: int = 60, day: date = MONDAY, **changes: object) -> Request:
    """A request for any start on one day."""
    wanted = Request(minutes, at(day, "00:00"), at(day + timedelta(days=1), "00:00"))
    return replace(wanted, **changes)  # type: ignore[arg-type]


def shown(wanted: Request, where: World) -> list[str]:
    """The offered starts as local clock times; each of them must be assignable, too."""
    slots = free_slots(wanted, where)
    for slot in slots:
        found = find_assignment(wanted, where, slot.starts)
        assert isinstance(found, Assignment)
        assert found.slot == slot
    return [datetime.fromtimestamp(slot.starts, BERLIN).strftime("%H:%M") for slot in slots]


def reason(wanted: Request, where: World, starts: int) -> Reason:
    """Why a start is refused."""
    found = find_assignment(wanted, where, starts)
    assert isinstance(found, Refusal)
    assert starts not in [slot.starts for slot in free_slots(wanted, where)]
    return found.reason


def test_the_slot_that_ends_at_closing_time_is_offered() -> None:
    assert shown(request(step_minutes=60), world()) == ["09:00", "10:00", "11:00"]


@pytest.mark.parametrize(("minutes", "step", "last"), [(20, 15, "11:40"), (45, 30, "11:15"), (50, 60, "11:10")])
def test_a_length_off_the_grid_never_loses_the_last_fitting_slot(minutes: int, step: int, last: str) -> None:
    wanted = request(minutes, step_minutes=step)
    taken: tuple[Busy, ...] = ()
    starts = shown(wanted, world())
    assert starts[-1] == last
    while slots := free_slots(wanted, world(busy=taken)):
        assert not any(b.starts < slots[0].ends and slots[0].starts < b.ends for b in taken)
        taken += (Busy(ANNA, slots[0].starts, slots[0].ends),)


def test_a_slot_across_midnight_exists_once_and_conflicts_with_the_next_day() -> None:
    rule = WeeklyRule(ANNA, 0, time(22, 30), time(1, 30), date(2026, 1, 1))
    hours = open_hours([rule], MONDAY, MONDAY + timedelta(days=1))
    night = World(NOW, OFFICE[:1], hours, (), NO_LIMITS)
    wanted = Request(60, NOW, NOW + 3 * 86400, needs_room=False)
    found = [slot for slot in free_slots(wanted, night) if slot.starts == at(MONDAY, "23:30")]
    assert [slot.on for slot in found] == [MONDAY]
    tuesday = MONDAY + timedelta(days=1)
    early = replace(night, busy=(Busy(ANNA, at(tuesday, "00:15"), at(tuesday, "00:30")),))
    assert reason(wanted, early, at(MONDAY, "23:30")) is Reason.NO_ADVISOR


def test_no_slot_begins_in_the_skipped_hour() -> None:
    sunday = date(2027, 3, 28)
    where = world(hours=span(sunday, "01:00", "04:00"))
    assert shown(request(30, sunday, step_minutes=30), where) == ["01:00", "01:30", "03:00", "03:30"]


def test_the_repeated_hour_is_offered_twice_without_overlap() -> None:
    sunday = date(2027, 10, 31)
    slots = free_slots(request(60, sunday, step_minutes=60), world(hours=span(sunday, "01:00", "04:00")))
    assert len(slots) == 4
    assert all(first.ends == second.starts for first, second in pairwise(slots))


def test_the_leap_day_can_be_booked() -> None:
    leap = date(2028, 2, 29)
    where = replace(world(hours=span(leap, "09:00", "10:00")), now=at(date(2028, 2, 28), "09:00"))
    assert shown(request(60, leap), where) == ["09:00"]


def test_the_larger_of_two_neighbouring_buffers_counts_in_both_orders_of_booking() -> None:
    def booked(start: str, end: str, before: int, after: int) -> World:
        return world(busy=(Busy(ANNA, at(MONDAY, start), at(MONDAY, end), before, after),))

    wanted = request(30, buffer_before=5, buffer_after=30, step_minutes=5)
    assert "11:00" in shown(wanted, booked("10:00", "10:30", 5, 30))
    assert "10:55" not in shown(wanted, booked("10:00", "10:30", 5, 30))
    assert "10:00" in shown(wanted, booked("11:00", "11:30", 5, 30))
    assert "10:05" not in shown(wanted, booked("11:00", "11:30", 5, 30))


def test_an_absence_and_closing_time_ask_for_no_buffer() -> None:
    lunch = Busy(ANNA, at(MONDAY, "10:00"), at(MONDAY, "10:30"), is_appointment=False)
    wanted = request(30, buffer_before=15, buffer_after=15, step_minutes=30)
    assert shown(wanted, world(busy=(lunch,))) == ["09:00", "09:30", "10:30", "11:00", "11:30"]


def test_a_busy_row_without_length_matches_nothing() -> None:
    empty = Busy(ANNA, at(MONDAY, "10:30"), at(MONDAY, "10:30"), 60, 60)
    assert shown(request(step_minutes=60), world(busy=(empty,))) == ["09:00", "10:00", "11:00"]


def test_hand_made_starts_are_refused_with_their_reason() -> None:
    where = world(policy=Policy(lead_minutes=120, horizon_days=7, interpreter_notice_days=0))
    wanted = request(earliest=0, latest=2**40)
    assert reason(wanted, where, NOW - 900) is Reason.PAST
    assert reason(wanted, where, at(MONDAY, "09:00")) is Reason.TOO_SOON
    assert reason(wanted, where, at(MONDAY + timedelta(days=8), "00:00")) is Reason.TOO_FAR
    assert reason(wanted, where, at(MONDAY, "10:07")) is Reason.OFF_GRID
    assert reason(wanted, where, at(MONDAY, "10:00") + 1) is Reason.OFF_GRID
    assert reason(wanted, where, at(date(2026, 11, 24), "03:00")) is Reason.NO_ADVISOR
    assert reason(replace(wanted, advisor_id=UUID(int=99)), where, at(MONDAY, "10:00")) is Reason.NO_ADVISOR
    assert reason(request(day=date(2026, 11, 24)), where, at(MONDAY, "10:00")) is Reason.OUTSIDE_RANGE
    assert reason(request(people=5), where, at(MONDAY, "10:00")) is Reason.NO_ROOM


def test_an_interpreter_is_reserved_only_with_three_working_days_notice() -> None:
    policy = Policy(lead_minutes=0, horizon_days=30)
    thursday = date(2026, 11, 26)
    wanted = request(day=thursday, language="ar", step_minutes=60)
    where = replace(world(hours=span(thursday, "07:00", "10:00"), policy=policy))
    assert reason(wanted, where, at(thursday, "07:00")) is Reason.INTERPRETER_NOTICE
    assert shown(wanted, where) == ["08:00", "09:00"]
    bilingual = (replace(OFFICE[0], languages=ARABIC), *OFFICE[1:])
    assert shown(wanted, replace(where, resources=bilingual)) == ["07:00", "08:00", "09:00"]


def test_notice_given_on_a_day_off_counts_from_the_next_working_day() -> None:
    assert interpreter_notice_ends(at(date(2026, 11, 20), "15:30"), 3) == at(date(2026, 11, 25), "15:30")
    assert interpreter_notice_ends(at(date(2026, 11, 21), "15:30"), 3) == at(date(2026, 11, 26), "00:00")
    assert interpreter_notice_ends(at(date(2026, 12, 24), "09:00"), 3) == at(date(2026, 12, 30), "09:00")
    assert interpreter_notice_ends(NOW, 0) == NOW


def test_a_bilingual_advisor_needs_no_interpreter_and_none_is_reserved() -> None:
    resources = (*OFFICE, Resource(BEN, ResourceKind.ADVISOR, ARABIC))
    found = find_assignment(request(language="ar"), world(*resources), at(MONDAY, "10:00"))
    assert isinstance(found, Assignment)
    assert (found.advisor_id, found.interpreter_id, found.room_id) == (BEN, None, ROOM)
    assert not found.slot.with_interpreter
    assert found.resource_ids == (BEN, ROOM)


def test_one_person_in_both_pools_is_never_advisor_and_interpreter_at_once() -> None:
    both = (Resource(ANNA, ResourceKind.ADVISOR), Resource(ANNA, ResourceKind.INTERPRETER, ARABIC))
    wanted = request(language="ar", step_minutes=60)
    alone = world(*both, OFFICE[2])
    assert shown(wanted, alone) == []
    assert reason(wanted, alone, at(MONDAY, "10:00")) is Reason.NO_INTERPRETER
    ben = Resource(BEN, ResourceKind.ADVISOR)
    found = find_assignment(wanted, world(*both, ben, OFFICE[2]), at(MONDAY, "10:00"))
    assert isinstance(found, Assignment)
    assert (found.advisor_id, found.interpreter_id) == (BEN, ANNA)


def test_two_people_who_are_both_in_both_pools_can_share_one_appointment() -> None:
    people = [
        Resource(p, kind, ARABIC if kind == "interpreter" else frozenset())
        for p in (ANNA, BEN)
        for kind in (ResourceKind.ADVISOR, ResourceKind.INTERPRETER)
    ]
    found = find_assignment(request(language="ar"), world(*people, OFFICE[2]), at(MONDAY, "10:00"))
    assert isinstance(found, Assignment)
    assert {found.advisor_id, found.interpreter_id} == {ANNA, BEN}


def test_the_interpreter_alone_can_be_the_bottleneck() -> None:
    taken = Busy(IMAN, at(MONDAY, "10:00"), at(MONDAY, "11:00"))
    where = world(busy=(taken,))
    assert shown(request(language="ar", step_minutes=60), where) == ["09:00", "11:00"]
    assert reason(request(language="ar"), where, at(MONDAY, "10:00")) is Reason.NO_INTERPRETER
    assert reason(request(language="fa"), world(), at(MONDAY, "10:00")) is Reason.NO_INTERPRETER
    assert shown(request(step_minutes=60), where) == ["09:00", "10:00", "11:00"]


def test_the_least_used_advisor_is_assigned_that_day_then_overall_then_by_id() -> None:
    people = (OFFICE[0], Resource(BEN, ResourceKind.ADVISOR), OFFICE[2])
    ten = at(MONDAY, "10:00")

    def chosen(*busy: Busy) -> UUID:
        found = find_assignment(request(), world(*people, busy=busy), ten)
        assert isinstance(found, Assignment)
        return found.advisor_id

    tomorrow = at(MONDAY + timedelta(days=1), "09:00")
    assert chosen() == ANNA
    assert chosen(Busy(ANNA, ten - 3600, ten - 1800)) == BEN
    assert chosen(Busy(ANNA, tomorrow, tomorrow + 60)) == BEN
    assert chosen(Busy(ANNA, tomorrow, tomorrow + 60), Busy(BEN, ten - 3600, ten - 1800)) == ANNA
    assert chosen(Busy(ANNA, tomorrow, tomorrow + 60, is_appointment=False)) == ANNA


def test_the_smallest_room_that_is_large_enough_is_taken() -> None:
    hall = Resource(UUID(int=0), ResourceKind.ROOM, capacity=20)
    small = Resource(ROOM, ResourceKind.ROOM, capacity=4)
    where = world(OFFICE[0], hall, small)
    for people, room in ((3, ROOM), (5, hall.id)):
        found = find_assignment(request(people=people), where, at(MONDAY, "10:00"))
        assert isinstance(found, Assignment)
        assert found.room_id == room


def test_no_room_is_taken_for_a_video_talk() -> None:
    found = find_assignment(request(needs_room=False), world(), at(MONDAY, "10:00"))
    assert isinstance(found, Assignment)
    assert found.room_id is None


def test_a_move_by_fifteen_minutes_into_ones_own_slot_works_with_buffers() -> None:
    mine, other = UUID(int=70), UUID(int=71)
    ten, eleven = at(MONDAY, "10:00"), at(MONDAY, "11:00")
    rows = [Busy(r, ten, eleven, 15, 15, mine) for r in (ANNA, ROOM)]
    rows.append(Busy(ROOM, at(MONDAY, "11:45"), at(MONDAY, "12:00"), 0, 0, other))
    where = world(busy=tuple(rows))
    wanted = request(buffer_before=15, buffer_after=15)
    assert reason(wanted, where, ten + 900) is Reason.NO_ADVISOR
    moved = where.excluding(mine)
    assert isinstance(find_assignment(wanted, moved, ten + 900), Assignment)
    assert reason(wanted, moved, ten + 2700) is Reason.NO_ROOM


def test_a_request_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one minute"):
        request(0)
    with pytest.raises(ValueError, match="negative"):
        request(buffer_after=-1)
