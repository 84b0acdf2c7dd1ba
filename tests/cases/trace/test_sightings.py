"""Who has seen a case: every way counts, of every organisation, and the family gets it on paper in its language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.data.audit import Action, AuditEntry
from app.data.database import session, transaction
from cases import services
from cases.kinds import AccessKind
from cases.models import CaseAccess
from cases.search import services as searching
from cases.trace.sightings import Way, sightings_of
from tests.plugins.application import World
from tests.plugins.families import OpenCase

Enter = Callable[[str], FlaskClient]


def test_pages_searches_lists_and_other_bodies_count_by_person_and_day(world: World, open_case: OpenCase) -> None:
    case = open_case(advisor="advisor")
    for _ in range(2):
        services.read_case(world.actor("reception"), case_id=case.id, part="overview")
    assert searching.search(world.actor("colleague"), text="Kovalenko")
    services.record_list_read(world.actor("colleague"), case_ids=[case.id])
    access = CaseAccess(
        organisation_id=world.kim.id, user_id=world.users["manager"], kind=AccessKind.HANDOVER, granted_at=clock.now()
    )
    with transaction() as current:
        current.merge(case).access.append(access)
    services.read_case(world.actor("manager"), case_id=case.id, part="overview")
    seen = {one.person: one for one in sightings_of(world.actor("advisor"), session().merge(case))}
    assert seen["Rita Empfang"].ways == {Way.FILE: 2}
    assert seen["Karl Kollege"].ways == {Way.SEARCH: 1, Way.LIST: 1}
    assert (seen["Mira Manager"].ways, seen["Mira Manager"].organisation) == ({Way.FILE: 1}, "KIM der Stadt")
    assert "bei einer Suche gefunden" in seen["Karl Kollege"].told
    assert seen["Rita Empfang"].told == "Akte gelesen (2×)"


def test_the_tab_shows_them_to_those_who_counsel_and_is_itself_a_reading(
    sign_in: Enter, world: World, open_case: OpenCase
) -> None:
    case = open_case(advisor="advisor")
    services.read_case(world.actor("reception"), case_id=case.id, part="overview")
    page = sign_in("advisor").get(f"/faelle/{case.id}/verlauf/zugriffe").text
    assert "Rita Empfang" in page
    assert f"/faelle/{case.id}/verlauf/blatt/" in page
    assert sign_in("reception").get(f"/faelle/{case.id}/verlauf/zugriffe").status_code == 404


def test_the_family_reads_it_in_its_language_without_names_of_staff(
    app: Flask, sign_in: Enter, world: World, open_case: OpenCase
) -> None:
    case = open_case(advisor="advisor")
    services.read_case(world.actor("reception"), case_id=case.id, part="overview")
    client = sign_in("advisor")
    german, arabic = (client.get(f"/faelle/{case.id}/verlauf/blatt/{code}").text for code in ("de", "ar"))
    assert "hat Ihre Akte gelesen" in german
    assert 'dir="rtl"' in arabic
    assert "قرأ ملفكم" in arabic
    assert "Kommunales Integrationszentrum" in arabic
    assert "Rita" not in german + arabic
    assert client.get(f"/faelle/{case.id}/verlauf/blatt/ja").status_code == 404
    assert sign_in("reception").get(f"/faelle/{case.id}/verlauf/blatt/de").status_code == 404
    exported = select(AuditEntry).where(AuditEntry.action == Action.EXPORTED, AuditEntry.case_id == case.id)
    assert [entry.subject_kind for entry in session().scalars(exported)] == ["trace.paper", "trace.paper"]
    app.extensions["config"] = replace(app.extensions["config"], names_in_trace=True)
    assert "Rita Empfang" in client.get(f"/faelle/{case.id}/verlauf/blatt/de").text
