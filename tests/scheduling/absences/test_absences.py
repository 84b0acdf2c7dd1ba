"""Being away for days or hours: the lead enters it for everybody, an advisor for herself and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select

from app.data.database import session
from scheduling.models import Absence
from tests.plugins.application import World
from tests.scheduling.conftest import Office

SignIn = Callable[[str], FlaskClient]
OWN, LEADS = "/termine/meine-zeiten", "/sprechzeiten/abwesenheiten"


def _absences() -> list[Absence]:
    query = select(Absence).order_by(Absence.starts_at)
    return list(session().scalars(query.execution_options(populate_existing=True)))


def _utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_an_advisor_enters_her_own_days_and_hours_and_takes_them_back(
    world: World, office: Office, sign_in: SignIn
) -> None:
    advisor = sign_in("advisor")
    assert advisor.post(OWN, data={"first": "27.11.2026"}).status_code == 303
    hours = {"first": "24.11.2026", "opens": "13", "closes": "15:30"}
    assert advisor.post(OWN, data=hours).status_code == 303
    assert [(one.starts_at, one.ends_at, one.resource_id) for one in _absences()] == [
        (_utc(24, 12), _utc(24, 14, 30), office.advisor_id),
        (_utc(26, 23), _utc(27, 23), office.advisor_id),
    ]
    for wrong in (
        {},
        {"first": "24.11.2026", "last": "23.11.2026"},
        {"first": "24.11.2026", "opens": "13"},
        {"first": "24.11.2026", "opens": "13", "closes": "12"},
    ):
        answer = advisor.post(OWN, data=wrong)
        assert answer.status_code == 422
        assert str(wrong.get("first", "")) in answer.text
    assert advisor.post(f"{OWN}/{_absences()[0].id}/entfernen").status_code == 303
    assert len(_absences()) == 1


def test_what_is_somebody_elses_or_the_houses_is_not_an_advisors(world: World, office: Office, sign_in: SignIn) -> None:
    lead, colleague = sign_in("lead"), sign_in("colleague")
    lead.post(f"{LEADS}/neu", data={"resource": f"advisor:{office.advisor_id}", "first": "27.11.2026"})
    closed = {"resource": "", "first": "24.11.2026", "opens": "12", "closes": "14"}
    assert lead.post(f"{LEADS}/neu", data=closed).status_code == 303
    for absence in _absences():
        assert colleague.post(f"{OWN}/{absence.id}/entfernen").status_code == 404
        assert colleague.post(f"{LEADS}/{absence.id}/entfernen").status_code == 403
    page = lead.get("/sprechzeiten").text
    assert "Anna Beraterin" in page and "ganzes Haus geschlossen" in page
    assert sign_in("advisor").post(f"{OWN}/{_absences()[1].id}/entfernen").status_code == 303
    assert lead.post(f"{LEADS}/{_absences()[0].id}/entfernen").status_code == 303
    assert _absences() == []
