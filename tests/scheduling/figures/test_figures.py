"""Figures out of a real office: counted from what lies in the clear, shown by role, handed out without small counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from app import clock
from app.data.audit import Action
from app.data.database import session
from app.errors import NotPermitted
from scheduling import services as booking
from scheduling.booking.services import invite
from scheduling.day.services import mark_attended, mark_no_show
from scheduling.figures import services
from scheduling.figures.rules import Attendance
from scheduling.kinds import GateReason
from scheduling.states import AppointmentKind
from scheduling.walkins import services as walk_ins
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries
from tests.scheduling.conftest import DETAILS, FRIDAY, MONDAY, Office

WEEK = {"first": date(2026, 11, 23), "last": date(2026, 11, 29)}


def _book(world: World, open_case: OpenCase, *, days: int, hours: int = 0, invited: bool = False) -> booking.Booked:
    actor, case = world.actor("reception"), open_case()
    if invited:
        clock.start_at(MONDAY - timedelta(days=6))
        invite(actor, case_id=case.id, kind=AppointmentKind.FIRST_TALK, without_papers=GateReason.URGENT)
        clock.start_at(MONDAY)
    return booking.book(
        actor, case_id=case.id, kind=AppointmentKind.FIRST_TALK,
        starts=FRIDAY + timedelta(days=days, hours=hours), details=DETAILS, without_papers=GateReason.URGENT,
    )  # fmt: skip


def test_the_figures_of_a_week_are_those_counted_by_hand(
    world: World, office: Office, open_case: OpenCase, count_queries: Callable[[], list[str]]
) -> None:
    """One advisor open 5 x 7 hours; three talks of 90 minutes, one of them missed, one called off, a number of 20."""
    actor = world.actor("reception")
    came = _book(world, open_case, days=-1)
    missed = _book(world, open_case, days=0)
    _book(world, open_case, days=0, hours=2, invited=True)
    gone = _book(world, open_case, days=-1, hours=2)
    booking.cancel(actor, appointment_id=gone.appointment_id)
    clock.start_at(FRIDAY + timedelta(hours=4))
    mark_attended(actor, appointment_id=came.appointment_id)
    mark_no_show(actor, appointment_id=missed.appointment_id)
    number = walk_ins.draw(actor, language="de")
    walk_ins.call(actor, walk_in_id=number.id, advisor_id=office.advisor_id)
    clock.start_at(FRIDAY + timedelta(days=2))
    asked = count_queries()
    made = services.report(world.actor("lead"), **WEEK)
    assert len(asked) <= 12
    assert made.whole == Attendance(attended=1, missed=1, cancelled=1, unnoted=1)
    assert made.whole.rate == 0.5
    assert (made.booked.count, made.booked.median) == (3, 4.0)  # booked on Monday: 3, 4 and 4 days before
    assert (made.invited.count, made.invited.median) == (1, 10.0)
    advisors = dict(made.pools)["Beratung"]
    # Taken: 90 + 90 minutes of talks that stand and 20 with a number; nobody came to the missed one, its time is free.
    assert (advisors.open, advisors.taken, advisors.talks) == (35 * 3600, 200 * 60, 3)
    assert [(name, each.taken) for name, each in made.people] == [("Anna Beraterin", 200 * 60)]
    spoken = [(each.language, each.hours, each.in_vain) for each in made.interpreted]
    assert spoken == [("uk", 1.5, 1.5)]


def test_small_counts_and_single_people_are_not_handed_out(
    world: World, office: Office, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    came = _book(world, open_case, days=-1)
    clock.start_at(FRIDAY)
    mark_attended(world.actor("reception"), appointment_id=came.appointment_id)
    asked = "?von=2026-11-23&bis=2026-11-29"
    page = sign_in("lead").get(f"/auswertung/termine{asked}").text
    assert "Anna Beraterin" in page and "Ukrainisch" in page and "<svg" in page and "<desc" in page
    admins = sign_in("admin").get(f"/auswertung/termine{asked}").text
    assert "Beratung" in admins and "Anna Beraterin" not in admins
    text = sign_in("lead").get(f"/auswertung/termine.csv{asked}").data.decode("utf-8")
    assert text.startswith("\ufeffKennzahl;Gruppe;Wert;Einheit;")
    assert "Gedolmetscht;Ukrainisch;;Stunden;weniger als 5" in text
    assert "Anna" not in text and "1,5" not in text
    session().rollback()
    (entry,) = entries(kind="figures")
    assert entry.action is Action.EXPORTED
    assert sign_in("lead").get("/auswertung/termine?von=gestern").status_code == 422
    for who in ("reception", "advisor", "officer", "manager", "kim_lead"):
        assert sign_in(who).get("/auswertung/termine").status_code == 403
        with pytest.raises(NotPermitted):
            services.export(world.actor(who), **WEEK)
