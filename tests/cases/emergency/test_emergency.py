"""Emergency access: it opens a colleague's case to read, alarms the lead, ends by itself and is reviewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.data import records
from app.data.database import session
from app.errors import Conflict, Invalid, NotFound, NotPermitted
from app.messages.models import Message, MessagePayload
from app.policies import permits
from cases import services as cases
from cases.emergency import expiring, queries, services
from cases.emergency.kinds import EmergencyReason, Verdict
from cases.emergency.models import EmergencyAccess
from cases.kinds import TaskKind
from cases.models import Case, CaseAccess, Task
from cases.policies import CasePermission
from cases.queries import get_case
from cases.sheets import ChildSheet, FamilySheet
from cases.states import TaskState
from tests.plugins.application import World
from tests.plugins.trail import entries

WORDS = "Die Mutter steht hier, das Kind ist seit gestern nicht nach Hause gekommen."


@pytest.fixture
def case(world: World) -> Case:
    """A case of the colleague's, which the advisor may find and not open."""
    return cases.open_case(
        world.actor("lead"),
        family=FamilySheet(family_name="Fernandes"),
        children=[ChildSheet(given_names="Ines")],
        advisor_id=world.users["colleague"],
    )


def _open(world: World, case: Case) -> EmergencyAccess:
    return services.open_in_emergency(
        world.actor("advisor"), case_id=case.id, reason=EmergencyReason.CHILD_AT_RISK, text=WORDS
    )


def test_it_opens_the_case_to_read_and_nothing_else(world: World, case: Case) -> None:
    advisor = world.actor("advisor")
    with pytest.raises(NotFound):
        get_case(advisor, case.id)
    _open(world, case)
    opened = get_case(advisor, case.id)
    allowed = {permission for permission in CasePermission if permits(advisor, permission, opened)}
    assert allowed - {CasePermission.LIST, CasePermission.SEARCH, CasePermission.OPEN, CasePermission.FIND} == {
        CasePermission.READ,
        CasePermission.READ_HEALTH,
        CasePermission.READ_NOTES,
        CasePermission.READ_CONSENTS,
        CasePermission.MANAGE_TASKS,
    }


def test_the_lead_is_told_at_once_without_a_name_and_gets_a_task(world: World, case: Case) -> None:
    access = _open(world, case)
    alarm = session().scalars(select(Message).where(Message.subject_id == access.id)).one()
    payload = records.get(MessagePayload, alarm.id, reader=world.ki.id).sheet
    assert payload.address == world.email("lead")
    assert str(access.id) in payload.text
    for secret in ("Fernandes", "Ines", "Anna", "Mutter", case.reference):
        assert secret not in payload.text + payload.subject
    task = session().scalars(select(Task).where(Task.case_id == case.id)).one()
    assert (task.kind, task.assigned_to) == (TaskKind.EMERGENCY_REVIEW, world.users["lead"])
    (entry,) = entries(kind="emergency")
    assert "child_at_risk" in entry.facts
    assert "Mutter" not in entry.facts


def test_it_ends_by_the_clock_and_the_sweep_takes_the_row_away(world: World, case: Case) -> None:
    _open(world, case)
    clock.start_at(clock.now() + services.LASTS + timedelta(seconds=1))
    with pytest.raises(NotFound):
        get_case(world.actor("advisor"), case.id)
    assert expiring.end_expired() == 1
    assert session().scalars(select(CaseAccess).where(CaseAccess.case_id == case.id)).all() == []
    assert expiring.end_expired() == 0


def test_whoever_came_may_leave_before(world: World, case: Case) -> None:
    _open(world, case)
    services.end_access(world.actor("advisor"), case_id=case.id)
    with pytest.raises(NotFound):
        get_case(world.actor("advisor"), case.id)
    assert queries.recent(world.actor("colleague"), case)[0].is_open is False


@pytest.mark.parametrize("who", ["reception", "lead", "colleague", "admin", "officer", "manager"])
def test_nobody_else_takes_one(world: World, case: Case, who: str) -> None:
    with pytest.raises((NotFound, NotPermitted)):
        services.open_in_emergency(
            world.actor(who), case_id=case.id, reason=EmergencyReason.OTHER, text="lang genug ist dies"
        )


def test_a_bare_reason_is_not_enough(world: World, case: Case) -> None:
    with pytest.raises(Invalid):
        services.open_in_emergency(
            world.actor("advisor"), case_id=case.id, reason=EmergencyReason.OTHER, text=" eilig "
        )
    assert session().scalars(select(EmergencyAccess)).all() == []


def test_the_lead_reviews_it_once_and_the_task_is_done(world: World, case: Case) -> None:
    access, lead = _open(world, case), world.actor("lead")
    with pytest.raises(Invalid):
        services.review(lead, access_id=access.id, verdict=Verdict.UNJUSTIFIED)
    services.review(lead, access_id=access.id, verdict=Verdict.JUSTIFIED, text="Richtig gehandelt.")
    assert queries.accesses(lead)[0].review == "Richtig gehandelt."
    assert session().scalars(select(Task.state).where(Task.case_id == case.id)).one() is TaskState.DONE
    with pytest.raises(Conflict):
        services.review(lead, access_id=access.id, verdict=Verdict.UNJUSTIFIED, text="Doch nicht in Ordnung")
    with pytest.raises(NotFound):
        services.review(world.actor("advisor"), access_id=access.id, verdict=Verdict.JUSTIFIED)


def test_what_was_decided_meanwhile_holds(world: World, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = services.transaction

    @contextmanager
    def after_an_assignment() -> Iterator[Session]:
        monkeypatch.setattr(services, "transaction", asked)
        cases.add_deputy(world.actor("lead"), case_id=case.id, user_id=world.users["advisor"])
        with asked() as current:
            yield current

    monkeypatch.setattr(services, "transaction", after_an_assignment)
    with pytest.raises(NotFound):
        _open(world, case)
    assert session().scalars(select(EmergencyAccess)).all() == []


def test_who_came_in_does_not_tick_off_the_review(
    world: World, case: Case, sign_in: Callable[[str], FlaskClient]
) -> None:
    _open(world, case)
    task_id = session().scalars(select(Task.id).where(Task.case_id == case.id)).one()
    advisor, button = sign_in("advisor"), f"/aufgaben/{task_id}/erledigt"
    assert button not in advisor.get(f"/faelle/{case.id}/aufgaben").text
    assert advisor.post(button).status_code == 403
    assert session().get_one(Task, task_id).state is TaskState.OPEN
    lead = sign_in("lead")
    assert button in lead.get(f"/faelle/{case.id}/aufgaben").text
    assert lead.post(button).status_code == 303


def test_from_the_list_to_the_review(world: World, case: Case, sign_in: Callable[[str], FlaskClient]) -> None:
    advisor = sign_in("advisor")
    assert f"/faelle/{case.id}/notfall" in advisor.post("/suche", data={"q": "Fernandes"}).text
    refused = advisor.post(f"/faelle/{case.id}/notfall", data={"reason": "other", "text": "eilig"})
    assert (refused.status_code, "eilig" in refused.text) == (422, True)
    opened = advisor.post(
        f"/faelle/{case.id}/notfall", data={"reason": "child_at_risk", "text": WORDS}, follow_redirects=True
    )
    assert "Notfallzugriff bis" in opened.text
    assert "Ines" in opened.text
    lead = sign_in("lead")
    access_id = session().scalars(select(EmergencyAccess.id)).one()
    assert f"/notfall/{access_id}" in lead.get("/").text
    assert WORDS in lead.get(f"/notfall/{access_id}").text
    done = lead.post(f"/notfall/{access_id}", data={"verdict": "justified"}, follow_redirects=True)
    assert "war nötig" in done.text
    assert "Anna Beraterin" in sign_in("colleague").get(f"/faelle/{case.id}").text
    assert advisor.get("/notfall").status_code == 403
