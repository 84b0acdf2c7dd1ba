"""Nothing of a case is shown without an entry in the trail: every page, every form that comes back, every list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.data.audit import AuditEntry
from app.data.base import new_id
from app.data.database import session
from tests.canary.journey import CANARIES, Journey
from tests.permissions.test_routes import Enter, _addresses, _rules, _said, journey
from tests.plugins.trail import entries

__all__ = ["journey"]
WHO_READ = ("advisor", "lead", "reception")


class _Ids(dict[str, object]):
    """The ids of this case's things; one that the journey does not have leads nowhere."""

    def __missing__(self, name: str) -> object:
        return new_id()


def _all_addresses(app: Flask, method: str, ids: _Ids) -> list[str]:
    """Every address of a case; one whose other parts are words of their own is swept where it is tested."""
    found: list[str] = []
    for rule in _rules(app, method, "case_id"):
        with suppress(ValueError):
            found += _addresses(app, rule, ids)
    return found


def _entries() -> int:
    session().rollback()
    return session().scalar(select(func.max(AuditEntry.seq))) or 0


def _untold(client: FlaskClient, method: str, address: str) -> Iterator[str]:
    """The address, when its answer told something of the case and no entry came of it."""
    before = _entries()
    answer: TestResponse = client.open(address, method=method, data={} if method == "POST" else None)
    told = _said(answer.data, "")
    if told and _entries() == before:
        yield f"{method} {address} -> {answer.status_code} {sorted(told)[:3]}"


def test_no_page_with_something_of_a_case_goes_without_an_entry(app: Flask, journey: Journey, enter: Enter) -> None:
    ids = _Ids({**journey.ids, "user_id": journey.world.users["colleague"]})
    inner = _all_addresses(app, "GET", ids)
    lists = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not rule.arguments and not rule.rule.startswith(("/t/", "/demo"))
    ]
    assert len(inner) > 40
    silent = [
        found
        for who in WHO_READ
        for client in (enter(who),)
        for address in [*(inner if who == "advisor" else inner[:3]), *lists]
        for found in _untold(client, "GET", address)
    ]
    assert silent == []


def test_a_form_that_comes_back_with_errors_is_a_reading_too(app: Flask, journey: Journey, enter: Enter) -> None:
    ids = _Ids({**journey.ids, "user_id": journey.world.users["colleague"]})
    client, shown = enter("advisor"), 0
    silent: list[str] = []
    for address in _all_addresses(app, "POST", ids):
        before = _entries()
        answer = client.post(address, data={})
        told = _said(answer.data, "")
        shown += bool(told)
        if told and _entries() == before:
            silent.append(f"{address} -> {answer.status_code}")
    assert shown > 3, "no form came back with something of the case: nothing was tested"
    assert silent == []


def test_a_search_enters_its_hits(journey: Journey, enter: Enter) -> None:
    before = _entries()
    assert journey.case.reference in enter("reception").post("/suche", data={"q": CANARIES["family name"]}).text
    (hits,) = [entry for entry in entries(kind="search") if entry.seq > before]
    assert str(journey.case.id) in hits.facts
