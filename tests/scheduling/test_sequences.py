"""No sequence of booking, moving, calling off, running out and being away takes anything twice or for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from app import clock
from app.data.database import session, transaction
from app.errors import EinstiegError
from cases.models import Case
from scheduling import queries, services
from scheduling.kinds import GateReason, OverbookReason
from scheduling.models import Absence, Appointment, Invitation, Reservation
from scheduling.states import AppointmentKind, AppointmentState
from scheduling.world import Policy, ResourceKind
from scheduling.worlds import load_world
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet
from tests.scheduling.conftest import DETAILS, FRIDAY, MONDAY, Office

KIND = AppointmentKind.FOLLOW_UP
FAMILIES = 3
STARTS = [FRIDAY + timedelta(minutes=30 * n) for n in range(6)]
Step = tuple[str, int, int]
STEPS = st.tuples(
    st.sampled_from(["hold", "hold", "confirm", "book", "book", "overbook", "move", "move", "cancel", "wait", "away"]),
    st.integers(0, FAMILIES - 1),
    st.integers(0, len(STARTS) - 1),
)


class Desk:
    """Everything that can happen to the appointments of a few families; a refusal is an answer, too."""

    def __init__(self, world: World, office: Office, cases: list[Case]) -> None:
        self.world, self.office, self.cases = world, office, cases
        self.staff = world.actor("reception")

    def begin(self) -> None:
        """An empty calendar on Monday morning."""
        clock.start_at(MONDAY)
        with transaction() as current:
            current.execute(delete(Reservation))
            current.execute(delete(Absence))
            current.execute(update(Invitation).values(appointment_id=None))
            current.execute(delete(Appointment))
        session().expire_all()

    def do(self, step: Step) -> None:
        """One thing, by its name."""
        what, family, slot = step
        act: Callable[[Case, datetime], object] = getattr(self, what)
        try:
            act(self.cases[family], STARTS[slot])
        except EinstiegError:
            session().rollback()
        session().expire_all()

    def hold(self, case: Case, starts: datetime) -> None:
        """The family chooses a time."""
        services.hold(self.office.family(case), case_id=case.id, kind=KIND, starts=starts)

    def confirm(self, case: Case, starts: datetime) -> None:
        """The family books what it chose, or chooses and books."""
        if queries.draft_of(case.id) is None:
            self.hold(case, starts)
        services.keep_answers(self.office.family(case), case_id=case.id, answers=DETAILS)
        services.confirm(self.office.family(case), case_id=case.id)

    def book(self, case: Case, starts: datetime, overbook: OverbookReason | None = None) -> None:
        """The team books for a caller."""
        services.book(
            self.staff, case_id=case.id, kind=KIND, starts=starts, details=DETAILS,
            without_papers=GateReason.URGENT, overbook=overbook,
        )  # fmt: skip

    def overbook(self, case: Case, starts: datetime) -> None:
        """The team puts a talk on top."""
        self.book(case, starts, OverbookReason.EMERGENCY)

    def move(self, case: Case, starts: datetime) -> None:
        """The talk moves, perhaps into its own time."""
        booked = queries.open_of_case(case.id)
        if booked is not None:
            services.move(self.staff, appointment_id=booked.id, starts=starts)

    def cancel(self, case: Case, starts: datetime) -> None:
        """The talk is called off."""
        booked = queries.open_of_case(case.id)
        if booked is not None:
            services.cancel(self.staff, appointment_id=booked.id)

    def wait(self, case: Case, starts: datetime) -> None:
        """Holds run out."""
        clock.start_at(clock.now() + timedelta(minutes=11))

    def away(self, case: Case, starts: datetime) -> None:
        """The advisor is away for half an hour; what is booked stays."""
        with transaction() as current:
            current.add(
                Absence(
                    organisation_id=self.office.organisation_id,
                    resource_id=self.office.advisor_id,
                    starts_at=starts,
                    ends_at=starts + timedelta(minutes=30),
                )
            )


def _check(desk: Desk) -> None:
    """What must be true after every step."""
    query = select(Reservation, Appointment).join(Appointment, Appointment.id == Reservation.appointment_id)
    now, rows = int(clock.now().timestamp()), session().execute(query).unique().all()
    for row, appointment in rows:
        assert appointment.state in (AppointmentState.BOOKED, AppointmentState.HELD)
        assert row.is_busy
        assert (row.hold_ends is None) is (appointment.state is AppointmentState.BOOKED)
        assert row.hold_ends is None or row.hold_ends <= now + 600
        assert row.is_active or appointment.overbooked_reason is not None
    counting = [(row, appointment) for row, appointment in rows if row.hold_ends is None or row.hold_ends > now]
    for (one, first), (two, second) in combinations(counting, 2):
        if one.resource_id != two.resource_id:
            continue
        assert first.id != second.id, "one appointment has a resource twice"
        overlap = one.starts < two.ends and two.starts < one.ends
        if overlap:
            assert not (one.is_active and two.is_active), "two guarded rows overlap"
            assert first.overbooked_reason or second.overbooked_reason, "nobody said why"
        if not (first.overbooked_reason or second.overbooked_reason):
            earlier, later = sorted((one, two), key=lambda row: row.starts)
            assert later.starts - earlier.ends >= max(earlier.buffer_after, later.buffer_before) * 60
    for row, _ in rows:
        if not row.is_active:
            below = [r for r, _ in rows if r.resource_id == row.resource_id and r.is_active]
            assert any(r.starts < row.ends and row.starts < r.ends for r in below), "on top of nothing"


def _check_that_holds_end(desk: Desk) -> None:
    """Ten minutes later nothing but bookings counts, whatever rows are still there."""
    clock.start_at(clock.now() + timedelta(minutes=11))
    world = load_world(desk.office.organisation_id, first=FRIDAY.date(), last=FRIDAY.date(), policy=Policy())
    taken = {(person, at) for person, rows in world.taken.items() for row in rows for at in row.starts}
    booked = session().execute(
        select(Reservation.resource_id, Reservation.starts)
        .join(Appointment, Appointment.id == Reservation.appointment_id)
        .where(Appointment.state == AppointmentState.BOOKED)
    )
    assert taken == {(person, at) for person, at in booked}


def test_no_sequence_takes_anything_twice_or_for_ever(world: World, office: Office, open_case: OpenCase) -> None:
    office.open(ResourceKind.ADVISOR, world.users["colleague"])
    german = family_sheet(interpreter=False)
    desk = Desk(world, office, [open_case(), *(open_case(family=german) for _ in range(FAMILIES - 1))])

    @settings(
        max_examples=10,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(st.lists(STEPS, min_size=6, max_size=14))
    def run(steps: list[Step]) -> None:
        desk.begin()
        for step in steps:
            desk.do(step)
            _check(desk)
        _check_that_holds_end(desk)

    run()
