"""One's own account: another password, other sessions, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.accounts import queries, services
from tests.plugins.application import PASSWORD, World

NEW = "Elf-Schwäne-und-drei"


def _change(client: FlaskClient, old: str, new: str, again: str | None = None) -> tuple[int, str]:
    response = client.post("/konto/passwort", data={"old": old, "new": new, "again": again or new})
    return response.status_code, response.get_data(as_text=True)


def test_another_password_needs_the_old_one(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    status, page = _change(sign_in("advisor"), "not-the-old-one", NEW)
    assert (status, "Das bisherige Passwort stimmt nicht." in page) == (422, True)
    assert services.sign_in(email=world.email("advisor"), password=PASSWORD) is not None


def test_a_simple_password_is_refused_with_the_rule(sign_in: Callable[[str], FlaskClient]) -> None:
    status, page = _change(sign_in("advisor"), PASSWORD, "aaaaaaaaaaaaa")
    assert (status, "mindestens 12 Zeichen" in page) == (422, True)


def test_a_new_password_ends_every_other_session(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    here, elsewhere = sign_in("advisor"), sign_in("advisor")
    assert _change(here, PASSWORD, NEW)[0] == 303
    assert here.get("/konto").status_code == 200
    assert elsewhere.get("/konto").status_code == 302
    assert services.sign_in(email=world.email("advisor"), password=NEW) is not None


def test_one_session_can_be_ended_from_another(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    left_behind = sign_in("advisor")
    left_id = queries.open_sessions(world.users["advisor"])[0].id
    assert sign_in("advisor").post(f"/konto/sitzungen/{left_id}/beenden").status_code == 303
    assert left_behind.get("/konto").status_code == 302


def test_nobody_ends_a_strangers_session(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    client = sign_in("advisor")
    foreign = queries.open_sessions(world.users["advisor"])[0].id
    assert sign_in("lead").post(f"/konto/sitzungen/{foreign}/beenden").status_code == 404
    assert client.get("/konto").status_code == 200
