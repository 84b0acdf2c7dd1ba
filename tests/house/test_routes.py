"""Who gets in: a page that does not say it is public answers nobody who has not signed in."""

from __future__ import annotations

from uuid import UUID

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, Rule

SAMPLE = {"UUIDConverter": UUID(int=1), "IntegerConverter": 1, "FloatConverter": 1.0}
NOT_ONLY_READING = {"POST", "PUT", "PATCH", "DELETE"}


def test_every_route_is_gated_or_marked_public(app: Flask) -> None:
    client = app.test_client()
    open_doors = []
    for rule in app.url_map.iter_rules():
        if _is_public(app, rule):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            status = client.open(_address(app, rule), method=method).status_code
            if status not in _refusals(method):
                open_doors.append(f"{method} {rule.rule} -> {status}")
    assert open_doors == []


def test_no_route_changes_anything_by_get(app: Flask) -> None:
    words = ("delete", "remove", "cancel", "confirm", "approve", "accept", "sign-out", "logout")
    views = [rule for rule in app.url_map.iter_rules() if rule.rule.rstrip("/").rsplit("/", 1)[-1] in words]
    mixed = [
        rule.rule
        for rule in views
        if "GET" in (rule.methods or set()) and not NOT_ONLY_READING & (rule.methods or set())
    ]
    assert mixed == []


def _is_public(app: Flask, rule: Rule) -> bool:
    view = app.view_functions[rule.endpoint]
    return bool(getattr(view, "is_public", False) or getattr(getattr(view, "view_class", None), "is_public", False))


def _refusals(method: str) -> set[int]:
    """A redirect to signing in, or a refusal; a form without its token may be refused even earlier."""
    return {302, 303, 401, 403} | ({400} if method in NOT_ONLY_READING else set())


def _address(app: Flask, rule: Rule) -> str:
    values = {name: _sample(converter) for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=None, force_external=False)


def _sample(converter: BaseConverter) -> object:
    """A value that fits: one of the list where a list is given."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return SAMPLE.get(type(converter).__name__, "x")
