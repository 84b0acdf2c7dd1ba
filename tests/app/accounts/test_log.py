"""The log: for the officer alone, without content, with every refusal, and with the state of its chain."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.data.audit import Action, AuditEntry
from app.data.database import session, transaction
from cases.models import Case
from tests.plugins.application import World


@pytest.mark.parametrize("who", ["reception", "advisor", "lead", "admin", "manager"])
def test_nobody_but_the_officer_reads_the_log(sign_in: Callable[[str], FlaskClient], who: str) -> None:
    assert sign_in(who).get("/protokoll").status_code == 403


def test_the_officer_sees_who_did_what_and_no_content(
    sign_in: Callable[[str], FlaskClient], open_case: Callable[..., Case]
) -> None:
    case = open_case()
    page = sign_in("officer").get("/protokoll").get_data(as_text=True)
    assert "Anna Beraterin" in page
    assert case.id.hex[-8:] in page
    assert "Kovalenko" not in page


def test_the_officer_sees_nothing_but_the_log(
    sign_in: Callable[[str], FlaskClient], open_case: Callable[..., Case]
) -> None:
    case = open_case()
    client = sign_in("officer")
    assert client.get("/protokoll").status_code == 200
    assert {client.get(path).status_code for path in ("/faelle", f"/faelle/{case.id}", "/aufgaben")} <= {403, 404}
    assert client.get("/verwaltung/personen").status_code == 403


def test_another_houses_acts_do_not_show(sign_in: Callable[[str], FlaskClient]) -> None:
    sign_in("manager")
    assert "Mira Manager" not in sign_in("officer").get("/protokoll").get_data(as_text=True)


def test_the_log_can_be_narrowed(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    sign_in("advisor")
    client = sign_in("officer")
    page = client.get(f"/protokoll?vorgang=signed_in&person={world.users['advisor']}").get_data(as_text=True)
    assert "1 Eintrag" in page
    assert client.get("/protokoll?am=1.1.2020").get_data(as_text=True).count("Keine Einträge") == 1
    assert client.get("/protokoll?am=gestern").status_code == 422


def test_a_refused_page_leaves_a_trace(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    sign_in("advisor").get("/protokoll")
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == (Action.REFUSED, world.users["advisor"])
    assert "log.index" in entry.facts


def test_asking_for_a_foreign_case_leaves_a_trace_with_its_id(
    sign_in: Callable[[str], FlaskClient], world: World, open_case: Callable[..., Case]
) -> None:
    case = open_case()
    sign_in("manager").get(f"/faelle/{case.id}")
    refused = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.REFUSED)).one()
    assert (refused.case_id, refused.actor_id) == (case.id, world.users["manager"])


def test_the_chain_is_checked_and_a_change_in_it_is_told(sign_in: Callable[[str], FlaskClient]) -> None:
    client = sign_in("officer")
    assert "Die Kette hält" in client.post("/protokoll/pruefen", follow_redirects=True).get_data(as_text=True)
    with transaction() as current:
        current.execute(update(AuditEntry).where(AuditEntry.seq == 2).values(subject_kind="other"))
    assert "gebrochen" in client.post("/protokoll/pruefen", follow_redirects=True).get_data(as_text=True)
