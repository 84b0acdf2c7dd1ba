"""An accepted case is handed on the way it came: a colleague, another body, and back; keys follow access."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import current_app

from app import clock
from app.accounts import services as accounts
from app.accounts.models import UserProfile
from app.data import cipher, files, records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import SealedRecord
from app.errors import Invalid, KeyMissing, NotFound, Taken
from app.policies import Role, system_of
from cases import queries as case_queries
from cases.handover import keys, queries, services
from cases.handover.models import Handover
from cases.handover.states import HandoverState
from cases.kinds import DocumentKind, TaskKind
from cases.models import Attachment, Case, Document
from cases.sheets import FamilySheet
from cases.tasks.services import add_task
from tests.cases.handover.conftest import Desks, Way
from tests.plugins.application import PASSWORD, World

Told = Callable[[str], list[str]]
WHY = "Braucht Begleitung in der eigenen Sprache."
SCAN = b"Scan " * 1000


def attach(case: Case) -> UUID:
    """A sealed file in the case."""
    file_id = new_id()
    with transaction() as current:
        paper = Document(id=new_id(), case_id=case.id, kind=DocumentKind.OTHER, changed_at=clock.now())
        current.add(paper)
        current.flush()
        current.add(
            Attachment(
                id=file_id,
                case_id=case.id,
                document_id=paper.id,
                media_type="application/pdf",
                size=len(SCAN),
                added_at=clock.now(),
            )
        )
    files.write(current_app.extensions["config"].files_folder, file_id, BytesIO(SCAN), scope=case.scope)
    return file_id


def scan_of(case: Case, file_id: UUID, reader: UUID) -> bytes:
    folder = current_app.extensions["config"].files_folder
    return b"".join(files.read(folder, file_id, scope=case.scope, reader=reader))


def second_manager(world: World) -> UUID:
    profile = UserProfile(name="Nora Nachbarin", email="nora@einstieg.example")
    roles = frozenset({Role.KIM_CASE_MANAGER})
    user = accounts.appoint_user(organisation=world.kim, roles=roles, profile=profile, password=PASSWORD)
    world.users["second_manager"] = user.id
    return user.id


def test_a_colleague_has_the_case_only_after_accepting_it(way: Way, world: World) -> None:
    handover = way.accepted()
    colleague = second_manager(world)
    manager = world.actor("manager")
    services.hand_on(manager, handover_id=handover.id, reason=WHY, colleague_id=colleague)
    assert case_queries.get_case(manager, handover.case_id)
    with pytest.raises(NotFound):
        case_queries.get_case(world.actor("second_manager"), handover.case_id)
    assert services.read_inbox(manager) == []
    services.accept(world.actor("second_manager"), handover_id=handover.id)
    assert case_queries.get_case(world.actor("second_manager"), handover.case_id)
    with pytest.raises(NotFound):
        case_queries.get_case(manager, handover.case_id)
    del world.users["second_manager"]


def test_on_to_another_body_the_first_loses_key_and_access(
    way: Way, world: World, desks: Desks, tasks_of: Told
) -> None:
    case = way.case()
    handover = way.accepted(case)
    file_id = attach(case)
    manager, other = world.actor("manager"), world.actor("welfare_manager")
    todo = add_task(manager, case_id=case.id, kind=TaskKind.GENERAL, due_on=clock.today(), text="Amt anrufen")
    with pytest.raises(Invalid):
        services.hand_on(manager, handover_id=handover.id, reason=WHY, desk_id=desks.welfare)
    way.consent(case, world.welfare.id)
    services.hand_on(manager, handover_id=handover.id, reason=WHY, desk_id=desks.welfare)
    assert case_queries.get_case(manager, case.id) and scan_of(case, file_id, world.kim.id) == SCAN
    with pytest.raises(KeyMissing):
        records.get(FamilySheet, case.id, reader=world.welfare.id)
    services.accept(other, handover_id=handover.id)
    assert case_queries.family_of(other, case_queries.get_case(other, case.id)).sheet.family_name == "Kovalenko"
    assert scan_of(case, file_id, world.welfare.id) == scan_of(case, file_id, world.ki.id) == SCAN
    assert todo.assigned_to == other.user_id
    with pytest.raises(NotFound):
        case_queries.get_case(manager, case.id)
    with pytest.raises(KeyMissing):
        records.get(FamilySheet, case.id, reader=world.kim.id)
    with pytest.raises(KeyMissing):
        scan_of(case, file_id, world.kim.id)
    assert "Übergabe von Brücke angenommen." in tasks_of("advisor")


def test_a_declined_hand_on_leaves_the_case_where_it_is(way: Way, world: World, desks: Desks, tasks_of: Told) -> None:
    case = way.case()
    handover = way.accepted(case)
    way.consent(case, world.welfare.id)
    services.hand_on(world.actor("manager"), handover_id=handover.id, reason=WHY, desk_id=desks.welfare)
    with pytest.raises(Taken):
        services.hand_on(world.actor("manager"), handover_id=handover.id, reason=WHY)
    services.decline(world.actor("welfare_manager"), handover_id=handover.id, reason="Voll.")
    now = session().get_one(Handover, handover.id)
    assert (now.state, now.desk_id) == (HandoverState.ACCEPTED, desks.kim)
    assert tasks_of("manager") == ["Übergabe von Brücke nicht angenommen. Voll."]
    assert case_queries.get_case(world.actor("manager"), case.id)


def test_handing_on_to_whoever_fits_can_be_called_off(way: Way, world: World, desks: Desks) -> None:
    handover = way.accepted()
    manager = world.actor("manager")
    services.hand_on(manager, handover_id=handover.id, reason=WHY)
    assert queries.waiting_for_route() == [handover.id]
    assert services.route(way.system(handover), handover_id=handover.id).state is HandoverState.UNROUTED
    kept = services.cancel_hand_on(manager, handover_id=handover.id)
    assert (kept.state, kept.desk_id, kept.manager_id) == (HandoverState.ACCEPTED, desks.kim, manager.user_id)


@pytest.mark.parametrize("reason", [" ", "Daryna braucht mehr Zeit"])
def test_handing_on_and_returning_need_a_reason_and_an_offer_no_name(way: Way, world: World, reason: str) -> None:
    handover = way.accepted()
    with pytest.raises(Invalid):
        services.hand_on(world.actor("manager"), handover_id=handover.id, reason=reason)
    with pytest.raises(Invalid):
        services.return_case(world.actor("manager"), handover_id=handover.id, reason=" ")
    with pytest.raises(NotFound):
        services.return_case(world.actor("advisor"), handover_id=handover.id, reason=reason)


def test_after_a_return_files_and_records_lie_under_a_new_key_and_the_old_one_goes(way: Way, world: World) -> None:
    case = way.case()
    handover = way.accepted(case)
    file_id, scope = attach(case), case.scope
    services.return_case(world.actor("manager"), handover_id=handover.id, reason="Umzug")
    folder = current_app.extensions["config"].files_folder
    assert files.generation(folder, file_id) == 2
    assert {cipher.generation_of(row.body) for row in session().query(SealedRecord).filter_by(case_id=case.id)} == {2}
    system = system_of(world.ki.id, world.ki.kind)
    assert set(records.keyring().holders(case.id)[world.ki.id]) == {1, 2}
    clock.start_at(clock.now() + keys.GRACE + timedelta(minutes=1))
    assert services.finish_keys(system) == 1
    assert set(records.keyring().holders(case.id)[world.ki.id]) == {2}
    assert services.finish_keys(system) == 0
    assert b"".join(files.read(folder, file_id, scope=scope, reader=world.ki.id)) == SCAN
    assert records.get(FamilySheet, case.id, reader=world.ki.id).sheet.family_name == "Kovalenko"


def test_a_save_under_the_old_key_is_sealed_anew_before_that_key_goes(
    way: Way, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = way.case()
    handover = way.accepted(case)
    ring = records.keyring()
    old = ring.open_key(case.id, world.ki.id)
    services.return_case(world.actor("manager"), handover_id=handover.id, reason="Umzug")
    stored = records.get(FamilySheet, case.id, reader=world.ki.id)
    with monkeypatch.context() as patch, transaction():
        patch.setattr(ring, "open_key", lambda *_: old)
        records.save(stored.sheet, record_id=case.id, scope=case.scope, expected=stored.version)
    system = system_of(world.ki.id, world.ki.kind)
    for _ in range(2):
        clock.start_at(clock.now() + keys.GRACE + timedelta(minutes=1))
        services.finish_keys(system)
    assert set(ring.holders(case.id)[world.ki.id]) == {3}
    assert records.get(FamilySheet, case.id, reader=world.ki.id).sheet.family_name == "Kovalenko"


def test_a_save_that_ends_while_files_are_sealed_anew_keeps_the_key_it_used(
    way: Way, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = way.case()
    handover = way.accepted(case)
    attach(case)
    ring = records.keyring()
    old = ring.open_key(case.id, world.ki.id)
    services.return_case(world.actor("manager"), handover_id=handover.id, reason="Umzug")
    stored = records.get(FamilySheet, case.id, reader=world.ki.id)

    def save_meanwhile(*_: object) -> int:
        records.save(stored.sheet, record_id=case.id, scope=case.scope, expected=stored.version)
        return 2

    system = system_of(world.ki.id, world.ki.kind)
    clock.start_at(clock.now() + keys.GRACE + timedelta(minutes=1))
    with monkeypatch.context() as patch:
        patch.setattr(ring, "open_key", lambda *_: old)
        patch.setattr(files, "generation", save_meanwhile)
        services.finish_keys(system)
    assert set(ring.holders(case.id)[world.ki.id]) == {1, 2}
    for _ in range(2):
        services.finish_keys(system)
        clock.start_at(clock.now() + keys.GRACE + timedelta(minutes=1))
    assert set(ring.holders(case.id)[world.ki.id]) == {3}
    assert records.get(FamilySheet, case.id, reader=world.ki.id).sheet.family_name == "Kovalenko"


def test_a_return_that_breaks_off_leaves_everything_open_to_those_who_had_it(
    way: Way, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = way.case()
    handover = way.accepted(case)
    file_id = attach(case)

    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("cases.handover.steps.tell", stumble)
        with pytest.raises(RuntimeError):
            services.return_case(world.actor("manager"), handover_id=handover.id, reason="Umzug")
    with transaction():
        stored = records.get(FamilySheet, case.id, reader=world.ki.id)
        records.save(stored.sheet, record_id=case.id, scope=case.scope, expected=stored.version)
    for reader in (world.ki.id, world.kim.id):
        assert records.get(FamilySheet, case.id, reader=reader).sheet.family_name == "Kovalenko"
        assert scan_of(case, file_id, reader) == SCAN
    services.return_case(world.actor("manager"), handover_id=handover.id, reason="Umzug")
    assert set(records.keyring().holders(case.id)) == {world.ki.id}


def test_whoever_lost_the_case_a_moment_ago_does_not_return_it(
    way: Way, world: World, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = way.case()
    handover = way.accepted(case)
    way.consent(case, world.welfare.id)
    manager, other = world.actor("manager"), world.actor("welfare_manager")
    services.hand_on(manager, handover_id=handover.id, reason=WHY, desk_id=desks.welfare)
    permitted = queries.get_handover

    def late(*asked: Any) -> Handover:
        """Between the question whether one may and the act itself, the other body accepts."""
        found = permitted(*asked)
        services.accept(other, handover_id=handover.id)
        return found

    monkeypatch.setattr(queries, "get_handover", late)
    with pytest.raises(NotFound):
        services.return_case(manager, handover_id=handover.id, reason=WHY)
    assert case_queries.family_of(other, case_queries.get_case(other, case.id)).sheet.family_name == "Kovalenko"
