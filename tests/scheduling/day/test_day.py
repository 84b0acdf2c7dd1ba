"""The day shows who comes, in which language, with whom; and who came can be noted and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.data.audit import Action
from app.data.database import session
from app.errors import NotPermitted, WrongState
from cases.kinds import TaskKind
from cases.models import Case, Task
from cases.states import CaseState
from scheduling import services
from scheduling.day.queries import lines_between
from scheduling.day.services import mark_attended, mark_no_show, undo_mark
from scheduling.kinds import GateReason
from scheduling.models import Appointment, Reservation
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

DAY = FRIDAY.date()


def _book(world: World, case: Case, hours: int = 0) -> services.Booked:
    return services.book(
        world.actor("reception"),
        case_id=case.id,
        kind=AppointmentKind.FIRST_TALK,
        starts=FRIDAY + timedelta(hours=hours),
        details=DETAILS,
        without_papers=GateReason.URGENT,
    )


def _state(case: Case) -> CaseState:
    return session().scalars(select(Case.state).where(Case.id == case.id)).one()


def test_the_advisors_day_names_family_language_interpreter_and_room(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    _book(world, open_case())
    clock.start_at(FRIDAY)
    page = sign_in("advisor").get("/termine").text
    for said in ("10:00–11:30", "Kovalenko", "2 Kinder", "Ukrainisch", "Iryna Dolmetscherin", "Raum 2.14", "Gekommen"):
        assert said in page
    assert "Freitag" in sign_in("advisor").get("/termine/woche").text
    assert {entry.action for entry in entries(kind="day")} == {Action.READ}


def test_a_colleague_sees_it_only_among_the_teams_and_strangers_never(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    _book(world, open_case())
    colleague = sign_in("colleague")
    assert "Kovalenko" not in colleague.get("/termine?tag=2026-11-27").text
    assert "Kovalenko" in colleague.get("/termine?tag=2026-11-27&wer=team").text
    assert sign_in("manager").get("/termine").status_code == 403
    assert sign_in("officer").get("/termine").status_code == 403


def test_the_day_is_read_in_a_number_of_queries_that_does_not_grow(
    world: World, office: Office, open_case: OpenCase, count_queries: Callable[[], list[str]]
) -> None:
    actor = world.actor("advisor")
    _book(world, open_case())
    asked = count_queries()
    assert len(lines_between(actor, DAY, DAY, own=True)) == 1
    one = len(asked)
    for hours in (-1, 2, 4):
        _book(world, open_case(), hours if hours > 0 else 72)
    asked = count_queries()
    assert len(lines_between(actor, DAY, DAY + timedelta(days=7), own=True)) == 4
    assert len(asked) <= one + 1 <= 12


def test_attendance_can_be_noted_and_taken_back(world: World, office: Office, open_case: OpenCase) -> None:
    case = open_case()
    booked = _book(world, case)
    clock.start_at(FRIDAY + timedelta(minutes=20))
    actor = world.actor("reception")
    assert mark_attended(actor, appointment_id=booked.appointment_id).state is AppointmentState.ATTENDED
    undo_mark(actor, appointment_id=booked.appointment_id)
    mark_no_show(actor, appointment_id=booked.appointment_id)
    assert _state(case) is CaseState.NO_SHOW
    kinds = session().scalars(select(Task.kind).where(Task.case_id == case.id)).all()
    assert kinds == [TaskKind.CALL_BACK]
    assert session().scalar(select(func.count()).select_from(Reservation).where(Reservation.is_active)) == 0
    undo_mark(actor, appointment_id=booked.appointment_id)
    assert _state(case) is CaseState.APPOINTMENT_BOOKED
    assert session().scalar(select(func.count()).select_from(Reservation).where(Reservation.is_active)) == 3


def test_nobody_is_late_before_a_quarter_of_an_hour_is_over(world: World, office: Office, open_case: OpenCase) -> None:
    booked = _book(world, open_case())
    clock.start_at(FRIDAY + timedelta(minutes=14))
    with pytest.raises(WrongState):
        mark_no_show(world.actor("reception"), appointment_id=booked.appointment_id)
    with pytest.raises(NotPermitted):
        mark_no_show(world.actor("manager"), appointment_id=booked.appointment_id)
    services.cancel(world.actor("reception"), appointment_id=booked.appointment_id)
    clock.start_at(FRIDAY + timedelta(minutes=20))
    with pytest.raises(WrongState):
        mark_no_show(world.actor("reception"), appointment_id=booked.appointment_id)


def test_the_buttons_of_the_day_lead_back_to_it(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    booked = _book(world, open_case())
    clock.start_at(FRIDAY + timedelta(minutes=20))
    client = sign_in("advisor")
    back = {"tag": "2026-11-27", "seite": "tag", "wer": ""}
    answer = client.post(f"/termine/{booked.appointment_id}/gekommen", data=back)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/termine?tag=2026-11-27")
    page = client.get("/termine?tag=2026-11-27").text
    assert "erschienen" in page and "Gespräch erfassen" in page
    assert client.post(f"/termine/{booked.appointment_id}/nicht-erschienen", data=back).status_code == 409
    assert session().scalars(select(Appointment.state)).one() is AppointmentState.ATTENDED


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9999-12-27", "gestern"])
def test_a_day_nobody_plans_for_shows_today(
    office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient], day: str
) -> None:
    staff, case_id = sign_in("reception"), open_case().id
    pages = (f"/termine?tag={day}", f"/termine/woche?tag={day}", f"/faelle/{case_id}/termine/neu?ab={day}")
    assert [staff.get(page).status_code for page in pages] == [200, 200, 200]
