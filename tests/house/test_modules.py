"""How a module looks: short, named after what it is about, introduced by a sentence, imports at the top."""

from __future__ import annotations

import ast

from tests.house.source import ROOT, Module, modules, test_files

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared", "lib"}
# Plain Python rules, and what may not stand behind any of them.
PURE = {"states", "rules", "slots", "matching"}
IMPURE = {"flask", "flask_sqlalchemy", "flask_babel", "sqlalchemy", "redis", "rq"}


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {module.path: module.text.count("\n") for module in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{module.at(function)} {function.name}"
        for module in modules()
        for function in module.functions()
        if (function.end_lineno or function.lineno) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_function_imports_anything() -> None:
    imports = [
        module.at(node)
        for module in modules() + test_files()
        for function in module.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert imports == []


def test_no_import_is_relative() -> None:
    relative = [
        module.at(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [module.path for module in modules() + test_files() if module.name in NAMELESS] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        module.path for module in modules() + test_files() if module.tree.body and not ast.get_docstring(module.tree)
    ]
    assert silent == []


def test_every_public_function_and_class_opens_with_a_sentence() -> None:
    silent = [
        f"{module.at(node)} {node.name}"
        for module in modules()
        for node in module.public()
        if not (ast.get_docstring(node) or "").strip()
    ]
    assert silent == []


def test_nothing_is_promised_instead_of_done() -> None:
    words = ("TO" + "DO", "FIX" + "ME")
    promises = [
        f"{module.path}:{number}"
        for module in modules() + test_files()
        for number, line in enumerate(module.text.splitlines(), 1)
        if any(word in line for word in words)
    ]
    assert promises == []


def test_rules_can_be_tested_without_flask_or_a_database() -> None:
    by_name = {_dotted(module): module for module in modules()}
    seen: set[str] = {name for name in by_name if name.rpartition(".")[2] in PURE}
    waiting = sorted(seen)
    wrong = []
    while waiting:
        module = by_name[waiting.pop()]
        for node in ast.walk(module.tree):
            for name in _imported(node):
                if name.partition(".")[0] in IMPURE:
                    wrong.append(f"{module.at(node)} {name}")
                if name in by_name and name not in seen:
                    seen.add(name)
                    waiting.append(name)
    assert wrong == []


def test_the_frame_package_stays_empty_so_that_no_cycle_starts_there() -> None:
    assert (ROOT / "app" / "__init__.py").read_text(encoding="utf-8").strip() == ""


def test_no_test_folder_is_a_package_that_would_shadow_a_real_one() -> None:
    assert sorted((ROOT / "tests").rglob("__init__.py")) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = ("skip", "skipif", "xfail", "importorskip")
    found = [
        module.at(node)
        for module in test_files()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in marks
    ]
    assert found == []


def _imported(node: ast.AST) -> list[str]:
    """Every dotted name an import may mean: `from a import b` is `a` and perhaps the module `a.b`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _dotted(module: Module) -> str:
    return module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
