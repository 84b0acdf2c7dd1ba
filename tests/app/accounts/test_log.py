"""The log: for the officer alone, without content, with every refusal, what stands out, and the state of its chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import clock
from app.accounts import log_patterns
from app.data import audit, audit_checks
from app.data.audit import Action, AuditEntry
from app.data.database import session, transaction
from cases import services
from cases.models import Case
from tests.plugins.application import World

Enter = Callable[[str], FlaskClient]
NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


def _enter(world: World, who: str, action: Action, count: int) -> None:
    with transaction():
        for _ in range(count):
            audit.record(
                action, organisation_id=world.ki.id, actor_id=world.users[who], subject_kind="test", subject_id=None
            )


@pytest.mark.parametrize("who", ["reception", "advisor", "lead", "admin", "manager"])
def test_nobody_but_the_officer_reads_the_log(sign_in: Enter, who: str) -> None:
    client = sign_in(who)
    assert {client.get(path).status_code for path in ("/protokoll", "/protokoll/export.csv")} == {403}
    assert client.post("/protokoll/pruefen").status_code == 403


def test_the_officer_sees_who_did_what_and_no_content(
    sign_in: Enter, world: World, open_case: Callable[..., Case]
) -> None:
    case = open_case()
    client = sign_in("officer")
    page, table = client.get("/protokoll").text, client.get("/protokoll/export.csv").text
    for text in (page, table):
        assert "Anna Beraterin" in text
        assert case.id.hex[-8:] in text
        assert "Kovalenko" not in text
    exported = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.EXPORTED)).one()
    assert (exported.subject_kind, exported.actor_id) == ("log", world.users["officer"])


def test_the_officer_sees_nothing_but_the_log(sign_in: Enter, open_case: Callable[..., Case]) -> None:
    case = open_case()
    client = sign_in("officer")
    assert client.get("/protokoll").status_code == 200
    assert {client.get(path).status_code for path in ("/faelle", f"/faelle/{case.id}", "/aufgaben")} <= {403, 404}
    assert client.get("/verwaltung/personen").status_code == 403


def test_another_houses_acts_show_only_where_they_touch_a_case_of_this_house(
    sign_in: Enter, world: World, open_case: Callable[..., Case]
) -> None:
    case = open_case()
    sign_in("manager")
    client = sign_in("officer")
    assert "Mira Manager" not in client.get("/protokoll").text
    sign_in("manager").get(f"/faelle/{case.id}")
    page = client.get(f"/protokoll?stelle={world.kim.id}").text
    assert "Mira Manager" in page
    assert "1 Eintrag" in page


def test_the_log_can_be_narrowed(sign_in: Enter, world: World, open_case: Callable[..., Case]) -> None:
    case = open_case()
    sign_in("advisor")
    client = sign_in("officer")
    page = client.get(f"/protokoll?vorgang=signed_in&person={world.users['advisor']}").text
    assert "1 Eintrag" in page
    assert "Keine Einträge" in client.get("/protokoll?bis=1.1.2020").text
    assert "Keine Einträge" not in client.get("/protokoll?von=1.1.2020").text
    assert "1 Eintrag" in client.get(f"/protokoll?fall={case.id.hex[-8:]}").text
    assert "Keine Einträge" in client.get("/protokoll?fall=00000000").text
    assert {client.get(f"/protokoll?{bad}").status_code for bad in ("von=gestern", "fall=%25")} == {422}


def test_a_refused_page_leaves_a_trace(sign_in: Enter, world: World) -> None:
    sign_in("advisor").get("/protokoll")
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == (Action.REFUSED, world.users["advisor"])
    assert "log.index" in entry.facts


def test_asking_for_a_foreign_case_leaves_a_trace_with_its_id(
    sign_in: Enter, world: World, open_case: Callable[..., Case]
) -> None:
    case = open_case()
    sign_in("manager").get(f"/faelle/{case.id}")
    refused = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.REFUSED)).one()
    assert (refused.case_id, refused.actor_id) == (case.id, world.users["manager"])


def test_what_stands_out_is_named_with_its_numbers_and_what_does_not_is_not(
    sign_in: Enter, world: World, open_case: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log_patterns.unusual(world.actor("officer")) == []
    _enter(world, "colleague", Action.SEARCHED, log_patterns.SEARCHES_A_DAY)
    _enter(world, "lead", Action.SEARCHED, log_patterns.SEARCHES_A_DAY - 1)
    _enter(world, "reception", Action.REFUSED, log_patterns.REFUSALS)
    monkeypatch.setattr(log_patterns, "FOREIGN_CASES", 2)
    for _ in range(2):
        services.read_case(world.actor("reception"), case_id=open_case(advisor="advisor").id, part="overview")
    with clock.travelling_to(NIGHT):
        _enter(world, "advisor", Action.READ, 1)
        told = {(one.person, one.sentence.split(" ", 1)[1]) for one in log_patterns.unusual(world.actor("officer"))}
    assert {person for person, _ in told} >= {"Karl Kollege", "Rita Empfang", "Anna Beraterin"}
    assert ("Rita Empfang", "verweigerte Zugriffe") in told
    assert ("Anna Beraterin", "Zugriffe zwischen 22 und 6 Uhr") in told
    assert ("Rita Empfang", "Fälle gelesen, die andere beraten") in told
    assert not [one for one in told if one[0] == "Lena Leitung" and "Suchen" in one[1]]
    assert "Suchen an einem Tag" in sign_in("officer").get("/protokoll").text


def test_the_chain_is_checked_and_a_change_in_it_is_told(sign_in: Enter) -> None:
    client = sign_in("officer")
    assert "Das Protokoll ist unversehrt" in client.post("/protokoll/pruefen", follow_redirects=True).text
    assert "Ohne Prüfpunkte von außen ist nicht geprüft" in client.get("/protokoll").text
    with transaction() as current:
        current.execute(update(AuditEntry).where(AuditEntry.seq == 2).values(details="other"))
    page = client.post("/protokoll/pruefen", follow_redirects=True).text
    assert "NICHT unversehrt" in page
    assert "Eintrag 2: wurde verändert" in page


def test_a_long_trail_is_checked_by_the_worker(sign_in: Enter, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(audit_checks, "AT_ONCE", 1)
    client = sign_in("officer")
    assert "läuft im Hintergrund" in client.post("/protokoll/pruefen", follow_redirects=True).text
    client.post("/protokoll/pruefen", follow_redirects=True)
    config = client.application.extensions["config"]
    assert audit_checks.perform_waiting(config) == 1
    assert "läuft" not in client.get("/protokoll").text
