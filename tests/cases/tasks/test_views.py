"""My tasks on one page, finished with one click; everybody's for those who lead."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app import clock
from cases.kinds import TaskKind
from cases.tasks import services
from tests.plugins.application import World
from tests.plugins.families import OpenCase


def test_a_task_is_given_on_the_case_and_finished_on_my_page(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, client = open_case(advisor="advisor").id, sign_in("advisor")
    url = f"/faelle/{case_id}/aufgaben"
    refused = client.post(url, data={"kind": "general", "text": "", "due_on": "", "assigned_to": "", "child_id": ""})
    assert refused.status_code == 422
    assert "Bitte schreiben Sie, was zu tun ist." in refused.get_data(as_text=True)
    day = clock.today().strftime("%d.%m.%Y")
    sent = {"kind": "general", "text": "Zeugnis nachfragen", "due_on": day, "assigned_to": "", "child_id": ""}
    assert client.post(url, data=sent).status_code == 303
    page = client.get("/aufgaben").get_data(as_text=True)
    assert "Zeugnis nachfragen" in page
    assert "1 offen" in page
    task_id = page.split("/aufgaben/")[1].split("/erledigt")[0]
    answer = client.post(f"/aufgaben/{task_id}/erledigt", data={"zurueck": "meine"})
    assert answer.headers["Location"] == "/aufgaben"
    assert "Nichts offen" in client.get("/aufgaben").get_data(as_text=True)
    assert client.post(f"/aufgaben/{task_id}/offen").status_code == 303
    assert "Zeugnis nachfragen" in client.get("/aufgaben").get_data(as_text=True)


def test_only_those_who_lead_or_receive_see_everybodys_tasks(
    world: World, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    actor, case_id = world.actor("advisor"), open_case(advisor="advisor").id
    services.add_task(actor, case_id=case_id, kind=TaskKind.GENERAL, due_on=clock.today(), text="Schule anrufen")
    assert "Schule anrufen" in sign_in("lead").get("/aufgaben?wer=alle").get_data(as_text=True)
    assert "Schule anrufen" not in sign_in("lead").get("/aufgaben").get_data(as_text=True)
    assert "Schule anrufen" not in sign_in("colleague").get("/aufgaben?wer=alle").get_data(as_text=True)
    assert sign_in("admin").get("/aufgaben").status_code == 403
