"""How tables look: every column typed, every table in the glossary."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.source import ROOT, Module, called, modules

COLUMN_MAKERS = {"mapped_column", "relationship", "Column", "choice", "primary_key", "column_property"}
KEPT = {"Model", "Base", "Sheet"}


def test_every_column_is_typed() -> None:
    untyped = [
        module.at(statement)
        for module, table in tables()
        for statement in table.body
        if isinstance(statement, ast.Assign) and called(statement.value) in COLUMN_MAKERS
    ]
    loose = [
        module.at(statement)
        for module, table in tables()
        for statement in table.body
        if isinstance(statement, ast.AnnAssign)
        and called(statement.value or statement.target) in COLUMN_MAKERS
        and not ast.unparse(statement.annotation)
        .strip("'\"")
        .startswith(("Mapped[", "DynamicMapped[", "WriteOnlyMapped["))
    ]
    assert untyped + loose == []


def test_every_table_and_sheet_is_in_the_glossary() -> None:
    known = set(re.findall(r"`([A-Za-z]+)`", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")))
    assert sorted({table.name for _module, table in tables()} - known) == []


def tables() -> Iterator[tuple[Module, ast.ClassDef]]:
    """The classes that are kept: tables, and the sheets that lie sealed in one of them."""
    for module in modules():
        for node in module.public():
            if isinstance(node, ast.ClassDef) and {_name(base) for base in node.bases} & KEPT:
                yield module, node


def _name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
