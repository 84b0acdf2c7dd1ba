"""Filters that people keep: whose they are, who may change them, and what a list begins with."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.data.database import session
from app.data.records import SealedRecord
from app.errors import Invalid, NotFound, NotPermitted
from cases.filters import queries, services
from cases.filters.models import FilterDefault, SavedFilter
from tests.plugins.application import World
from tests.plugins.families import OpenCase, family_sheet

SETTINGS = {"ansicht": "all", "sprache": "uk", "faellig": "ja"}


def names(world: World, who: str) -> list[str]:
    return [one.name for one in queries.filters_for(world.actor(who))]


def keep(world: World, who: str, name: str, *, shared: bool = False) -> UUID:
    return services.keep_filter(world.actor(who), name=name, settings=SETTINGS, is_shared=shared)


def test_a_filter_is_ones_own_until_it_is_shared_with_the_house(world: World) -> None:
    mine = keep(world, "advisor", "Fälle Kovalenko")
    keep(world, "manager", "von KIM", shared=True)
    assert names(world, "advisor") == ["Fälle Kovalenko"]
    assert names(world, "colleague") == names(world, "lead") == []
    services.change_filter(world.actor("advisor"), filter_id=mine, name="Eilige", is_shared=True)
    assert names(world, "colleague") == names(world, "lead") == names(world, "advisor") == ["Eilige"]
    assert names(world, "kim_lead") == ["von KIM"], "another house sees its own alone"
    services.change_filter(world.actor("lead"), filter_id=mine, name="Eilige", is_shared=False)
    assert names(world, "colleague") == []


def test_only_the_owner_and_for_a_shared_one_the_lead_change_it(world: World) -> None:
    private, shared = keep(world, "advisor", "privat"), keep(world, "advisor", "geteilt", shared=True)
    for who, filter_id in (("colleague", shared), ("colleague", private), ("lead", private), ("kim_lead", shared)):
        with pytest.raises(NotFound):
            services.change_filter(world.actor(who), filter_id=filter_id, name="meins", is_shared=True)
        with pytest.raises(NotFound):
            services.remove_filter(world.actor(who), filter_id=filter_id)
    with pytest.raises(NotFound):
        services.begin_with(world.actor("colleague"), filter_id=private)
    for who in ("admin", "officer"):
        with pytest.raises(NotPermitted):
            keep(world, who, "keiner")
    services.remove_filter(world.actor("lead"), filter_id=shared)
    assert names(world, "advisor") == ["privat"]


def test_a_name_lies_sealed_and_goes_with_its_filter(world: World) -> None:
    kept = keep(world, "advisor", "Fälle Kovalenko")
    row = session().get_one(SavedFilter, kept)
    sealed = session().scalars(select(SealedRecord).where(SealedRecord.record_id == kept)).one()
    assert "Kovalenko" not in row.settings and b"Kovalenko" not in sealed.body
    services.begin_with(world.actor("advisor"), filter_id=kept)
    services.remove_filter(world.actor("advisor"), filter_id=kept)
    session().rollback()
    assert session().scalars(select(SealedRecord).where(SealedRecord.record_id == kept)).all() == []
    assert session().scalars(select(FilterDefault)).all() == []


def test_nobody_keeps_more_than_anybody_finds_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    keep(world, "advisor", "einer")
    with pytest.raises(Invalid):
        keep(world, "advisor", "zwei")
    with pytest.raises(Invalid):
        keep(world, "colleague", "")


def test_a_list_begins_with_the_chosen_filter_until_its_owner_takes_it_back(world: World) -> None:
    shared = keep(world, "lead", "Leitung", shared=True)
    colleague = world.actor("colleague")
    services.begin_with(colleague, filter_id=shared)
    services.begin_with(colleague, filter_id=shared)
    assert queries.default_settings(colleague) == SETTINGS
    assert queries.default_settings(world.actor("advisor")) is None
    services.change_filter(world.actor("lead"), filter_id=shared, name="Leitung", is_shared=False)
    assert queries.default_settings(colleague) is None
    services.begin_plainly(colleague)


def test_a_filter_is_kept_used_renamed_and_removed_in_a_browser(
    world: World, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    open_case(family=family_sheet("Ukrainerin", language="uk"), advisor="advisor")
    open_case(family=family_sheet("Araberin", language="ar"), advisor="advisor")
    browser = sign_in("advisor")
    kept = browser.post("/faelle/filter", data={"ansicht": "all", "sprache": "uk", "name": "Nur uk", "shared": "y"})
    assert kept.status_code == 303 and "sprache=uk" in kept.headers["Location"]
    page = browser.get(kept.headers["Location"]).text
    assert "Ukrainerin" in page and "Araberin" not in page and 'aria-current="page"><bdi>Nur uk' in page
    assert browser.post("/faelle/filter", data={"sprache": "uk", "name": " "}).status_code == 422

    filter_id = queries.filters_for(world.actor("advisor"))[0].filter_id
    assert browser.post(f"/faelle/filter/{filter_id}/anfang").status_code == 303
    begins = browser.get("/faelle")
    assert begins.status_code == 302 and "sprache=uk" in begins.headers["Location"]
    assert "Araberin" in browser.get("/faelle?ansicht=all").text

    change = f"/faelle/filter/{filter_id}"
    assert "Nur uk" in browser.get(change).text
    assert browser.post(change, data={"name": ""}).status_code == 422
    assert browser.post(change, data={"name": "Ukrainisch"}).status_code == 303
    assert "Ukrainisch" in browser.get("/faelle/filter").text
    assert sign_in("colleague").post(f"{change}/loeschen").status_code == 404
    assert browser.post("/faelle/filter/anfang").status_code == 303
    assert browser.get("/faelle").status_code == 200
    assert browser.post(f"{change}/loeschen").status_code == 303
    assert "Noch kein Filter ist gemerkt" in browser.get("/faelle/filter").text
