"""Kinds of appointment: what an office sets holds for everything that is offered and booked from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.data.database import session, transaction
from app.errors import Invalid, NotPermitted
from cases.kinds import DocumentKind
from cases.models import Case, Document
from scheduling import queries, services
from scheduling.gate import lacks_papers
from scheduling.kinds import GateReason, TalkMode
from scheduling.models import Appointment, Reservation
from scheduling.offering import services as offering
from scheduling.offering.queries import setting_of, settings_of
from scheduling.offering.settings import DEFAULTS, BookingAccess, KindSetting, PaperRule
from scheduling.queries import Wishes
from scheduling.states import AppointmentKind
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries
from tests.scheduling.conftest import DETAILS, FRIDAY, Office

FOLLOW_UP = AppointmentKind.FOLLOW_UP


def _change(world: World, kind: AppointmentKind, **changes: object) -> KindSetting:
    setting = replace(setting_of(world.ki.id, kind), **changes)  # type: ignore[arg-type]
    offering.change_kind(world.actor("lead"), setting=setting)
    return setting


def _book(world: World, case: Case, kind: AppointmentKind = FOLLOW_UP, **more: object) -> services.Booked:
    given = {"starts": FRIDAY, "details": DETAILS, "without_papers": GateReason.BROUGHT_ALONG, **more}
    return services.book(world.actor("reception"), case_id=case.id, kind=kind, **given)  # type: ignore[arg-type]


def test_what_an_office_sets_holds_there_alone_and_is_taken_back_with_one_button(
    world: World, office: Office, open_case: OpenCase, count_queries: Callable[[], list[str]]
) -> None:
    assert settings_of(world.ki.id) == DEFAULTS
    elsewhere, asked = world.kim.id, count_queries()
    assert settings_of(elsewhere) == DEFAULTS
    assert len([sent for sent in asked if "kind_setting" in sent]) == 1
    _change(world, FOLLOW_UP, minutes=30, minutes_interpreted=40, buffer_before=5, buffer_after=30, step_minutes=20)
    booked = _book(world, open_case())
    assert booked.ends_at - booked.starts_at == timedelta(minutes=40)
    rows = session().scalars(select(Reservation).where(Reservation.appointment_id == booked.appointment_id)).all()
    assert {(row.buffer_before, row.buffer_after) for row in rows} == {(5, 30)}
    needs = queries.needs_of(open_case(), FOLLOW_UP)
    policy = queries.policy_of(world.actor("reception"), needs.setting)
    free = [
        f"{clock.local(s.starts_at):%H:%M}" for s in queries.first_free(needs, policy=policy, earliest=FRIDAY, days=1)
    ]
    assert free[:2] == ["11:20", "11:40"], "ends at 10:40, and 30 minutes lie between"
    assert settings_of(world.kim.id) == DEFAULTS
    offering.reset_kind(world.actor("lead"), kind=FOLLOW_UP)
    assert settings_of(world.ki.id) == DEFAULTS
    noted = [entry.facts for entry in entries(kind="kind_setting")]
    assert "minutes: 60 -> 30" in noted[0]
    assert "minutes: 30 -> 60" in noted[1]


def test_buffers_of_what_is_booked_stay_when_the_setting_changes(
    world: World, office: Office, open_case: OpenCase
) -> None:
    _change(world, FOLLOW_UP, buffer_after=60)
    _book(world, open_case())  # 10:00 to 11:30
    _change(world, FOLLOW_UP, buffer_after=0, minutes_interpreted=60)
    with pytest.raises(services.SlotTaken):
        _book(world, open_case(), starts=FRIDAY + timedelta(hours=2))
    assert _book(world, open_case(), starts=FRIDAY + timedelta(hours=2, minutes=30))


def test_families_keep_the_lead_time_and_the_horizon_of_the_kind(
    world: World, office: Office, open_case: OpenCase
) -> None:
    case = open_case()
    family = office.family(case)
    for lead, horizon, expected in ((24 * 60, 60, True), (7 * 24 * 60, 60, False), (60, 2, False)):
        setting = _change(world, FOLLOW_UP, lead_minutes=lead, horizon_days=horizon)
        needs = queries.needs_of(case, FOLLOW_UP)
        free = queries.first_free(needs, policy=queries.policy_of(family, setting), earliest=FRIDAY, days=1)
        assert bool(free) is expected
    staff = queries.policy_of(world.actor("reception"), setting)
    assert queries.first_free(needs, policy=staff, earliest=FRIDAY, days=1)


def test_a_talk_by_video_takes_no_room_and_only_what_is_offered_can_be_chosen(
    world: World, office: Office, open_case: OpenCase
) -> None:
    booked = _book(world, open_case(), wishes=Wishes(mode=TalkMode.VIDEO))
    stored = session().get(Appointment, booked.appointment_id)
    assert stored is not None
    assert (booked.room_id, stored.mode) == (None, TalkMode.VIDEO)
    assert session().scalar(select(func.count()).select_from(Reservation)) == 2
    with pytest.raises(Invalid, match="not_offered"):
        _book(world, open_case(), AppointmentKind.FIRST_TALK, wishes=Wishes(mode=TalkMode.PHONE))
    later = FRIDAY + timedelta(hours=2)
    services.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=later)
    _change(world, FOLLOW_UP, modes=(TalkMode.ON_SITE,))
    services.move(world.actor("reception"), appointment_id=booked.appointment_id, starts=FRIDAY)
    assert session().get(Appointment, booked.appointment_id, populate_existing=True).mode is TalkMode.VIDEO  # type: ignore[union-attr]


def test_a_family_cannot_book_what_only_the_team_books(world: World, office: Office, open_case: OpenCase) -> None:
    case = open_case()
    family, kind = office.family(case), AppointmentKind.SCHOOL_DAY
    assert setting_of(world.ki.id, kind).access is BookingAccess.STAFF
    with pytest.raises(Invalid, match="staff_only"):
        services.hold(family, case_id=case.id, kind=kind, starts=FRIDAY)
    booked = _book(world, case, kind)
    assert booked.room_id is None, "a school day is at the school"


def test_the_papers_that_must_be_complete_are_those_of_the_kind(
    world: World, office: Office, open_case: OpenCase
) -> None:
    case, first = open_case(), AppointmentKind.FIRST_TALK
    assert lacks_papers(case, setting_of(world.ki.id, first))
    setting = _change(world, first, papers=PaperRule.LISTED, papers_listed=(DocumentKind.CHILD_ID,))
    assert not lacks_papers(case, setting), "what was never asked of the family is not missed"
    with transaction() as current:
        current.add(Document(case_id=case.id, kind=DocumentKind.CHILD_ID, changed_at=clock.now()))
    assert lacks_papers(case, setting)
    with pytest.raises(Invalid, match="without_papers"):
        _book(world, case, first, without_papers=None)
    setting = _change(world, first, papers=PaperRule.NONE, papers_listed=())
    assert not lacks_papers(case, setting)
    assert _book(world, case, first, without_papers=None)


def test_only_lead_and_administration_set_kinds(world: World, office: Office) -> None:
    setting = replace(DEFAULTS[FOLLOW_UP], minutes=20)
    for who in ("reception", "advisor", "manager"):
        with pytest.raises(NotPermitted):
            offering.change_kind(world.actor(who), setting=setting)
    with pytest.raises(Invalid, match="length"):
        offering.change_kind(world.actor("admin"), setting=replace(setting, minutes=0))
    with pytest.raises(Invalid, match="modes"):
        offering.change_kind(world.actor("admin"), setting=replace(setting, modes=()))
    offering.change_kind(world.actor("admin"), setting=setting)


def test_the_page_shows_keeps_and_corrects_a_kind(
    world: World, office: Office, sign_in: Callable[[str], FlaskClient]
) -> None:
    lead = sign_in("lead")
    assert "Gruppeninformation" in lead.get("/sprechzeiten/terminarten").text
    sent = {
        "minutes": "45", "minutes_interpreted": "75", "buffer_before": "0", "buffer_after": "10", "step_minutes": "15",
        "lead_hours": "48", "horizon_days": "30", "capacity": "1", "access": "invited", "modes": ["on_site", "phone"],
        "needs_room": "y", "papers": "listed", "papers_listed": [], "questions": ["step_free"],
    }  # fmt: skip
    page = lead.post("/sprechzeiten/terminarten/follow-up", data=sent)
    assert page.status_code == 422
    assert 'value="75"' in page.text, "nothing that was typed is lost"
    answer = lead.post("/sprechzeiten/terminarten/follow-up", data={**sent, "papers": "none"})
    assert answer.status_code == 303
    setting = setting_of(world.ki.id, FOLLOW_UP)
    assert (setting.minutes, setting.lead_minutes, setting.modes) == (45, 2880, (TalkMode.ON_SITE, TalkMode.PHONE))
    lead.post("/sprechzeiten/terminarten/follow-up/zuruecksetzen")
    assert setting_of(world.ki.id, FOLLOW_UP) == DEFAULTS[FOLLOW_UP]
    assert lead.get("/sprechzeiten/terminarten/nichts").status_code == 404
