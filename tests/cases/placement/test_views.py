"""The pages around a seat: what an advisor sees and can do, and what others cannot."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.data.audit import Action, AuditEntry
from app.data.database import session
from app.web.spreadsheet import neutral
from cases.child_states import ChildState
from cases.kinds import TaskKind
from cases.models import Task
from cases.placement import services
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement, School
from tests.cases.placement.conftest import Seeking, a_confessional_primary
from tests.plugins.application import World

MakeSeeking = Callable[[], Seeking]
SignIn = Callable[[str], FlaskClient]
Schools = dict[str, School]
GESAMTSCHULE = "188232"
PROPOSED = {
    "version": "1",
    "stage": "lower_secondary",
    "school_type": "15",
    "grade": "6",
    "support": "german_class",
    "reason": "",
}


def child_url(at: Seeking, end: str = "schulplatz") -> str:
    return f"/faelle/{at.case.id}/kinder/{at.child.id}/{end}"


def attempt_url(at: Seeking, end: str) -> str:
    placement = session().scalars(select(Placement).where(Placement.child_id == at.child.id)).unique().one()
    return f"/faelle/{at.case.id}/schulplaetze/{placement.id}/{end}"


def test_an_advisor_leads_a_child_to_a_seat_page_by_page(
    seeking: MakeSeeking, schools: Schools, sign_in: SignIn
) -> None:
    at, client = seeking(), sign_in("advisor")
    page = client.get(child_url(at)).get_data(as_text=True)
    assert "Vorschlag" in page
    assert "§ 34" in page
    assert "90 Tage" in page
    assert client.post(child_url(at, "empfehlung"), data=PROPOSED).status_code == 303
    listed = client.get(child_url(at, "schulen")).get_data(as_text=True)
    assert '<span class="nowrap">etwa' in listed
    assert "Gymnasium: keine Eignung vermerkt" in listed
    picked = client.post(child_url(at, f"schulen/{GESAMTSCHULE}"), data={"reason": "kurzer Weg"})
    assert picked.status_code == 303
    assert client.post(attempt_url(at, "uebergabe"), data={"on": "23.11.2026"}).status_code == 303
    assigned = {"on": "23.11.2026", "school_id": str(schools[GESAMTSCHULE].id)}
    assert client.post(attempt_url(at, "zuweisung"), data=assigned).status_code == 303
    admitted = client.post(attempt_url(at, "aufnahme"), data={"on": "23.11.2026", "starts_on": "23.11.2026"})
    assert admitted.status_code == 303
    session().rollback()
    session().refresh(at.child)
    assert at.child.state is ChildState.INITIAL_SUPPORT
    kinds = set(session().scalars(select(Task.kind).where(Task.child_id == at.child.id)))
    assert {TaskKind.REVIEW_6, TaskKind.REVIEW_24} <= kinds
    last = client.get(child_url(at)).get_data(as_text=True)
    assert "Anna Beraterin" in last
    assert "23.11.2028" in last


def test_a_deviation_without_a_reason_comes_back_with_all_that_was_typed(seeking: MakeSeeking, sign_in: SignIn) -> None:
    at, client = seeking(), sign_in("advisor")
    answer = client.post(child_url(at, "empfehlung"), data=PROPOSED | {"support": "regular_class", "grade": "7"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Sie weichen vom Vorschlag ab" in page
    assert '<option selected value="regular_class">' in page


def test_a_decision_over_somebody_elses_comes_back_with_a_word_about_it(seeking: MakeSeeking, sign_in: SignIn) -> None:
    at, client = seeking(), sign_in("advisor")
    at.recommend()
    answer = client.post(child_url(at, "empfehlung"), data=PROPOSED | {"reason": "mein Text"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "inzwischen geändert" in page
    assert "mein Text" in page
    assert 'name="version" type="hidden" value="2"' in page


def test_a_step_that_somebody_took_already_is_a_conflict(
    seeking: MakeSeeking, schools: Schools, sign_in: SignIn
) -> None:
    at, client = seeking(), sign_in("advisor")
    at.recommend()
    at.propose(schools[GESAMTSCHULE])
    assert client.post(attempt_url(at, "uebergabe"), data={"on": "23.11.2026"}).status_code == 303
    assert client.post(attempt_url(at, "uebergabe"), data={"on": "23.11.2026"}).status_code == 409


def test_the_sheet_for_the_authority_says_only_what_it_needs_and_is_noted(
    seeking: MakeSeeking, schools: Schools, sign_in: SignIn
) -> None:
    at, client = seeking(), sign_in("advisor")
    at.recommend()
    at.propose(schools[GESAMTSCHULE])
    page = client.get(attempt_url(at, "bogen")).get_data(as_text=True)
    assert "Daryna" in page
    assert "Schulamt Düsseldorf" in page
    for private in ("Staatsangehörigkeit", "Aufenthalt", "Gesundheit", "Herkunft"):
        assert private not in page
    session().rollback()
    exported = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.EXPORTED)).all()
    assert [entry.case_id for entry in exported] == [at.case.id]


def test_colleagues_reception_and_kim_find_no_page_of_the_seat(seeking: MakeSeeking, sign_in: SignIn) -> None:
    at = seeking()
    other = seeking()
    for who in ("colleague", "reception", "manager"):
        assert sign_in(who).get(child_url(at)).status_code == 404
    mixed = f"/faelle/{at.case.id}/kinder/{other.child.id}/schulplatz"
    assert sign_in("advisor").get(mixed).status_code == 404


def test_ending_the_search_asks_for_a_confirmation(seeking: MakeSeeking, sign_in: SignIn) -> None:
    at, client = seeking(), sign_in("advisor")
    left = {"state": "moved_away", "on": "20.11.2026"}
    assert client.post(child_url(at, "ende"), data=left).status_code == 422
    assert client.post(child_url(at, "ende"), data=left | {"confirmed": "y"}).status_code == 303
    assert "Kind wieder aufnehmen" in client.get(child_url(at)).get_data(as_text=True)


def test_the_distribution_list_counts_its_bands_and_opens_only_ones_own_cases(
    seeking: MakeSeeking, sign_in: SignIn, world: World
) -> None:
    at = seeking()
    own = sign_in("advisor").get("/verteilliste").get_data(as_text=True)
    assert "Jahrgang 5–7" in own
    assert "90 Tage" in own
    assert child_url(at) in own
    others = sign_in("colleague").get("/verteilliste").get_data(as_text=True)
    assert "Daryna" in others
    assert child_url(at) not in others
    assert sign_in("manager").get("/verteilliste").status_code == 403


def test_the_list_as_csv_names_nobody_and_runs_no_formula(seeking: MakeSeeking, sign_in: SignIn) -> None:
    at = seeking()
    text = sign_in("advisor").get("/verteilliste.csv").get_data(as_text=True)
    assert f"{at.case.reference};Jahrgang 5–7;gemeldet;90;" in text
    assert "Daryna" not in text
    assert neutral("=1+1") == "'=1+1"


def test_schools_are_found_by_name_and_say_where_they_come_from(schools: Schools, sign_in: SignIn) -> None:
    client = sign_in("reception")
    page = client.get("/schulen?q=hulda+pankok").get_data(as_text=True)
    assert "Hulda-Pankok-Schule" in page
    assert "Heinrich-Heine" not in page
    school = client.get(f"/schulen/{GESAMTSCHULE}").get_data(as_text=True)
    assert "Datenlizenz Deutschland" in school
    assert client.get("/schulen/999999").status_code == 404


def test_a_confessional_primary_school_says_so_and_asks_for_agreement(
    seeking: MakeSeeking, schools: Schools, sign_in: SignIn
) -> None:
    at, client = seeking(), sign_in("advisor")
    at.recommend()
    faith = a_confessional_primary(schools)
    url, why = child_url(at, f"schulen/{faith.number}"), {"reason": "Weg", "deviates_because": "Bruder dort"}
    refused = client.post(url, data=why)
    assert refused.status_code == 422
    assert "müssen die Eltern zustimmen" in refused.get_data(as_text=True)
    assert client.post(url, data=why | {"guardians_agree": "y"}).status_code == 303
    placed = session().scalars(select(Placement)).unique().one()
    assert placed.state is PlacementState.PROPOSED
    assert services.Choice(faith.id, "x").guardians_agree is False
