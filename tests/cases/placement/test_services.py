"""The way to a seat: the rules propose, a named person decides, the authority assigns, the school answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.accounts import services as accounts
from app.data import records
from app.data.audit import Action, AuditEntry
from app.data.database import session
from app.errors import Conflict, Invalid, NotFound, VersionConflict, WrongState
from app.policies import Actor, OrganisationKind, Role
from cases import schooling
from cases.child_states import ChildState, RefusalReason
from cases.kinds import TaskKind
from cases.models import Child, Task
from cases.placement import queries, services
from cases.placement.kinds import Authority, PlacementState
from cases.placement.models import Placement, PlacementSheet, School
from cases.placement.options import Exclusion
from cases.placement.support import Support
from cases.sheets import ChildSheet
from cases.states import TaskState
from tests.cases.placement.conftest import GERMAN_CLASS, Seeking, a_confessional_primary
from tests.plugins.application import World

MakeSeeking = Callable[[], Seeking]
Schools = dict[str, School]
GESAMTSCHULE, OTHER = "188232", "189819"
TODAY = date(2026, 11, 23)


def open_tasks(child: Child) -> list[tuple[TaskKind, date]]:
    query = select(Task).where(Task.child_id == child.id, Task.state == TaskState.OPEN).order_by(Task.due_on)
    return [(task.kind, task.due_on) for task in session().scalars(query)]


def days(child: Child, on: date) -> int | None:
    return schooling.days_without_seat(child, on=on)


def with_authority(at: Seeking, school: School) -> Placement:
    at.recommend()
    placement = at.propose(school)
    return services.hand_over(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY)


def assigned(at: Seeking, school: School) -> Placement:
    placement = with_authority(at, school)
    return services.record_assignment(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY)


def test_a_child_goes_from_the_proposal_over_a_refusal_to_a_seat_with_all_reviews(
    seeking: MakeSeeking, schools: Schools
) -> None:
    at = seeking()
    first = assigned(at, schools[GESAMTSCHULE])
    assert first.authority is Authority.SCHULAMT
    assert open_tasks(at.child) == [(TaskKind.AWAIT_SCHOOL, TODAY + timedelta(days=14))]
    services.record_refusal(
        at.actor,
        case_id=at.case.id,
        placement_id=first.id,
        on=TODAY,
        reason=RefusalReason.NO_CAPACITY,
        text="Alle Plätze sind vergeben.",
    )
    assert at.child.state is ChildState.REFUSED
    assert open_tasks(at.child) == [(TaskKind.FOLLOW_UP_REFUSAL, TODAY + timedelta(days=2))]
    second = at.propose(schools[OTHER])
    services.hand_over(at.actor, case_id=at.case.id, placement_id=second.id, on=TODAY)
    assert open_tasks(at.child) == [(TaskKind.AWAIT_AUTHORITY, TODAY + timedelta(days=14))]
    services.record_assignment(at.actor, case_id=at.case.id, placement_id=second.id, on=TODAY)
    services.record_admission(
        at.actor, case_id=at.case.id, placement_id=second.id, on=TODAY, starts_on=date(2026, 11, 23)
    )
    assert (at.child.state, at.child.support_started_on) == (ChildState.INITIAL_SUPPORT, TODAY)
    assert open_tasks(at.child) == [
        (TaskKind.REVIEW_6, date(2027, 5, 23)),
        (TaskKind.REVIEW_12, date(2027, 11, 23)),
        (TaskKind.REVIEW_18, date(2028, 5, 23)),
        (TaskKind.REVIEW_21, date(2028, 8, 23)),
        (TaskKind.REVIEW_24, date(2028, 11, 23)),
    ]


def test_the_days_without_a_seat_run_from_the_begin_of_schooling_to_the_first_school_day(
    seeking: MakeSeeking, schools: Schools
) -> None:
    at = seeking()
    assert at.child.waiting_since == date(2026, 8, 25)
    placement = assigned(at, schools[GESAMTSCHULE])
    start = TODAY + timedelta(days=7)
    services.record_admission(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY, starts_on=start)
    assert at.child.state is ChildState.ADMITTED
    assert (TaskKind.CONFIRM_START, start) in open_tasks(at.child)
    assert [days(at.child, TODAY + timedelta(days=n)) for n in (0, 7, 30)] == [90, 97, 97]


def test_a_child_that_came_later_than_planned_has_its_reviews_from_the_real_day(
    seeking: MakeSeeking, schools: Schools
) -> None:
    at = seeking()
    placement = assigned(at, schools[GESAMTSCHULE])
    start = TODAY + timedelta(days=3)
    services.record_admission(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY, starts_on=start)
    clock.start_at(clock.now() + timedelta(days=8))
    came = TODAY + timedelta(days=8)
    services.confirm_start(at.actor, case_id=at.case.id, placement_id=placement.id, started_on=came)
    assert (at.child.state, at.child.seated_on) == (ChildState.INITIAL_SUPPORT, came)
    assert open_tasks(at.child)[0] == (TaskKind.REVIEW_6, date(2027, 6, 1))
    assert len(open_tasks(at.child)) == 5


def test_a_school_that_takes_its_yes_back_sets_the_clock_running_again(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    placement = assigned(at, schools[GESAMTSCHULE])
    services.record_admission(
        at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY, starts_on=TODAY + timedelta(days=3)
    )
    services.record_refusal(
        at.actor,
        case_id=at.case.id,
        placement_id=placement.id,
        on=TODAY,
        reason=RefusalReason.NO_STAFF,
        text="Die Lehrkraft fällt aus.",
    )
    assert (at.child.seated_on, at.child.support_started_on) == (None, None)
    assert [kind for kind, _ in open_tasks(at.child)] == [TaskKind.FOLLOW_UP_REFUSAL]
    assert days(at.child, TODAY + timedelta(days=10)) == 100


def test_a_literacy_group_is_looked_at_after_nine_and_twelve_months(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    at.recommend(
        replace(GERMAN_CLASS, support=Support.LITERACY_GROUP, literacy_group=True, reason="liest noch nicht sicher")
    )
    placement = at.propose(schools[GESAMTSCHULE])
    services.hand_over(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY)
    services.record_assignment(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY)
    services.record_admission(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY, starts_on=TODAY)
    kinds = [kind for kind, _ in open_tasks(at.child)]
    assert kinds.count(TaskKind.REVIEW_LITERACY_9) == kinds.count(TaskKind.REVIEW_LITERACY_12) == 1
    assert len(kinds) == 7


def test_leaving_the_proposal_needs_a_reason(seeking: MakeSeeking) -> None:
    at = seeking()
    elsewhere = replace(GERMAN_CLASS, support=Support.REGULAR_CLASS)
    with pytest.raises(Invalid, match="reason"):
        at.recommend(elsewhere)
    assert at.child.state is ChildState.REPORTED
    assert at.recommend(replace(elsewhere, reason="spricht Deutsch mit der Tante")) == ("Förderform",)
    stored = records.get(ChildSheet, at.child.id, reader=at.actor.organisation_id)
    assert stored.sheet.recommended_support == "regular_class"
    assert at.child.state is ChildState.RECOMMENDED


def test_two_people_who_decide_at_once_do_not_overwrite_each_other(seeking: MakeSeeking, world: World) -> None:
    at = seeking()
    seen = at.version()
    at.recommend()
    with pytest.raises(VersionConflict):
        services.recommend(
            world.actor("lead"), case_id=at.case.id, child_id=at.child.id, decision=GERMAN_CLASS, expected=seen
        )


def test_a_child_has_one_open_attempt_and_a_second_person_is_told(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    at.recommend()
    at.propose(schools[GESAMTSCHULE])
    with pytest.raises(Conflict):
        at.propose(schools[OTHER])


def test_no_step_can_be_skipped_or_taken_twice(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    with pytest.raises(WrongState):
        at.propose(schools[GESAMTSCHULE])
    placement = with_authority(at, schools[GESAMTSCHULE])
    with pytest.raises(WrongState):
        services.hand_over(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY)
    with pytest.raises(WrongState):
        services.record_admission(at.actor, case_id=at.case.id, placement_id=placement.id, on=TODAY, starts_on=TODAY)
    assert session().get(Placement, placement.id).state is PlacementState.WITH_AUTHORITY  # type: ignore[union-attr]


def test_a_school_that_refused_is_neither_offered_nor_accepted_again(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    placement = with_authority(at, schools[GESAMTSCHULE])
    services.record_refusal(
        at.actor,
        case_id=at.case.id,
        placement_id=placement.id,
        on=TODAY,
        reason=RefusalReason.NO_CAPACITY,
        text="kein Platz",
    )
    file = queries.child_file(at.actor, at.case, at.child.id)
    options = queries.options_for(at.actor, file, type_=None, agree=None, limit=200)
    assert options.excluded[Exclusion.REFUSED_BEFORE] == 1
    assert GESAMTSCHULE not in {option.school.number for option in options.options}
    with pytest.raises(Invalid, match="refused_before"):
        at.propose(schools[GESAMTSCHULE])


def test_what_the_school_wrote_lies_sealed_and_must_be_there(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    placement = assigned(at, schools[GESAMTSCHULE])
    refusal = {"case_id": at.case.id, "placement_id": placement.id, "on": TODAY, "reason": RefusalReason.OTHER}
    with pytest.raises(Invalid, match="text"):
        services.record_refusal(at.actor, **refusal, text="")
    services.record_refusal(at.actor, **refusal, text="Brandschaden im Anbau")
    sheet = records.get(PlacementSheet, placement.id, reader=at.actor.organisation_id).sheet
    assert sheet.refusal_text == "Brandschaden im Anbau"
    assert sheet.metres > 0
    assert sheet.is_estimate


def test_the_authority_may_choose_another_school(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    proposed = with_authority(at, schools[GESAMTSCHULE])
    other = services.record_assignment(
        at.actor, case_id=at.case.id, placement_id=proposed.id, on=TODAY, school_id=schools[OTHER].id
    )
    states = {row.school.number: row.state for row in session().scalars(select(Placement)).unique()}
    assert states == {GESAMTSCHULE: PlacementState.WITHDRAWN, OTHER: PlacementState.ASSIGNED}
    assert other.handed_over_on == TODAY
    assert at.child.state is ChildState.ASSIGNED


def test_a_confessional_primary_school_needs_the_guardians_agreement(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    at.recommend(replace(GERMAN_CLASS, reason="x"))
    catholic = a_confessional_primary(schools)
    with pytest.raises(Invalid, match="guardians_agree"):
        at.propose(catholic, deviates_because="Geschwister dort")
    with pytest.raises(Invalid, match="deviates_because"):
        at.propose(catholic, guardians_agree=True)
    at.propose(catholic, guardians_agree=True, deviates_because="Geschwister dort")


def test_an_exit_takes_the_open_attempt_and_its_tasks_with_it(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    placement = with_authority(at, schools[GESAMTSCHULE])
    services.leave(at.actor, case_id=at.case.id, child_id=at.child.id, state=ChildState.MOVED_AWAY, on=TODAY)
    assert session().get(Placement, placement.id).state is PlacementState.WITHDRAWN  # type: ignore[union-attr]
    assert open_tasks(at.child) == []
    assert days(at.child, TODAY) is None
    services.take_up_again(at.actor, case_id=at.case.id, child_id=at.child.id)
    assert (at.child.state, days(at.child, TODAY)) == (ChildState.REPORTED, 90)


def test_a_school_the_family_found_stops_the_clock_on_its_first_day(seeking: MakeSeeking) -> None:
    at = seeking()
    start = date(2026, 11, 9)
    services.leave(at.actor, case_id=at.case.id, child_id=at.child.id, state=ChildState.FOUND_OWN_SCHOOL, on=start)
    assert (at.child.seated_on, days(at.child, TODAY)) == (start, 76)


def test_days_that_cannot_be_are_refused(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    at.recommend()
    placement = at.propose(schools[GESAMTSCHULE])
    known = {"case_id": at.case.id, "placement_id": placement.id}
    with pytest.raises(Invalid, match="future"):
        services.hand_over(at.actor, **known, on=TODAY + timedelta(days=1))
    services.hand_over(at.actor, **known, on=TODAY)
    with pytest.raises(Invalid, match="before_previous"):
        services.record_assignment(at.actor, **known, on=TODAY - timedelta(days=1))
    services.record_assignment(at.actor, **known, on=TODAY)
    with pytest.raises(Invalid, match="too_far"):
        services.record_admission(at.actor, **known, on=TODAY, starts_on=date(2029, 1, 8))


def test_nobody_of_another_house_or_without_the_case_can_decide(
    seeking: MakeSeeking, schools: Schools, world: World
) -> None:
    at = seeking()
    house = accounts.found_organisation(kind=OrganisationKind.KI, name="KI am Niederrhein", short_name="KIN")
    stranger = Actor(house.id, OrganisationKind.KI, world.users["advisor"], frozenset({Role.LEAD}))
    for actor in (stranger, world.actor("colleague"), world.actor("reception"), world.actor("manager")):
        with pytest.raises(NotFound):
            services.recommend(actor, case_id=at.case.id, child_id=at.child.id, decision=GERMAN_CLASS, expected=1)
    other = seeking()
    with pytest.raises(NotFound):
        services.recommend(at.actor, case_id=at.case.id, child_id=other.child.id, decision=GERMAN_CLASS, expected=1)


def test_every_act_stands_in_the_trail_without_a_word_about_the_child(seeking: MakeSeeking, schools: Schools) -> None:
    at = seeking()
    placement = with_authority(at, schools[GESAMTSCHULE])
    services.record_export(at.actor, case_id=at.case.id, placement_id=placement.id, fields=["Name", "Geburtsdatum"])
    query = select(AuditEntry).where(AuditEntry.case_id == at.case.id).order_by(AuditEntry.seq)
    entries = session().scalars(query).all()
    exported = [entry for entry in entries if entry.action is Action.EXPORTED]
    assert ['"schulamt"' in entry.facts for entry in exported] == [True]
    assert {entry.subject_kind for entry in entries} >= {"child.recommendation", "placement", "child.state"}
    assert not any("Daryna" in entry.facts or "kurzer Weg" in entry.facts for entry in entries)
