"""Whatever the code writes into the trail, the officer's log has German words for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.accounts import log_words
from tests.house.source import called, modules

NOTES = {"note", "_note", "_finish", "record"}
FORMS = {"csv", "json", "pdf", "zip"}
"""What is said of a file that goes out, where the kind is said elsewhere."""


def _texts(nodes: list[ast.expr | None]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _kinds(call: ast.AST) -> Iterator[str]:
    """The kinds of subjects a call names."""
    if isinstance(call, ast.Call):
        yield from _texts([each.value for each in call.keywords if each.arg == "subject_kind"])
        if called(call) in NOTES:
            yield from _texts(list(call.args))


def _facts(node: ast.AST) -> Iterator[str]:
    """The names of facts that a statement or an argument writes."""
    if isinstance(node, ast.keyword) and node.arg == "facts" and isinstance(node.value, ast.Dict):
        yield from _texts(node.value.keys)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and target.id == "facts" and isinstance(node.value, ast.Dict):
            yield from _texts(node.value.keys)
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id == "facts":
            yield from _texts([target.slice])


def test_every_kind_and_every_fact_of_the_trail_has_a_german_word() -> None:
    nodes = [node for module in modules() for node in ast.walk(module.tree)]
    kinds = {kind for node in nodes for kind in _kinds(node)} - FORMS
    facts = {name for node in nodes for name in _facts(node)}
    assert {"message", "case", "task"} <= kinds
    assert {"state", "fields"} <= facts
    assert sorted(kinds - set(log_words.SUBJECTS)) == []
    assert sorted(facts - set(log_words.FACTS)) == []
