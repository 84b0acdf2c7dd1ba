"""Managing people: only one's own house, case work apart from administration, and no case in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts import services
from app.accounts.models import UserProfile
from app.data.audit import Action
from app.errors import Invalid, NotPermitted
from app.policies import Role
from cases.models import Case
from tests.plugins.application import PASSWORD, World
from tests.plugins.trail import entries

PROFILE = UserProfile(name="Nora Neu", email="neu@einstieg.example")


def test_an_administrator_makes_a_sign_in_that_works(sign_in: Callable[[str], FlaskClient]) -> None:
    data = {"name": "Nora Neu", "email": "neu@einstieg.example", "roles": ["advisor"], "password": PASSWORD}
    assert sign_in("admin").post("/verwaltung/personen/neu", data=data).status_code == 303
    assert services.sign_in(email="neu@einstieg.example", password=PASSWORD) is not None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": "kurz"}, "zu einfach"),
        ({"email": "advisor@einstieg.example"}, "hat schon jemand"),
        ({"roles": ["administrator", "advisor"]}, "von der Fallarbeit getrennt"),
    ],
)
def test_what_is_wrong_with_a_new_person_stands_on_the_page(
    sign_in: Callable[[str], FlaskClient], changed: dict[str, object], sentence: str
) -> None:
    data = {"name": "Nora Neu", "email": "neu@einstieg.example", "roles": ["advisor"], "password": PASSWORD}
    response = sign_in("admin").post("/verwaltung/personen/neu", data={**data, **changed})
    page = response.get_data(as_text=True)
    assert (response.status_code, sentence in page, "Nora Neu" in page) == (422, True, True)


def test_roles_of_another_kind_of_house_cannot_be_given(world: World) -> None:
    with pytest.raises(Invalid, match="foreign"):
        services.create_user(world.actor("admin"), roles=frozenset({Role.KIM_LEAD}), profile=PROFILE, password=PASSWORD)


def test_an_administrator_cannot_change_their_own_roles(world: World) -> None:
    with pytest.raises(Invalid, match="oneself"):
        services.change_user(
            world.actor("admin"), user_id=world.users["admin"], roles=frozenset({Role.LEAD}), is_active=True
        )


def test_people_of_another_house_are_as_if_not_there(sign_in: Callable[[str], FlaskClient], world: World) -> None:
    client = sign_in("admin")
    assert client.get(f"/verwaltung/personen/{world.users['manager']}").status_code == 404
    assert "Mira Manager" not in client.get("/verwaltung/personen").get_data(as_text=True)
    with pytest.raises(NotPermitted):
        services.change_user(
            world.actor("admin"), user_id=world.users["manager"], roles=frozenset({Role.KIM_LEAD}), is_active=False
        )


def test_an_administrator_sees_no_case(
    sign_in: Callable[[str], FlaskClient], world: World, open_case: Callable[..., Case]
) -> None:
    case = open_case()
    client = sign_in("admin")
    pages = [client.get(path) for path in ("/faelle", f"/faelle/{case.id}", "/suche", "/aufgaben")]
    pages.append(client.post("/suche", data={"q": "Kovalenko"}))
    assert [page.status_code in (403, 404) for page in pages[:2] + pages[3:]] == [True] * 4
    home = client.get("/").get_data(as_text=True)
    assert "Kovalenko" not in home + "".join(page.get_data(as_text=True) for page in pages)
    assert case.reference not in home


@pytest.mark.parametrize("who", ["reception", "advisor", "lead", "officer", "manager"])
def test_nobody_but_administrators_manages_people(sign_in: Callable[[str], FlaskClient], who: str) -> None:
    client = sign_in(who)
    assert client.get("/verwaltung/personen").status_code == 403
    assert client.post("/verwaltung/personen/neu", data={}).status_code == 403


def test_an_administrator_sets_a_password_and_all_sessions_of_that_person_end(
    sign_in: Callable[[str], FlaskClient], world: World
) -> None:
    advisor, admin = sign_in("advisor"), sign_in("admin")
    url = f"/verwaltung/personen/{world.users['advisor']}"
    assert "Neues Passwort setzen" in admin.get(url).text
    assert advisor.get("/konto").status_code == 200
    new = "drei Birnen im Korb"
    answer = admin.post(f"{url}/passwort", data={"new": new, "again": new})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    assert advisor.get("/konto").status_code in (302, 303)
    assert admin.get("/konto").status_code == 200
    assert services.sign_in(email="advisor@einstieg.example", password=PASSWORD) is None
    assert services.sign_in(email="advisor@einstieg.example", password=new) is not None
    (noted,) = [entry for entry in entries() if entry.facts == '{"password":"reset"}']
    assert (noted.action, noted.actor_id, noted.subject_id) == (
        Action.CHANGED,
        world.users["admin"],
        world.users["advisor"],
    )


@pytest.mark.parametrize(
    ("sent", "sentence"), [(("kurz", "kurz"), "zu einfach"), (("drei Birnen im Korb", "zwei"), "nicht gleich")]
)
def test_a_weak_or_mistyped_password_is_not_set(
    sign_in: Callable[[str], FlaskClient], world: World, sent: tuple[str, str], sentence: str
) -> None:
    url = f"/verwaltung/personen/{world.users['advisor']}/passwort"
    answer = sign_in("admin").post(url, data=dict(zip(("new", "again"), sent, strict=True)))
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert "drei Birnen" not in answer.text
    assert services.sign_in(email="advisor@einstieg.example", password=PASSWORD) is not None


def test_nobody_sets_a_password_of_another_house_or_their_own_without_the_old_one(
    sign_in: Callable[[str], FlaskClient], world: World
) -> None:
    data = {"new": "drei Birnen im Korb", "again": "drei Birnen im Korb"}
    admin = sign_in("admin")
    assert admin.post(f"/verwaltung/personen/{world.users['manager']}/passwort", data=data).status_code == 404
    own = f"/verwaltung/personen/{world.users['admin']}"
    assert "Neues Passwort setzen" not in admin.get(own).text
    assert admin.post(f"{own}/passwort", data=data).status_code == 422
    assert sign_in("lead").post(f"{own}/passwort", data=data).status_code == 403
    for who, error in (("admin", Invalid), ("lead", NotPermitted)):
        with pytest.raises(error):
            services.reset_password(world.actor(who), user_id=world.users["admin"], new=data["new"])
    with pytest.raises(NotPermitted):
        services.reset_password(world.actor("admin"), user_id=world.users["manager"], new=data["new"])
