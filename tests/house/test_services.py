"""How things change: every service asks first, one place commits, one place knows the time."""

from __future__ import annotations

import ast

from tests.house.source import Module, called, modules, without_docstring

# Services that ask nobody's leave, each with its reason. A name that no longer exists makes the test fail.
UNASKED: dict[str, str] = {
    "app/accounts/services.py:sign_in": "whoever signs in is nobody yet; the password decides",
    "app/accounts/services.py:note_seen": "the gate has just checked this very session; only its time moves",
    "app/accounts/services.py:found_organisation": "set-up of an installation, before anybody can sign in",
    "app/accounts/services.py:appoint_user": "first person of an installation, before anybody can sign in",
    "app/messages/services.py:plan": "part of the open transaction of a service that has authorised",
    "app/messages/services.py:cancel_for": "part of the open transaction of a service that has authorised",
    "app/messages/services.py:hold_unsent": "a command of whoever restores a backup, before anybody can sign in",
    "app/messages/services.py:cancel_channel": "part of the open transaction of a service that has authorised",
    "app/messages/services.py:ring_after_commit": "part of the open transaction of a service that has authorised",
    "cases/placement/services/directory.py:import_directory": "the operator at the command line; public data",
}

CLOCK = "app/clock.py"
CLOCK_READERS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
LOG_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def test_every_service_authorises_before_it_does_anything() -> None:
    unasked = {
        f"{module.path}:{node.name}"
        for module in modules()
        if _holds_services(module)
        for node in module.public()
        if not isinstance(node, ast.ClassDef) and not _authorises_first(node)
    }
    assert unasked == set(UNASKED)


def test_every_exemption_from_asking_has_a_reason() -> None:
    assert [name for name, reason in UNASKED.items() if len(reason) < 20] == []


def test_nothing_commits_but_the_transaction() -> None:
    commits = [
        module.at(node)
        for module in modules()
        if not module.path.startswith("app/data/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) == "commit"
    ]
    assert commits == []


def test_nothing_reads_the_time_but_the_clock() -> None:
    readers = [
        module.at(node)
        for module in modules()
        if module.path != CLOCK
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (_last(node.value), node.attr) in CLOCK_READERS
    ]
    assert readers == []


def test_no_service_knows_a_form_or_a_request() -> None:
    known = [
        f"{module.at(node)} {name}"
        for module in modules()
        if _holds_services(module)
        for node in ast.walk(module.tree)
        for name in _names_taken(node)
        if name in {"flask.request", "flask.session", "flask.g", "flask.flash"} or ".forms" in name or ".views" in name
    ]
    assert known == []


def test_no_log_line_is_put_together_from_values() -> None:
    pieced = [
        module.at(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and called(node) in LOG_LEVELS
        and isinstance(node.func, ast.Attribute)
        and _last(node.func.value) in {"log", "logger", "logging"}
        and node.args
        and not isinstance(node.args[0], ast.Constant)
    ]
    assert pieced == []


def _holds_services(module: Module) -> bool:
    return module.name == "services" or "/services/" in module.path


def _authorises_first(function: ast.AST) -> bool:
    """The first statement calls `authorise(...)`, or fetches by `get_…(actor, …)`, which answers NotFound to others."""
    body = without_docstring(getattr(function, "body", []))
    if not body or not isinstance(body[0], ast.Expr | ast.Assign):
        return False
    call = body[0].value
    if called(call) == "authorise":
        return True
    arguments = call.args if isinstance(call, ast.Call) else []
    return called(call).startswith("get_") and bool(arguments) and ast.unparse(arguments[0]) == "actor"


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _names_taken(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
