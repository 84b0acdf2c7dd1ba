"""A case changes hands: asked for, routed, answered; whoever may not see it sees no shadow of it either."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import records
from app.data.audit import Action, AuditEntry
from app.data.audit_verify import verify
from app.data.database import db, session, transaction
from app.errors import Conflict, Invalid, KeyMissing, NotFound, NotPermitted, Taken, WrongState
from app.policies import Actor
from cases import queries as case_queries
from cases.consents.services import withdraw_consent
from cases.handover import queries, services
from cases.handover.models import Desk, Handover, HandoverPreview, HandoverStep
from cases.handover.rules import Need, Urgency
from cases.handover.states import HandoverState
from cases.models import Case, CaseAccess
from cases.services import assign_advisor
from cases.sheets import ChildSheet, FamilySheet
from tests.cases.handover.conftest import REASON, Desks, Way
from tests.plugins.application import World

Told = Callable[[str], list[str]]


def test_an_offer_shows_needs_and_no_name(way: Way, world: World, desks: Desks) -> None:
    handover = way.offered(way.case(district=3))
    assert (handover.state, handover.desk_id) == (HandoverState.OFFERED, desks.kim)
    (offer,) = services.read_inbox(world.actor("manager"))
    preview = offer.preview
    assert (preview.needs, preview.language, preview.district, preview.children) == (["housing", "work"], "uk", 3, 2)
    assert preview.reason == REASON
    assert b"Kovalenko" not in preview.to_bytes() and b"Daryna" not in preview.to_bytes()


def test_before_acceptance_the_case_does_not_exist_for_the_other_side(way: Way, world: World) -> None:
    case = way.case()
    handover = way.offered(case)
    for who in ("manager", "kim_lead", "welfare_manager"):
        actor = world.actor(who)
        with pytest.raises(NotFound):
            case_queries.get_case(actor, case.id)
        with pytest.raises(NotFound):
            queries.get_handover(actor, handover.id)
        assert list(session().scalars(select(Case).where(case_queries.visible_to(actor)))) == []
        with pytest.raises(KeyMissing):
            records.get(FamilySheet, case.id, reader=actor.organisation_id)
        assert queries.accepted(actor) == []
    with pytest.raises(NotFound):
        services.read_preview(world.actor("welfare_manager"), handover_id=handover.id)
    assert services.read_inbox(world.actor("welfare_manager")) == []


def test_acceptance_opens_the_records_for_that_manager_alone(way: Way, world: World, tasks_of: Told) -> None:
    case = way.case()
    handover = way.accepted(case)
    manager = world.actor("manager")
    assert (handover.state, handover.manager_id) == (HandoverState.ACCEPTED, manager.user_id)
    assert case_queries.family_of(manager, case_queries.get_case(manager, case.id)).sheet.family_name == "Kovalenko"
    assert [found.id for _, found in queries.accepted(manager)] == [case.id]
    with pytest.raises(NotFound):
        case_queries.get_case(world.actor("welfare_manager"), case.id)
    with pytest.raises(KeyMissing):
        records.get(FamilySheet, case.id, reader=world.welfare.id)
    assert records.find(HandoverPreview, handover.id, reader=world.kim.id) is None
    assert tasks_of("advisor") == ["Übergabe von KIM Innenstadt angenommen."]
    assert tasks_of("colleague") == []


def test_two_who_accept_at_once_one_wins_and_both_sides_stay_whole(
    app: Flask, way: Way, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handover = way.offered()
    handover_id, case_id = handover.id, handover.case_id
    session().rollback()
    actors = {who: world.actor(who) for who in ("manager", "kim_lead")}
    session().rollback()
    both_looked = Barrier(2, timeout=20)

    def look(actor: Actor, offer_id: UUID) -> Handover:
        found = queries.get_offer(actor, offer_id)
        both_looked.wait()
        return found

    def answer(who: str) -> str:
        with app.app_context():
            try:
                services.accept(actors[who], handover_id=handover_id)
            except Conflict:
                return "late"
            return who

    monkeypatch.setattr("cases.handover.services.answering.get_offer", look)
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(answer, actors))
    assert answers in (["late", "manager"], ["kim_lead", "late"])
    session().expire_all()
    kept = session().get_one(Handover, handover_id)
    assert {actors[who].user_id for who in answers if who != "late"} == {kept.manager_id}
    accesses = session().scalars(select(CaseAccess).where(CaseAccess.case_id == case_id)).all()
    assert [access.user_id for access in accesses] == [kept.manager_id]
    assert records.get(FamilySheet, case_id, reader=world.kim.id).sheet.family_name == "Kovalenko"


def test_an_acceptance_that_fails_leaves_no_key_behind(way: Way, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handover = way.offered()

    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("cases.handover.steps.tell", stumble)
        with pytest.raises(RuntimeError):
            services.accept(world.actor("manager"), handover_id=handover.id)
    assert set(records.keyring().holders(handover.case_id)) == {world.ki.id}
    assert session().get_one(Handover, handover.id).state is HandoverState.OFFERED
    assert services.accept(world.actor("manager"), handover_id=handover.id).state is HandoverState.ACCEPTED


def test_a_returned_case_is_gone_for_the_body_and_whole_for_the_ki(way: Way, world: World, tasks_of: Told) -> None:
    case = way.case()
    handover = way.accepted(case)
    manager = world.actor("manager")
    services.return_case(manager, handover_id=handover.id, reason="Die Familie zieht um.")
    with pytest.raises(NotFound):
        case_queries.get_case(manager, case.id)
    with pytest.raises(KeyMissing):
        records.get(FamilySheet, case.id, reader=world.kim.id)
    assert set(records.keyring().holders(case.id)) == {world.ki.id}
    assert queries.accepted(manager) == [] and services.read_inbox(manager) == []
    assert records.get(FamilySheet, case.id, reader=world.ki.id).sheet.family_name == "Kovalenko"
    assert len(records.of_case(ChildSheet, case.id, reader=world.ki.id)) == 2
    assert "Fall von KIM Innenstadt zurückgegeben. Die Familie zieht um." in tasks_of("advisor")
    assert way.requested(case).state is HandoverState.ROUTING


def test_only_one_handover_of_a_case_is_open(way: Way, world: World) -> None:
    case = way.case()
    first = way.requested(case)
    with pytest.raises(Taken):
        way.requested(case)
    with pytest.raises(IntegrityError), transaction() as current:
        current.add(
            Handover(
                case_id=case.id,
                organisation_id=world.ki.id,
                consent_id=first.consent_id,
                state=HandoverState.ACCEPTED,
                requested_by=first.requested_by,
                requested_at=clock.now(),
            )
        )


def test_a_worker_that_runs_twice_offers_once(way: Way, world: World) -> None:
    handover = way.offered()
    again = services.route(way.system(handover), handover_id=handover.id)
    assert again.routing_epoch == 1
    offers = select(HandoverStep).where(HandoverStep.state == HandoverState.OFFERED)
    assert len(session().scalars(offers).all()) == 1
    with pytest.raises(IntegrityError), transaction() as current:
        current.add(HandoverStep(handover_id=handover.id, at=clock.now(), state=HandoverState.OFFERED, routing_epoch=1))
    with pytest.raises(NotPermitted):
        services.route(world.actor("lead"), handover_id=handover.id)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"needs": []}, "needs"),
        ({"reason": " "}, "reason"),
        ({"reason": "Frau Kovalenko findet keine Wohnung"}, "reason"),
    ],
)
def test_a_request_needs_a_need_and_a_reason_without_names(way: Way, wanted: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        way.requested(**wanted)
    assert refusal.value.field == field


def test_a_request_needs_a_consent_to_this_very_purpose(way: Way, world: World) -> None:
    case, other = way.case(), way.case(family_name="Yılmaz")
    actor = world.actor("advisor")
    withdrawn = way.consent(case)
    withdraw_consent(actor, consent_id=withdrawn.id)
    for consent_id in (withdrawn.id, way.consent(other).id, case.id):
        with pytest.raises(Invalid) as refusal:
            services.request_handover(
                actor, case_id=case.id, consent_id=consent_id, needs=[Need.HOUSING], reason=REASON
            )
        assert (refusal.value.field, refusal.value.code) == ("consent", "missing")


def test_a_body_the_family_did_not_name_gets_no_offer(way: Way, world: World, desks: Desks) -> None:
    handover = way.requested(needs=[Need.FAMILY])
    assert services.route(way.system(handover), handover_id=handover.id).state is HandoverState.UNROUTED
    with pytest.raises(Invalid):
        services.choose_desk(world.actor("advisor"), handover_id=handover.id, desk_id=desks.welfare)
    way.consent(session().get_one(Case, handover.case_id), world.welfare.id)
    chosen = services.choose_desk(world.actor("advisor"), handover_id=handover.id, desk_id=desks.welfare)
    assert (chosen.state, chosen.desk_id) == (HandoverState.OFFERED, desks.welfare)
    assert len(services.read_inbox(world.actor("welfare_manager"))) == 1


def test_a_declined_case_is_offered_elsewhere_without_the_decliner(way: Way, world: World, tasks_of: Told) -> None:
    handover = way.offered()
    with pytest.raises(Invalid):
        services.decline(world.actor("manager"), handover_id=handover.id, reason=" ")
    services.decline(world.actor("manager"), handover_id=handover.id, reason="Zurzeit kein Platz.")
    assert tasks_of("advisor") == ["Übergabe von KIM Innenstadt nicht angenommen. Zurzeit kein Platz."]
    assert services.read_inbox(world.actor("manager")) == []
    again = services.reroute(world.actor("advisor"), handover_id=handover.id)
    assert (again.state, again.routing_epoch) == (HandoverState.ROUTING, 2)
    assert services.route(way.system(handover), handover_id=handover.id).state is HandoverState.UNROUTED
    reasons = queries.sheet_of(world.actor("advisor"), handover).routing_reasons
    assert "KIM Innenstadt: hat in dieser Übergabe schon abgelehnt." in reasons


def test_the_sender_takes_an_offer_back_and_nothing_of_it_stays(way: Way, world: World) -> None:
    handover = way.offered()
    with pytest.raises(NotFound):
        services.withdraw(world.actor("colleague"), handover_id=handover.id)
    services.withdraw(world.actor("advisor"), handover_id=handover.id)
    with pytest.raises(NotFound):
        services.accept(world.actor("manager"), handover_id=handover.id)
    assert records.find(HandoverPreview, handover.id, reader=world.kim.id) is None
    with pytest.raises(WrongState):
        services.reroute(world.actor("advisor"), handover_id=handover.id)


def test_the_sender_takes_an_accepted_case_back(way: Way, world: World) -> None:
    handover = way.accepted()
    with pytest.raises(Taken):
        services.reroute(world.actor("advisor"), handover_id=handover.id)
    services.withdraw(world.actor("lead"), handover_id=handover.id, reason="Einwilligung widerrufen.")
    with pytest.raises(NotFound):
        case_queries.get_case(world.actor("manager"), handover.case_id)
    assert set(records.keyring().holders(handover.case_id)) == {world.ki.id}


def test_a_withdrawn_consent_ends_an_offer(way: Way, world: World) -> None:
    handover = way.offered()
    withdraw_consent(world.actor("advisor"), consent_id=handover.consent_id)
    assert session().get_one(Handover, handover.id).state is HandoverState.WITHDRAWN
    assert services.read_inbox(world.actor("manager")) == []


def test_a_withdrawn_consent_takes_an_accepted_case_back_with_its_keys(way: Way, world: World, tasks_of: Told) -> None:
    handover = way.accepted()
    withdraw_consent(world.actor("advisor"), consent_id=handover.consent_id)
    assert session().get_one(Handover, handover.id).state is HandoverState.WITHDRAWN
    with pytest.raises(NotFound):
        case_queries.get_case(world.actor("manager"), handover.case_id)
    assert set(records.keyring().holders(handover.case_id)) == {world.ki.id}
    assert any("KIM bitten" in text for text in tasks_of("advisor"))
    assert "Die Familie hat ihre Einwilligung zur Übergabe widerrufen." in tasks_of("lead")


def test_a_consent_that_ended_since_the_offer_stops_acceptance(way: Way, world: World) -> None:
    handover = way.offered()
    with transaction():
        session().get_one(Handover, handover.id)
        consents = queries.consents_for(handover.case_id, today=clock.today())
        consents[0].valid_until = clock.today()
    clock.start_at(clock.now() + timedelta(days=1))
    with pytest.raises(Invalid):
        services.accept(world.actor("manager"), handover_id=handover.id)
    assert set(records.keyring().holders(handover.case_id)) == {world.ki.id}


def test_every_act_stands_in_the_trail(way: Way, world: World) -> None:
    handover = way.offered()
    services.read_preview(world.actor("manager"), handover_id=handover.id)
    services.accept(world.actor("manager"), handover_id=handover.id)
    services.return_case(world.actor("manager"), handover_id=handover.id, reason="Umzug")
    query = select(AuditEntry).where(AuditEntry.case_id == handover.case_id).order_by(AuditEntry.seq)
    entries = session().scalars(query).all()
    kinds = [(entry.action, entry.subject_kind) for entry in entries if entry.subject_kind.startswith("handover")]
    assert kinds == [
        (Action.CREATED, "handover"),
        (Action.OFFERED, "handover"),
        (Action.READ, "handover_preview"),
        (Action.SHARED, "handover"),
        (Action.ACCEPTED, "handover"),
        (Action.RETURNED, "handover"),
        (Action.REVOKED, "handover"),
    ]
    assert all("Umzug" not in entry.facts for entry in entries)
    assert verify(db.engine).breaks == []


def test_desks_are_kept_by_the_lead_of_their_body(way: Way, world: World, desks: Desks) -> None:
    plan = services.DeskPlan(name=" KIM Nord ", capacity=12, needs=[Need.DEBT], districts=[6, 5])
    with pytest.raises(NotPermitted):
        services.add_desk(world.actor("manager"), plan=plan)
    with pytest.raises(NotFound):
        services.change_desk(world.actor("kim_lead"), desk_id=desks.welfare, plan=plan)
    made = services.add_desk(world.actor("kim_lead"), plan=plan)
    assert (made.name, made.districts, made.organisation_id) == ("KIM Nord", [5, 6], world.kim.id)
    with pytest.raises(Invalid):
        services.add_desk(world.actor("kim_lead"), plan=services.DeskPlan(name="X", capacity=-1))
    closed = services.DeskPlan(name="KIM Innenstadt", capacity=1, is_active=False)
    services.change_desk(world.actor("kim_lead"), desk_id=desks.kim, plan=closed)
    assert session().get_one(Desk, desks.kim).is_active is False


def test_urgency_and_wish_reach_the_sheet(way: Way, world: World) -> None:
    handover = way.requested(urgency=Urgency.URGENT, wish="Beratung auf Ukrainisch")
    sheet = queries.sheet_of(world.actor("advisor"), handover)
    assert (sheet.urgency, sheet.wish) == ("urgent", "Beratung auf Ukrainisch")
    assert queries.waiting_for_route() == [handover.id]


@pytest.mark.parametrize("act", ["choose_desk", "reroute", "withdraw"])
def test_whoever_lost_the_case_a_moment_ago_moves_no_handover_of_it(
    way: Way, world: World, desks: Desks, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    handover = way.offered()
    actor, lead = world.actor("advisor"), world.actor("lead")
    permitted = queries.get_handover

    def late(*asked: Any) -> Handover:
        """Between the question whether one may and the act itself, the lead gives the case to a colleague."""
        found = permitted(*asked)
        assign_advisor(lead, case_id=handover.case_id, advisor_id=world.users["colleague"])
        return found

    monkeypatch.setattr(queries, "get_handover", late)
    chosen = {"desk_id": desks.kim} if act == "choose_desk" else {}
    with pytest.raises(NotFound):
        getattr(services, act)(actor, handover_id=handover.id, **chosen)
    session().expire_all()
    kept = session().get_one(Handover, handover.id)
    assert (kept.state, kept.desk_id, kept.routing_epoch) == (HandoverState.OFFERED, desks.kim, 1)
