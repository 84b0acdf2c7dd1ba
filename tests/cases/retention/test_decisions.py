"""What the lead decides about due cases: extend once, ask the archive, erase; and what ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.accounts.models import UserSession
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import SealedRecord
from app.errors import Invalid, NotFound
from app.messages import composers
from app.messages.models import Channel, Message, MessagePayload, MessageState
from app.messages.services import plan
from cases import queries as case_queries
from cases.kinds import RestrictionReason
from cases.models import Case, Task
from cases.policies import is_restricted
from cases.retention import queries, services, sweeping
from cases.retention.hindrances import Hindered
from cases.retention.kinds import ArchiveAnswer, ErasureBasis, ExtensionReason
from cases.states import TaskState
from tests.plugins.application import World
from tests.plugins.families import family_sheet

OpenCase = Callable[..., Case]
SEVEN_MONTHS_ON = datetime(2027, 6, 28, 9, 0, tzinfo=UTC)


@pytest.fixture
def due_case(open_case: OpenCase) -> Case:
    """A report nobody consented to, seven months old; another one of today is not due."""
    clock.start_at(SEVEN_MONTHS_ON - timedelta(days=210))
    old = open_case(family=family_sheet("Wolodarskyj"))
    clock.start_at(SEVEN_MONTHS_ON)
    open_case(family=family_sheet("Haidarizada"))
    return old


def test_a_due_case_is_listed_extended_once_and_then_erased(world: World, due_case: Case) -> None:
    lead, case_id = world.actor("lead"), due_case.id
    assert [one.case.id for one in queries.overview(lead).due] == [case_id]
    assert [(count.now, count.soon) for count in queries.overview(world.actor("officer")).counts if count.now] == [
        (1, 0)
    ]
    mark = services.extend(lead, case_id=case_id, reason=ExtensionReason.LEGAL_DISPUTE)
    assert mark.extended_until == clock.today().replace(year=2028)
    assert queries.overview(lead).due == []
    assert queries.overview(world.actor("officer")).soon == []
    with pytest.raises(Hindered):
        services.erase_case(lead, case_id=case_id, basis=ErasureBasis.DUE)
    clock.start_at(SEVEN_MONTHS_ON + timedelta(days=366))
    with pytest.raises(Invalid, match="extended_before"):
        services.extend(lead, case_id=case_id, reason=ExtensionReason.FAMILY_ASKS)
    receipt = services.erase_case(lead, case_id=case_id, basis=ErasureBasis.DUE)
    assert receipt.rule == "lead_without_consent"
    with pytest.raises(NotFound):
        case_queries.get_case(lead, case_id)


def test_where_the_archive_is_asked_nothing_goes_before_its_answer_or_its_time(
    app: Flask, world: World, due_case: Case
) -> None:
    app.extensions["config"] = replace(app.extensions["config"], archive_offer=True)
    lead = world.actor("lead")
    with pytest.raises(Invalid, match="not_offered"):
        services.note_archive_answer(lead, case_id=due_case.id, answer=ArchiveAnswer.DECLINED)
    with pytest.raises(Hindered, match="hindered"):
        services.erase_case(lead, case_id=due_case.id, basis=ErasureBasis.DUE)
    services.offer_to_archive(lead, case_id=due_case.id)
    with pytest.raises(Hindered):
        services.erase_case(lead, case_id=due_case.id, basis=ErasureBasis.DUE)
    assert "angeboten" in queries.standing_of(due_case).archive_state
    clock.start_at(SEVEN_MONTHS_ON + timedelta(days=184))
    assert "keine Antwort" in queries.standing_of(due_case).archive_state
    services.note_archive_answer(lead, case_id=due_case.id, answer=ArchiveAnswer.TAKEN_OVER)
    assert services.erase_case(lead, case_id=due_case.id, basis=ErasureBasis.DUE).counts["case_file"] == 1


def test_a_restricted_case_stays_sends_nothing_and_is_told_of_when_lifted(world: World, open_case: OpenCase) -> None:
    case, lead = open_case(advisor="advisor"), world.actor("lead")
    with transaction():
        message = plan(
            scope=case.scope,
            case_id=case.id,
            subject_id=case.id,
            kind="documents.missing",
            channel=Channel.EMAIL,
            due_at=clock.now() + timedelta(days=1),
            dedupe_key="one",
            payload=MessagePayload(address="familie@einstieg.example", language="uk", text="Bitte"),
        )
    assert message is not None
    services.restrict(lead, case_id=case.id, reason=RestrictionReason.CONTESTED)
    session().refresh(message)
    assert message.state is MessageState.CANCELLED
    with pytest.raises(Hindered):
        services.erase_case(lead, case_id=case.id, basis=ErasureBasis.REQUEST)
    assert not composers.is_wanted(case.id, Channel.EMAIL)
    with pytest.raises(NotFound):
        services.lift_restriction(world.actor("advisor"), case_id=case.id)
    lifted = services.lift_restriction(lead, case_id=case.id)
    assert not is_restricted(lifted)
    assert composers.is_wanted(case.id, Channel.EMAIL)
    task = session().scalars(select(Task).where(Task.case_id == case.id)).one()
    assert (task.state, task.due_on) == (TaskState.OPEN, clock.today())


def test_leftovers_end_by_rule_and_nothing_that_waits_for_a_person(world: World, open_case: OpenCase) -> None:
    clock.start_at(datetime(2026, 11, 23, 11, tzinfo=UTC))  # at night 31 days ago is 30 days ago in local days
    case, now = open_case(), clock.now()
    kept = {"message": [], "session": []}  # type: dict[str, list[object]]
    with transaction() as current:
        for days, state in ((200, MessageState.SENT), (200, MessageState.FAILED), (100, MessageState.SENT)):
            message = plan(
                scope=case.scope,
                case_id=case.id,
                subject_id=case.id,
                kind="documents.missing",
                channel=Channel.EMAIL,
                due_at=now - timedelta(days=days),
                dedupe_key=f"{days}{state}",
                payload=MessagePayload(address="familie@einstieg.example", language="uk", text="Bitte"),
            )
            assert message is not None
            message.state = state
            kept["message"] += [message.id] if (days, state) != (200, MessageState.SENT) else []
        for days in (31, 5):
            seen = now - timedelta(days=days)
            row = UserSession(id=new_id(), user_id=world.users["lead"], token_hash=bytes([days] * 32), created_at=seen)
            row.last_seen_at = seen
            current.add(row)
            kept["session"] += [row.id] if days == 5 else []
    done = sweeping.sweep()
    assert (done["messages"], done["sign_ins"]) == (1, 1)
    assert set(session().scalars(select(Message.id))) == set(kept["message"])
    texts = select(SealedRecord.record_id).where(SealedRecord.kind == MessagePayload.KIND)
    assert set(session().scalars(texts)) == set(kept["message"])
    assert set(session().scalars(select(UserSession.id))) == set(kept["session"])
    assert set(sweeping.sweep().values()) == {0}


def test_the_lead_erases_from_the_page_and_the_officer_sees_counts_and_the_receipt_but_no_name(
    world: World, due_case: Case, sign_in: Callable[[str], FlaskClient]
) -> None:
    lead, officer, advisor, case_id = sign_in("lead"), sign_in("officer"), sign_in("advisor"), due_case.id
    page = lead.get("/aufbewahrung").text
    assert "Wolodarskyj" in page
    assert "Haidarizada" not in page
    seen = officer.get("/aufbewahrung")
    assert seen.status_code == 200
    assert "Wolodarskyj" not in seen.text
    assert due_case.reference not in seen.text
    assert advisor.get("/aufbewahrung").status_code == 403
    chosen = {"cases": str(due_case.id)}
    asked = lead.post("/aufbewahrung/loeschen", data=chosen)
    assert "rückgängig" in asked.text
    assert lead.post("/aufbewahrung/loeschen", data={**chosen, "asked": "1"}).status_code == 422
    done = lead.post("/aufbewahrung/loeschen", data={**chosen, "asked": "1", "confirmed": "y"})
    assert done.headers["Location"] == "/aufbewahrung/nachweise"
    receipts = officer.get("/aufbewahrung/nachweise").text
    assert "Lena Leitung" in receipts
    assert "Meldung ohne Einwilligung" in receipts
    assert "Wolodarskyj" not in receipts
    for printed in [part.split('"')[0] for part in receipts.split("/aufbewahrung/nachweise/")[1:]]:
        assert "Prüfsumme" in officer.get(f"/aufbewahrung/nachweise/{printed}").text
    assert lead.get(f"/faelle/{case_id}").status_code == 404
    assert lead.get(f"/faelle/{case_id}/verlauf").status_code == 404
    assert officer.get("/protokoll").status_code == 200
