"""Shards follow every change of a case: nothing is lost, nothing lingers, and what does not open is made anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from app.accounts import services as accounts
from app.data import records
from app.data.base import new_id
from app.data.database import db, session, transaction
from app.errors import KeyMissing
from app.policies import OrganisationKind
from cases.intake import services as intake
from cases.models import Case
from cases.queries import children_of
from cases.search import queries
from cases.shards import keeping, reading, settling, store
from cases.shards.columns import lines_of, uuids
from cases.shards.errors import ShardBroken
from cases.shards.facts import CHILD, CaseFacts, PersonFacts
from cases.shards.models import RECENT, BodyKind, Shard, ShardBody, ShardPlace
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet

NAMES = ["Schewtschenko", "Karimi", "Popescu", "Nguyen", "Haddad", "Tesfaye"]


@pytest.fixture
def six(open_case: OpenCase, monkeypatch: pytest.MonkeyPatch) -> dict[str, UUID]:
    """Six families, more than the small shard may hold."""
    monkeypatch.setattr(keeping, "MOST_RECENT", 3)
    monkeypatch.setattr(keeping, "MOST_PEOPLE", 3)
    return {
        name: open_case(family=family_sheet(name), children=[child_sheet("Mia")], guardians=[]).id for name in NAMES
    }


def _found(world: World, text: str) -> list[UUID]:
    return queries.find(world.actor("advisor"), text)


def _rename(world: World, case_id: UUID, name: str) -> None:
    actor = world.actor("lead")
    case = session().get_one(Case, case_id)
    version = records.get(type(family_sheet()), case.id, reader=case.organisation_id).version
    intake.change_family(actor, case_id=case.id, expected=version, changes={"family_name": name})


def _words(world: World) -> set[str]:
    """Every word that lies in any shard, overridden or not."""
    rows = store.fetch(world.ki.id, [BodyKind.SEARCH]).opened()
    return {line for _, _, body in rows for line in lines_of(body.romans, len(body.unvowelled))}  # type: ignore[attr-defined]


def test_a_full_small_shard_moves_its_cases_and_all_are_found_once(world: World, six: dict[str, UUID]) -> None:
    numbers = session().scalars(select(Shard.number).where(Shard.organisation_id == world.ki.id)).all()
    assert len(numbers) > 1
    assert sorted(uuids(reading.case_columns(world.ki.id).case_ids)) == sorted(six.values())
    for name, case_id in six.items():
        assert _found(world, name) == [case_id]
    sizes = [len(one.people.kinds) for one in reading.people(world.ki.id)]
    assert sum(sizes) == len(six)
    assert max(sizes) <= keeping.MOST_PEOPLE


def test_a_changed_name_replaces_the_old_one_at_once_and_the_old_one_lies_nowhere_once_moved(
    world: World, six: dict[str, UUID]
) -> None:
    case_id = six["Karimi"]
    _rename(world, case_id, "Zimmermann")
    assert _found(world, "Karimi") == []
    assert _found(world, "Zimmermann") == [case_id]
    assert len(reading.case_columns(world.ki.id).case_ids) == len(six)
    keeping.renew(world.ki.id)
    assert "karimi" not in _words(world)
    assert _found(world, "Zimmermann") == [case_id]


def test_a_removed_child_is_found_no_more(world: World, open_case: OpenCase) -> None:
    case = open_case()
    assert _found(world, "Daryna") == [case.id]
    daryna = next(key for key, one in children_of(world.actor("lead"), case).items() if one.sheet.given_names[0] == "D")
    intake.remove_child(world.actor("lead"), case_id=case.id, child_id=daryna)
    assert _found(world, "Daryna") == []
    assert _found(world, "Taras") == [case.id]


def test_a_change_of_what_no_shard_holds_writes_no_shard(world: World, open_case: OpenCase) -> None:
    case = open_case()
    before = session().scalars(select(Shard.version).order_by(Shard.id)).all()
    version = records.get(type(family_sheet()), case.id, reader=world.ki.id).version
    intake.change_family(world.actor("lead"), case_id=case.id, expected=version, changes={"wishes": "nah"})
    assert session().scalars(select(Shard.version).order_by(Shard.id)).all() == before


def test_a_dropped_case_lies_nowhere(world: World, six: dict[str, UUID]) -> None:
    with transaction():
        keeping.drop(world.ki.id, six["Haddad"])
        keeping.drop(world.ki.id, new_id())
    assert _found(world, "Haddad") == []
    assert "haddad" not in _words(world)
    assert session().get(ShardPlace, six["Haddad"]) is None
    assert _found(world, "Popescu") == [six["Popescu"]]


def test_after_new_keys_an_older_copy_of_a_shard_opens_no_more(world: World, six: dict[str, UUID]) -> None:
    old = {shard.id: shard for shard in session().scalars(select(Shard))}
    bodies = session().execute(select(ShardBody.shard_id, ShardBody.kind, ShardBody.body)).all()
    for shard in old.values():
        session().expunge(shard)
    keeping.renew(world.ki.id)
    keys = records.keyring().open_keys(old.keys(), world.ki.id)
    assert all(len(generations) == 1 for generations in keys.values())
    for shard_id, kind, body in bodies:
        with pytest.raises(KeyMissing):
            store.unseal(old[shard_id], kind, body, keys)
    assert _found(world, "Nguyen") == [six["Nguyen"]]


def test_new_keys_that_were_not_kept_harm_nothing(
    world: World, six: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(keeping, "after_commit", fail)
        keeping.renew(world.ki.id)
    with monkeypatch.context() as broken:  # kept, but the older keys were not dropped
        broken.setattr(keeping, "settle", fail)
        keeping.renew(world.ki.id)
    assert _found(world, "Nguyen") == [six["Nguyen"]]
    _rename(world, six["Nguyen"], "Tran")
    assert _found(world, "Tran") == [six["Nguyen"]]
    assert settling.settle_all() == 1
    assert settling.settle_all() == 0
    shard_ids = session().scalars(select(Shard.id)).all()
    assert all(len(keys) == 1 for keys in records.keyring().open_keys(shard_ids, world.ki.id).values())


def test_shards_are_built_from_nothing_at_the_first_search(world: World, six: dict[str, UUID]) -> None:
    with transaction():
        for table in (ShardBody, Shard, ShardPlace):
            session().execute(delete(table))
    assert _found(world, "Schewtschenko") == [six["Schewtschenko"]]
    assert keeping.rebuild(world.ki.id) == len(six)
    assert _found(world, "Schewtschenko") == [six["Schewtschenko"]]


def test_a_shard_that_was_touched_makes_the_search_slow_not_blind_and_can_be_mended(
    app: Flask,
    world: World,
    six: dict[str, UUID],
    caplog: pytest.LogCaptureFixture,
    sign_in: Callable[[str], FlaskClient],
) -> None:
    _flip(world, BodyKind.SEARCH)
    with pytest.raises(ShardBroken):
        reading.search(world.ki.id)
    with caplog.at_level(logging.DEBUG):
        page = sign_in("advisor").post("/suche", data={"q": "Tesfaye"}).text
    assert "flask search rebuild" in page
    assert str(six["Tesfaye"]) in page
    assert "does not open" in caplog.text
    assert "Tesfaye" not in caplog.text
    assert "6 Fälle" in app.test_cli_runner().invoke(args=["search", "rebuild"]).output
    answer = queries.look(world.actor("advisor"), "Tesfaye")
    assert (answer.case_ids, answer.is_makeshift) == ([six["Tesfaye"]], False)


def test_a_touched_small_shard_stops_no_work(world: World, six: dict[str, UUID], open_case: OpenCase) -> None:
    _flip(world, BodyKind.PEOPLE, number=RECENT)
    case = open_case(family=family_sheet("Zimmermann"), guardians=[])
    assert _found(world, "Zimmermann") == [case.id]
    assert len(reading.case_columns(world.ki.id).case_ids) == len(six) + 1


def _flip(world: World, kind: BodyKind, number: int = 1) -> None:
    shard_id = session().scalar(select(Shard.id).where(Shard.organisation_id == world.ki.id, Shard.number == number))
    body = session().get_one(ShardBody, (shard_id, kind)).body
    touched = update(ShardBody).where(ShardBody.shard_id == shard_id, ShardBody.kind == kind)
    with transaction():
        session().execute(touched.values(body=body[:-1] + bytes([body[-1] ^ 1])))


def test_a_shard_opens_in_no_other_place_and_for_no_other_organisation(world: World, six: dict[str, UUID]) -> None:
    other = accounts.found_organisation(kind=OrganisationKind.KI, name="KI anderswo", short_name="KI2")
    with transaction():
        keeping.keep_all(other.id, [CaseFacts(new_id(), "Fremd", people=[PersonFacts(new_id(), CHILD, ["Fremd"])])])
    assert "fremd" not in _words(world)
    rows = session().execute(select(Shard, ShardBody.kind, ShardBody.body).join_from(Shard, ShardBody)).all()
    keys = {
        shard_id: generations
        for place in (world.ki.id, other.id)
        for shard_id, generations in records.keyring().open_keys({row[0].id for row in rows}, place).items()
    }
    refused = 0
    for shard, kind, body in rows:
        for there, other_kind, _ in rows:
            if (there.id, other_kind) != (shard.id, kind):
                with pytest.raises(ShardBroken):
                    store.unseal(there, other_kind, body, keys)
                refused += 1
    assert refused == len(rows) * (len(rows) - 1)


def test_of_many_who_write_at_once_nobodys_change_is_lost(app: Flask, world: World, six: dict[str, UUID]) -> None:
    errors: list[BaseException] = []

    def work(names: list[str]) -> None:
        with app.app_context():
            try:
                for name in names:
                    _rename(world, six[name], f"{name}-Neumann")
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    session().rollback()
    threads = [Thread(target=work, args=(NAMES[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(_found(world, "Neumann")) == sorted(six.values())
