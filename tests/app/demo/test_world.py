"""The invented world: every state comes up, names in their scripts, nothing that could be somebody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.accounts import queries as accounts
from app.accounts import services
from app.data import records
from app.data.audit_verify import verify
from app.data.database import db, session
from app.data.records import SheetType
from app.data.setup import migrate_all
from app.demo import folder, inventing, names, people, world
from app.factory import create_app
from app.policies import Role
from cases import names as matching
from cases.child_states import ChildState
from cases.duplicates import listing as duplicates
from cases.handover.models import Handover
from cases.models import Case, Child
from cases.placement.models import School
from cases.retention import queries as retention
from cases.search.queries import find
from cases.sheets import ChildSheet, FamilySheet
from cases.states import CaseState
from config import Config, Mode, read_config
from scheduling.groups import queries as groups
from scheduling.models import Appointment
from scheduling.requests import queries as requests
from scheduling.waiting import queries as waiting

LATIN = 0x250


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A demo with the usual forty families."""
    home = tmp_path_factory.mktemp("demo")
    application = create_app(read_config({"EINSTIEG_MODE": "demo", "EINSTIEG_HOME": str(home)}))
    with application.app_context():
        migrate_all()
        world.load()
        session().rollback()
    return application


@pytest.fixture(autouse=True)
def _inside(demo: Flask) -> Iterator[None]:
    with demo.app_context():
        yield
        session().close()


def _sheets(kind: type[SheetType]) -> list[SheetType]:
    owner = people.bodies()["ki"].id
    cases = session().scalars(select(Case.id)).all()
    return [stored.sheet for case_id in cases for stored in records.of_case(kind, case_id, reader=owner).values()]


def test_every_state_of_a_case_and_of_a_child_comes_up() -> None:
    assert set(session().scalars(select(Case.state))) == set(CaseState)
    assert set(session().scalars(select(Child.state))) == set(ChildState)


def test_there_is_one_sign_in_a_role_at_least_on_a_reserved_domain() -> None:
    assert {role for person in people.PEOPLE for role in person.roles} == set(Role)
    assert len(people.by_box()) == len(people.PEOPLE)
    assert all(person.email.endswith(".example") for person in people.PEOPLE)


def test_names_stand_in_several_scripts_and_are_found_by_their_passport_spelling() -> None:
    families = [sheet.family_name for sheet in _sheets(FamilySheet)]
    assert sum(any(ord(letter) > LATIN for letter in name) for name in families) > 5
    advisor = accounts.actor_of(people.by_box()["beratung"])
    own = next(sheet for sheet in _sheets(ChildSheet) if ord(sheet.given_names[0]) > 0x400)
    assert find(advisor, own.passport_name)


def test_nobody_can_be_called_or_written_to() -> None:
    for sheet in _sheets(FamilySheet):
        assert not sheet.phone or sheet.phone.startswith(inventing.PHONES)
        assert not sheet.phone or phonenumbers.is_valid_number(phonenumbers.parse(sheet.phone))
        assert not sheet.email or sheet.email.endswith("@einstieg.example")
    assert sum(bool(sheet.phone) for sheet in _sheets(FamilySheet)) >= 35


def test_some_birth_dates_are_known_in_part_alone() -> None:
    lengths = {len(sheet.born) for sheet in _sheets(ChildSheet)}
    assert {4, 10} <= lengths


def test_talks_lie_before_and_after_now_and_handovers_in_several_states() -> None:
    starts = list(session().scalars(select(Appointment.starts_at)))
    assert min(starts) < clock.now() < max(starts)
    assert len(set(session().scalars(select(Handover.state)))) >= 5


def test_one_family_stands_there_twice_and_one_case_has_fallen_due() -> None:
    lead = accounts.actor_of(people.by_box()["leitung"])
    assert len(duplicates.duplicate_pairs(lead)) == 1
    assert retention.overview(lead).due_total == 1


def test_every_page_of_the_desk_has_something_on_it() -> None:
    reception, lead = (accounts.actor_of(people.by_box()[box]) for box in ("empfang", "leitung"))
    talks = groups.talks_ahead(lead)
    assert len(talks) == 2 and any(line.taken for line in talks)
    assert len(waiting.waiting_lines(reception)) == 2
    assert len(requests.inbox(reception)) == 1


def test_the_schools_of_the_town_are_there() -> None:
    assert session().scalar(select(func.count()).select_from(School)) >= 160


def test_the_log_of_the_invented_past_holds_and_runs_forward() -> None:
    found = verify(db.engine)
    assert (found.entries > 40, found.breaks) == (True, [])


def test_the_same_seed_makes_the_same_families(demo: Flask, tmp_path: Path) -> None:
    config: Config = demo.extensions["config"]
    first = sorted(repr(sheet) for sheet in _sheets(FamilySheet))
    again = create_app(read_config({"EINSTIEG_MODE": "demo", "EINSTIEG_HOME": str(tmp_path / "again")}))
    assert config.home != again.extensions["config"].home
    with again.app_context():
        migrate_all()
        world.load()
        assert sorted(repr(sheet) for sheet in _sheets(FamilySheet)) == first
        session().close()
        for engine in db.engines.values():
            engine.dispose()


def test_a_second_load_adds_without_doubling_people() -> None:
    before = session().scalar(select(func.count()).select_from(Case)) or 0
    world.load(families=60, seed=7)
    assert session().scalar(select(func.count()).select_from(Case)) == before + 60
    assert len(people.by_box()) == len(people.PEOPLE)


def test_the_password_of_everybody_can_be_set_and_be_short() -> None:
    people.set_password("demo")
    assert services.sign_in(email="empfang@einstieg.example", password="demo") is not None


def test_only_a_demo_is_reset(tmp_path: Path) -> None:
    real = replace(_config(tmp_path), mode=Mode.PRODUCTION)
    with pytest.raises(folder.NotADemo):
        folder.reset(real)
    with pytest.raises(folder.NotADemo, match="keine Vorführung"):
        folder.reset(_config(tmp_path))


def _config(home: Path) -> Config:
    return read_config({"EINSTIEG_MODE": "demo", "EINSTIEG_HOME": str(home)})


def test_every_name_has_a_passport_spelling_in_latin_letters() -> None:
    for culture in names.cultures():
        for name in (*culture.girls, *culture.boys):
            assert all(ord(letter) < LATIN for letter in name.passport)
            assert matching.rank(name.passport, [name.own])
