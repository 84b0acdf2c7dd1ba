"""Notes are never lost and never overwrite a colleague's; a completed talk is only ever added to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from app import clock
from app.data import records
from app.data.audit import Action, AuditEntry
from app.data.base import new_id
from app.data.database import session
from app.errors import Invalid, NotFound, StorageFull, VersionConflict, WrongState
from cases.models import Case, CounsellingSession
from cases.sessions import queries, services
from cases.sessions.services import NextTask
from cases.sheets import SessionNotes
from cases.states import CaseState, SessionState
from cases.tasks.queries import open_tasks
from tests.plugins.acceptance import HandOver
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries

AUTO = {"X-Requested-With": "autosave", "Accept": "application/json"}
CANARY = "KANARIENVOGEL-0815"


def _notes(text: str, **more: Any) -> SessionNotes:
    return SessionNotes(notes=text, **more)


def _sent(version: int, notes: str, **more: str) -> dict[str, str]:
    told = {"version": str(version), "held_on": "23.11.2026", "held_from": "09:30", "minutes": "60", "notes": notes}
    return {**told, **more}


@pytest.fixture
def talk(world: World, open_case: OpenCase) -> tuple[UUID, UUID]:
    """A case of the advisor with a draft of a talk: (case, session)."""
    case_id = open_case(advisor="advisor").id
    return case_id, services.start_session(world.actor("advisor"), case_id=case_id).id


def test_the_second_writer_is_told_and_merging_keeps_both(world: World, talk: tuple[UUID, UUID]) -> None:
    _, session_id = talk
    advisor, lead = world.actor("advisor"), world.actor("lead")
    services.save_notes(lead, session_id=session_id, notes=_notes("von Lena"), expected=1)
    with pytest.raises(VersionConflict):
        services.save_notes(advisor, session_id=session_id, notes=_notes("von Anna"), expected=1)
    assert queries.notes_of(advisor, session_id).sheet.notes == "von Lena"
    services.merge_notes(advisor, session_id=session_id, notes=_notes("von Anna"))
    assert queries.notes_of(advisor, session_id).sheet.notes == (
        "[Fassung von Lena Leitung]\nvon Lena\n\n[Meine Fassung]\nvon Anna"
    )


def test_autosave_answers_the_next_version_and_a_conflict_with_both_texts(
    talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    url = "/faelle/{}/gespraeche/{}".format(*talk)
    anna, lena = sign_in("advisor"), sign_in("lead")
    first = anna.post(url, data=_sent(1, "Annas Satz"), headers=AUTO)
    assert first.status_code == 200
    assert first.get_json()["version"] == 2
    assert first.get_json()["saved_at"]
    assert anna.post(url, data=_sent(2, "Annas Satz, länger"), headers=AUTO).get_json()["version"] == 3
    late = lena.post(url, data=_sent(1, "Lenas <b>Satz</b>"), headers=AUTO)
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "data-conflict-content" in page
    assert "Annas Satz, länger" in page
    assert "Lenas &lt;b&gt;Satz&lt;/b&gt;" in page
    assert lena.post(url + "/zusammenfuehren", data=_sent(1, "Lenas Satz")).status_code == 303
    merged = lena.get(url).get_data(as_text=True)
    assert "Annas Satz, länger" in merged
    assert "Lenas Satz" in merged
    assert "Anna Beraterin schreibt gerade" not in merged
    assert "Lena Leitung schreibt gerade auch" in anna.get(url).get_data(as_text=True)


def test_a_half_typed_date_does_not_keep_the_notes_from_being_saved(
    world: World, talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    url = "/faelle/{}/gespraeche/{}".format(*talk)
    client = sign_in("advisor")
    assert client.post(url, data=_sent(1, "Text", held_on="23.1"), headers=AUTO).status_code == 200
    by_hand = client.post(url, data=_sent(2, "Text mehr", held_on="23.1"))
    assert by_hand.status_code == 422
    assert 'name="version" type="hidden" value="3"' in by_hand.get_data(as_text=True)
    assert queries.notes_of(world.actor("advisor"), talk[1]).sheet.notes == "Text mehr"


def test_without_javascript_saving_comes_back_to_the_page(
    world: World, talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    url = "/faelle/{}/gespraeche/{}".format(*talk)
    client = sign_in("advisor")
    assert client.post(url, data=_sent(1, "Text")).headers["Location"].endswith(url)
    assert client.post(url, data=_sent(2, "Text", weiter="1")).headers["Location"].endswith("/abschliessen")
    held = session().get(CounsellingSession, talk[1])
    assert held is not None
    assert clock.local(held.held_at).strftime("%d.%m.%Y %H:%M") == "23.11.2026 09:30"


def test_a_full_disk_loses_no_typed_word(
    talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "/faelle/{}/gespraeche/{}".format(*talk)
    client = sign_in("advisor")

    def full(*_args: object, **_kwargs: object) -> None:
        raise StorageFull("disk full")

    monkeypatch.setattr("cases.sessions.services.records.save", full)
    by_hand = client.post(url, data=_sent(1, "Drei lange Sätze"))
    assert by_hand.status_code == 503
    assert "Drei lange Sätze" in by_hand.get_data(as_text=True)
    assert "Ihr Text steht noch hier" in by_hand.get_data(as_text=True)
    assert client.post(url, data=_sent(1, "Drei lange Sätze"), headers=AUTO).status_code == 503
    monkeypatch.undo()
    assert client.post(url, data=_sent(1, "Drei lange Sätze"), headers=AUTO).get_json()["version"] == 2


def test_completing_moves_the_case_gives_tasks_and_closes_the_notes(world: World, talk: tuple[UUID, UUID]) -> None:
    case_id, session_id = talk
    actor = world.actor("advisor")
    with pytest.raises(Invalid):
        services.complete_session(actor, session_id=session_id, results=" ", next_steps="", expected=1)
    task = NextTask("Schule anrufen", clock.today(), world.users["colleague"])
    services.complete_session(
        actor, session_id=session_id, results="Gesamtschule", next_steps="", expected=1, next_tasks=[task]
    )
    session().expire_all()
    case, held = session().get(Case, case_id), session().get(CounsellingSession, session_id)
    assert case is not None
    assert held is not None
    assert (case.state, held.state) == (CaseState.COUNSELLED, SessionState.COMPLETED)
    assert [line.title for line in open_tasks(world.actor("lead"), team=True, today=clock.today())] == [
        "Schule anrufen"
    ]
    with pytest.raises(WrongState):
        services.save_notes(actor, session_id=session_id, notes=_notes("spät"), expected=2)


def test_an_amendment_leaves_the_notes_as_they_were(
    world: World, talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, session_id = talk
    actor = world.actor("advisor")
    with pytest.raises(WrongState):
        services.amend_session(actor, session_id=session_id, text="zu früh")
    services.complete_session(actor, session_id=session_id, results="Ergebnis", next_steps="", expected=1)
    before = records.digest(SessionNotes, session_id)
    services.amend_session(world.actor("lead"), session_id=session_id, text="Mutter rief an.")
    assert records.digest(SessionNotes, session_id) == before
    case = session().get(Case, case_id)
    assert case is not None
    held = queries.get_session(actor, session_id)
    (amendment,) = queries.session_view(actor, case, held).amendments
    assert (amendment.text, amendment.author) == ("Mutter rief an.", "Lena Leitung")
    url = f"/faelle/{case_id}/gespraeche/{session_id}"
    late = sign_in("advisor").post(url, data=_sent(1, "zu spät getippt"), headers=AUTO)
    assert late.status_code == 409
    assert "Als Nachtrag festhalten" in late.get_data(as_text=True)


def test_an_appointment_has_one_talk(world: World, open_case: OpenCase) -> None:
    actor, case_id, appointment_id = world.actor("advisor"), open_case(advisor="advisor").id, new_id()
    first = services.start_session(actor, case_id=case_id, appointment_id=appointment_id).id
    assert services.start_session(actor, case_id=case_id, appointment_id=appointment_id).id == first


def test_reception_and_strangers_read_no_notes_and_kim_only_after_acceptance(
    world: World, talk: tuple[UUID, UUID], hand_over: HandOver, sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, session_id = talk
    for who in ("reception", "colleague", "manager", "kim_lead", "welfare_manager", "admin", "officer"):
        with pytest.raises(NotFound):
            queries.get_session(world.actor(who), session_id)
    assert sign_in("reception").get(f"/faelle/{case_id}/gespraeche").status_code == 404
    assert sign_in("colleague").get(f"/faelle/{case_id}/gespraeche/{session_id}").status_code == 404
    case = session().get(Case, case_id)
    assert case is not None
    hand_over(case, "manager")
    assert sign_in("manager").get(f"/faelle/{case_id}/gespraeche/{session_id}").status_code == 200
    other = sign_in("advisor").get(f"/faelle/{new_id()}/gespraeche/{session_id}")
    assert other.status_code == 404


def test_reading_is_in_the_trail_and_no_word_lies_in_the_clear(
    world: World, talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    case_id, session_id = talk
    client = sign_in("advisor")
    url = f"/faelle/{case_id}/gespraeche/{session_id}"
    client.post(url, data=_sent(1, CANARY), headers=AUTO)
    client.post(url, data=_sent(1, CANARY + " zwei"), headers=AUTO)
    assert CANARY in client.get(url).get_data(as_text=True)
    noted = entries()
    assert (Action.READ, "case", '{"part":"session"}') in [(one.action, one.subject_kind, one.facts) for one in noted]
    bodies = session().execute(text("SELECT body FROM sealed_record")).scalars()
    assert not any(CANARY.encode() in bytes(body) for body in bodies)
    assert not any(CANARY in entry.details for entry in noted)
    assert CANARY not in caplog.text


def test_a_talk_completed_a_moment_ago_takes_no_late_notes(
    world: World, talk: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = services.get_case

    def late(*asked: Any) -> Case:
        """Between the question whether one may and the save, a colleague completes the talk."""
        change = update(CounsellingSession).where(CounsellingSession.id == talk[1])
        session().execute(change.values(state=SessionState.COMPLETED).execution_options(synchronize_session=False))
        return allowed(*asked)

    monkeypatch.setattr(services, "get_case", late)
    with pytest.raises(WrongState):
        services.merge_notes(world.actor("advisor"), session_id=talk[1], notes=_notes("zu spät"))


def test_the_page_that_completes_a_talk_shows_its_result_and_is_in_the_trail(
    world: World, talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    browser = sign_in("advisor")
    read = select(func.count()).select_from(AuditEntry).where(AuditEntry.case_id == talk[0])
    before = session().scalar(read) or 0
    assert browser.get(f"/faelle/{talk[0]}/gespraeche/{talk[1]}/abschliessen").status_code == 200
    assert session().scalar(read) == before + 1


def test_a_colleagues_text_shown_in_a_conflict_is_in_the_trail(
    world: World, talk: tuple[UUID, UUID], sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, session_id = talk
    url = f"/faelle/{case_id}/gespraeche/{session_id}"
    services.save_notes(world.actor("advisor"), session_id=session_id, notes=_notes("Annas Satz"), expected=1)
    lena, conflicts = sign_in("lead"), (url, f"{url}/abschliessen")
    reads = select(func.count()).where(
        AuditEntry.action == Action.READ, AuditEntry.case_id == case_id, AuditEntry.actor_id == world.users["lead"]
    )
    for number, address in enumerate(conflicts, start=1):
        answer = lena.post(address, data=_sent(1, "Lenas Satz", results="Lenas Ergebnis", next_steps=""))
        assert answer.status_code == 409
        assert session().scalar(reads) == number
