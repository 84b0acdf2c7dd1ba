"""Properties of the slot engine over random small offices, checked against a plain search."""

from dataclasses import replace
from datetime import date, time
from itertools import product
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.hours import Interval, instant
from scheduling.slots import (
    Assignment,
    Busy,
    Policy,
    Request,
    Resource,
    ResourceKind,
    World,
    find_assignment,
    free_slots,
)

ZERO = instant(date(2026, 11, 23), time(8))
QUARTER = 900
BOOKING = UUID(int=99)
Kind = ResourceKind


def fits(resource: UUID, start: int, wanted: Request, where: World) -> bool:
    """The rule in words: open for the whole length, and apart from each booking by the larger buffer."""
    end = start + wanted.seconds
    if not any(i.starts <= start and end <= i.ends for i in where.hours.get(resource, ())):
        return False
    for busy in where.busy:
        if busy.resource_id != resource:
            continue
        gap_before = max(busy.buffer_after, wanted.buffer_before) * 60
        gap_after = max(busy.buffer_before, wanted.buffer_after) * 60
        if start < busy.ends + gap_before and busy.starts < end + gap_after:
            return False
    return True


def can_be_carried(start: int, wanted: Request, where: World) -> bool:
    """Try every advisor with every interpreter and room."""
    advisors, interpreters, rooms = ([r for r in where.pool(kind) if fits(r.id, start, wanted, where)] for kind in Kind)
    if not rooms:
        return False
    if any(wanted.language is None or wanted.language in a.languages for a in advisors):
        return True
    speaking = [i for i in interpreters if wanted.language in i.languages]
    return any(a.id != i.id for a, i in product(advisors, speaking))


@st.composite
def offices(draw: st.DrawFn) -> tuple[Request, World]:
    """A few people, some in both pools, with random hours and bookings in one morning."""
    languages = st.frozensets(st.sampled_from(["ar", "fa"]), max_size=1)
    resources = [Resource(UUID(int=n), Kind.ADVISOR, draw(languages)) for n in range(draw(st.integers(1, 3)))]
    first = draw(st.integers(1, 4))
    resources += [
        Resource(UUID(int=n), Kind.INTERPRETER, frozenset({"ar"}))
        for n in range(first, first + draw(st.integers(0, 2)))
    ]
    resources += [Resource(UUID(int=20 + n), Kind.ROOM) for n in range(draw(st.integers(1, 2)))]
    ids = sorted({r.id for r in resources})
    quarter = st.integers(0, 16)
    hours = {
        i: (Interval(ZERO + draw(st.integers(0, 4)) * QUARTER, ZERO + draw(st.integers(8, 16)) * QUARTER),) for i in ids
    }
    buffers = st.sampled_from([0, 5, 15, 30])
    busy = []
    for _ in range(draw(st.integers(0, 6))):
        start = ZERO + draw(quarter) * QUARTER
        length = draw(st.integers(1, 4)) * QUARTER
        busy.append(Busy(draw(st.sampled_from(ids)), start, start + length, draw(buffers), draw(buffers), BOOKING))
    wanted = Request(
        draw(st.sampled_from([15, 20, 45, 60])),
        ZERO,
        ZERO + 5 * 3600,
        draw(buffers),
        draw(buffers),
        draw(st.sampled_from([None, "ar", "fa"])),
    )
    return wanted, World(ZERO, tuple(resources), hours, tuple(busy), Policy(0, 2, 0))


@settings(max_examples=50, deadline=None)
@given(offices())
def test_an_offered_slot_can_be_assigned_and_a_withheld_one_collides(office: tuple[Request, World]) -> None:
    wanted, where = office
    offered = {slot.starts for slot in free_slots(wanted, where)}
    for start in range(ZERO, ZERO + 5 * 3600, QUARTER):
        assert (start in offered) is can_be_carried(start, wanted, where)
        assert isinstance(find_assignment(wanted, where, start), Assignment) is (start in offered)
    for start in offered:
        assert can_be_carried(start, wanted, where)


@settings(max_examples=50, deadline=None)
@given(offices(), st.integers(0, 30))
def test_an_assignment_names_distinct_free_resources_and_can_be_made_only_once(
    office: tuple[Request, World], pick: int
) -> None:
    wanted, where = office
    slots = free_slots(wanted, where)
    if not slots:
        return
    slot = slots[pick % len(slots)]
    found = find_assignment(wanted, where, slot.starts)
    assert isinstance(found, Assignment)
    assert found.slot == slot
    taken = found.resource_ids
    assert len(set(taken)) == len(taken)
    assert all(fits(resource, slot.starts, wanted, where) for resource in taken)
    rows = tuple(
        Busy(r, slot.starts, slot.ends, wanted.buffer_before, wanted.buffer_after, UUID(int=50)) for r in taken
    )
    booked = replace(where, busy=where.busy + rows)
    again = find_assignment(wanted, booked, slot.starts)
    assert not (isinstance(again, Assignment) and set(again.resource_ids) & set(taken))
    assert free_slots(wanted, booked.excluding(UUID(int=50))) == slots


@settings(max_examples=50, deadline=None)
@given(offices(), offices())
def test_the_order_in_which_two_appointments_are_booked_does_not_matter(
    one: tuple[Request, World], two: tuple[Request, World]
) -> None:
    first, second = one[0], two[0]
    hall = (Interval(ZERO, ZERO + 5 * 3600),)
    anna, room = (
        Resource(UUID(int=1), Kind.ADVISOR, frozenset({"ar", "fa"})),
        Resource(UUID(int=2), Kind.ROOM),
    )
    empty = World(ZERO, (anna, room), {anna.id: hall, room.id: hall}, (), Policy(0, 2, 0))

    def accepts(new: Request, at: int, old: Request, taken_at: int) -> bool:
        row = Busy(anna.id, taken_at, taken_at + old.seconds, old.buffer_before, old.buffer_after)
        return isinstance(find_assignment(new, replace(empty, busy=(row,)), at), Assignment)

    for at in range(ZERO, ZERO + 3 * 3600, QUARTER):
        middle = ZERO + 3600 + QUARTER
        assert accepts(first, at, second, middle) is accepts(second, middle, first, at)
