"""The pages of a handover on both sides, as people click through them."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.data.audit import Action
from app.data.database import session
from cases.handover import services
from cases.handover.models import Desk, Handover
from cases.handover.states import HandoverState
from cases.models import Case
from tests.cases.handover.conftest import REASON, Desks, Way
from tests.plugins.application import World
from tests.plugins.trail import entries

SignIn = Callable[[str], FlaskClient]


def fresh(handover: Handover) -> Handover:
    session().expire_all()
    return session().get_one(Handover, handover.id)


def test_without_consent_the_tab_leads_to_recording_one(way: Way, sign_in: SignIn) -> None:
    case = way.case()
    page = sign_in("advisor").get(f"/faelle/{case.id}/uebergabe").text
    assert "Es fehlt die Einwilligung" in page
    assert f"/faelle/{case.id}/einwilligungen/neu?zweck=kim_handover" in page


def test_from_the_form_to_the_open_file_and_back(way: Way, world: World, sign_in: SignIn) -> None:
    case = way.case()
    consent_id = str(way.consent(case).id)
    advisor, manager = sign_in("advisor"), sign_in("manager")
    tab = f"/faelle/{case.id}/uebergabe"
    assert "mindestens drei Problemlagen" in advisor.get(tab).text
    sent = {"consent_id": consent_id, "needs": ["housing"], "reason": REASON, "urgency": "urgent"}
    assert advisor.post(tab, data=sent).status_code == 303
    assert "Eine passende Stelle wird gesucht" in advisor.get(tab).text
    handover = session().query(Handover).one()
    services.route(way.system(handover), handover_id=handover.id)
    assert "Deckt 1 von 1 Bedarfen: Wohnen." in advisor.get(tab).text

    inbox = manager.get("/uebergaben").text
    assert "Wohnen" in inbox and "dringend" in inbox and "Kovalenko" not in inbox
    offer = manager.get(f"/uebergaben/{handover.id}").text
    assert REASON in offer and "Kovalenko" not in offer and "Daryna" not in offer
    assert manager.get(f"/faelle/{case.id}").status_code == 404
    assert sign_in("welfare_manager").get(f"/uebergaben/{handover.id}").status_code == 404

    accepted = manager.post(f"/uebergaben/{handover.id}/annehmen", data={"text": "Wir rufen an."})
    assert accepted.headers["Location"].endswith(f"/faelle/{case.id}")
    assert "Kovalenko" in manager.get(f"/faelle/{case.id}").text
    assert "Wir rufen an." in advisor.get(tab).text
    assert "Kovalenko" in manager.get("/uebergaben").text

    assert manager.post(f"{tab}/zurueckgeben", data={"reason": ""}).status_code == 422
    assert manager.post(f"{tab}/zurueckgeben", data={"reason": "Umzug nach Köln"}).status_code == 303
    for address in (f"/faelle/{case.id}", tab, f"/uebergaben/{handover.id}"):
        assert manager.get(address).status_code == 404
    assert "Kovalenko" not in manager.get("/uebergaben").text
    assert "Umzug nach Köln" in advisor.get(tab).text


def test_a_form_in_error_keeps_what_was_written(way: Way, sign_in: SignIn) -> None:
    case = way.case()
    sent = {"consent_id": str(way.consent(case).id), "needs": ["work"], "reason": "Frau Kovalenko sucht Arbeit"}
    answer = sign_in("advisor").post(f"/faelle/{case.id}/uebergabe", data=sent)
    assert answer.status_code == 422
    assert "ohne Namen" in answer.text and "Frau Kovalenko sucht Arbeit" in answer.text


def test_whoever_comes_second_is_told_so(way: Way, world: World, sign_in: SignIn) -> None:
    handover = way.accepted()
    answer = sign_in("kim_lead").post(f"/uebergaben/{handover.id}/annehmen", follow_redirects=True)
    assert answer.status_code == 200 and "schon beantwortet oder zurückgezogen" in answer.text


def test_the_sender_chooses_another_desk_and_withdraws(way: Way, world: World, desks: Desks, sign_in: SignIn) -> None:
    handover = way.offered()
    case = session().get_one(Case, handover.case_id)
    tab = f"/faelle/{case.id}/uebergabe"
    way.consent(case, world.welfare.id)
    advisor = sign_in("advisor")
    assert "Brücke" in advisor.get(f"{tab}/stelle").text
    assert advisor.post(f"{tab}/stelle", data={"desk_id": str(desks.welfare)}).status_code == 303
    assert fresh(handover).desk_id == desks.welfare
    assert advisor.get(f"{tab}/zuruecknehmen").status_code == 200
    assert advisor.post(f"{tab}/neu-zuordnen").status_code == 303
    assert fresh(handover).state is HandoverState.ROUTING
    assert advisor.post(f"{tab}/zuruecknehmen", data={"reason": ""}).status_code == 303
    assert fresh(handover).state is HandoverState.WITHDRAWN
    for who in ("colleague", "reception", "admin", "officer", "manager"):
        assert sign_in(who).get(tab).status_code in (403, 404)


def test_a_manager_declines_hands_on_and_keeps(way: Way, world: World, sign_in: SignIn) -> None:
    declined = way.offered()
    manager = sign_in("manager")
    assert manager.post(f"/uebergaben/{declined.id}/ablehnen", data={"reason": ""}).status_code == 422
    assert manager.post(f"/uebergaben/{declined.id}/ablehnen", data={"reason": "Voll"}).status_code == 303
    assert "nicht angenommen" in sign_in("advisor").get(f"/faelle/{declined.case_id}/uebergabe").text
    handover = way.accepted()
    tab = f"/faelle/{handover.case_id}/uebergabe"
    assert "Kira Leitung" in manager.get(f"{tab}/weitergeben").text
    lead = f"person:{world.users['kim_lead']}"
    assert manager.post(f"{tab}/weitergeben", data={"to": lead, "reason": "Urlaub"}).status_code == 303
    assert "Doch behalten" in manager.get(tab).text
    assert manager.post(f"{tab}/behalten").status_code == 303
    assert fresh(handover).state is HandoverState.ACCEPTED


def test_the_lead_keeps_the_desks(way: Way, desks: Desks, sign_in: SignIn) -> None:
    lead = sign_in("kim_lead")
    assert "0 von 30" in lead.get("/stellen").text
    sent = {"name": "KIM Süd", "capacity": "20", "needs": ["debt"], "districts": ["9"], "languages": ["tr"]}
    assert lead.post("/stellen/neu", data=sent).status_code == 303
    assert lead.post("/stellen/neu", data={"name": "", "capacity": "9999"}).status_code == 422
    changed = lead.post(f"/stellen/{desks.kim}", data={"name": "KIM Mitte", "capacity": "5"})
    assert changed.status_code == 303
    session().expire_all()
    desk = session().get_one(Desk, desks.kim)
    assert (desk.name, desk.capacity, desk.needs, desk.is_active) == ("KIM Mitte", 5, [], False)
    assert lead.get(f"/stellen/{desks.welfare}").status_code == 404
    assert sign_in("manager").get("/stellen").status_code == 403
    assert sign_in("advisor").get("/uebergaben").status_code == 403


def test_the_accepted_cases_named_on_the_page_are_in_the_trail(way: Way, world: World, sign_in: SignIn) -> None:
    case_id = way.accepted().case_id
    assert "Kovalenko" in sign_in("manager").get("/uebergaben").text
    (noted,) = entries(kind="case_list")
    assert (noted.action, noted.actor_id) == (Action.READ, world.users["manager"])
    assert str(case_id) in noted.facts
