"""Nobody is made before the house was searched; what was set apart is remembered, and shown only to who may see it."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.data.audit import Action
from app.data.database import session
from cases.duplicates import listing
from cases.duplicates.models import NotSame
from cases.intake import services as intake
from cases.models import Case, Child
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet
from tests.plugins.trail import entries

SignIn = Callable[[str], FlaskClient]
TYPED = {
    "q": "Kowalenko",
    "family_name": "Kowalenko",
    "children-0-given_names": "Darina",
    "children-0-born": "3.5.2014",
    "guardians-0-kind": "mother",
    "language": "uk",
    "district": "3",
    "advisor": "",
    "do": "save",
}
BLANK = {"gender": "", "birth_country": "", "nationality": "", "second_nationality": ""}


def _cases() -> int:
    return session().scalar(select(func.count()).select_from(Case)) or 0


def test_the_likely_family_stands_beside_what_was_typed_and_new_is_made_only_after_a_look(
    world: World, open_case: OpenCase, sign_in: SignIn
) -> None:
    known, reception = open_case(), sign_in("reception")
    asked = reception.post("/faelle/neu", data=TYPED)
    assert asked.status_code == 409 and _cases() == 1
    for told in (known.reference, "Darina Kowalenko", "Tag und Monat der Geburt vertauscht", "Nicht dieselbe"):
        assert told in asked.text
    assert reception.post("/faelle/neu", data={**TYPED, "confirmed": "others"}).status_code == 409, "nobody looked"
    noted = entries(kind="duplicate_check")
    assert noted and all(entry.action is Action.SEARCHED and str(known.id) in entry.facts for entry in noted)

    apart = {**TYPED, "declined": str(known.id)}
    assert reception.post("/faelle/neu", data=apart).status_code == 303 and _cases() == 2
    assert listing.duplicate_pairs(world.actor("lead")) == [], "what was set apart at intake is remembered"


def test_the_same_family_gets_the_child_its_case_did_not_know(open_case: OpenCase, sign_in: SignIn) -> None:
    known = open_case(children=[child_sheet("Daryna")])
    sent = {**TYPED, "children-1-given_names": "Oleh", "children-1-born": "2010", "same": str(known.id)}
    answer = sign_in("reception").post("/faelle/neu", data=sent)
    assert answer.status_code == 303 and answer.location.endswith(f"/faelle/{known.id}")
    assert session().scalar(select(func.count()).select_from(Child)) == 2 and _cases() == 1


def test_of_a_case_that_one_may_not_open_only_whom_to_ask_is_told(open_case: OpenCase, sign_in: SignIn) -> None:
    open_case(advisor="advisor")
    page = sign_in("colleague").post("/faelle/neu", data=TYPED).text
    assert "Anna Beraterin" in page and "Diesen Fall können Sie nicht öffnen" in page
    for hidden in ("Taras", "Olena", "05.03.2014 und", "Das ist dieselbe Familie"):
        assert hidden not in page


def test_a_child_is_not_added_twice_nor_to_a_second_family_unseen(open_case: OpenCase, sign_in: SignIn) -> None:
    own = open_case(
        family=family_sheet("Shevchenko", phone=""), children=[child_sheet("Olha", "2011-07-02")], guardians=[]
    )
    other = open_case(children=[child_sheet("Daryna")])
    client, path = sign_in("advisor"), f"/faelle/{own.id}/kinder/neu"
    twice = client.post(path, data=BLANK | {"given_names": "Olga", "born": "2.7.2011"})
    assert twice.status_code == 409 and "Steht dieses Kind schon in diesem Fall?" in twice.text
    elsewhere = BLANK | {"given_names": "Daryna", "family_name": "Kovalenko", "born": "5.3.2014"}
    asked = client.post(path, data=elsewhere)
    assert asked.status_code == 409 and other.reference in asked.text
    assert client.post(path, data=elsewhere | {"declined": str(other.id)}).status_code == 303
    pair = session().scalars(select(NotSame)).one()
    assert {pair.first_id, pair.second_id} == {own.id, other.id}


def test_a_pair_set_apart_comes_back_when_it_changed_or_is_taken_back(
    world: World, open_case: OpenCase, sign_in: SignIn
) -> None:
    one = open_case(advisor="advisor", children=[child_sheet("Daryna")])
    other = open_case(advisor="advisor", children=[child_sheet("Дарина", "2014-05-03")])
    lead, actor = sign_in("lead"), world.actor("lead")
    page = lead.get("/dubletten").text
    assert one.reference in page and "Tag und Monat der Geburt vertauscht" in page
    assert sign_in("reception").get("/dubletten").status_code == 403
    path = f"/dubletten/{one.id}/{other.id}"
    assert lead.post(f"{path}/nicht-dieselbe").status_code == 303
    assert listing.duplicate_pairs(actor) == [] and len(listing.remembered(actor)) == 1
    _rename(world, one, "Daryina")
    assert listing.duplicate_pairs(actor) == [], "another spelling of one sound changes nothing"
    _correct(world, other, "2014-03-05")
    assert len(listing.duplicate_pairs(actor)) == 1, "the birth dates agree now"
    lead.post(f"{path}/nicht-dieselbe")
    assert listing.duplicate_pairs(actor) == []
    assert lead.post(f"{path}/doch-vergleichen").status_code == 303
    assert len(listing.duplicate_pairs(actor)) == 1


def _rename(world: World, case: Case, given_names: str) -> None:
    _change(world, case, {"given_names": given_names})


def _correct(world: World, case: Case, born: str) -> None:
    _change(world, case, {"born": born})


def _change(world: World, case: Case, changes: dict[str, str]) -> None:
    child_id = session().scalars(select(Child.id).where(Child.case_id == case.id)).one()
    intake.change_child(world.actor("lead"), case_id=case.id, child_id=child_id, expected=1, changes=changes)
