"""The project's own text, read once: modules as syntax trees, templates, and the files git hands out."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "cases", "scheduling", "workers")
ENTRANCES = ("config.py", "wsgi.py")
NOT_OURS = {".venv", ".git", "instance", "screenshots", "build", "__pycache__", "node_modules"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One parsed Python file with its path from the project's root."""

    path: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The file name without its ending."""
        return Path(self.path).stem

    def functions(self) -> Iterator[Function]:
        """All functions and methods at any depth."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def public(self) -> Iterator[Function | ast.ClassDef]:
        """What a reader meets first: functions and classes of the module that carry no underscore."""
        for node in self.tree.body:
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
                yield node

    def at(self, node: ast.AST) -> str:
        """Where to look, as an editor opens it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the packages and both entrances, without migrations (generated, then frozen)."""
    files = [ROOT / name for name in ENTRANCES if (ROOT / name).exists()]
    for package in PACKAGES:
        files.extend(file for file in sorted((ROOT / package).rglob("*.py")) if "migrations" not in file.parts)
    return tuple(_parse(file) for file in files)


@cache
def test_files() -> tuple[Module, ...]:
    """Every Python file under tests."""
    return tuple(_parse(file) for file in sorted((ROOT / "tests").rglob("*.py")))


test_files.__test__ = False  # type: ignore[attr-defined]


@cache
def templates() -> dict[str, str]:
    """Every template's text by its name below templates/."""
    folder = ROOT / "templates"
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in files}


@cache
def handed_out() -> tuple[str, ...]:
    """The paths git tracks; without git (an unpacked archive) every file that is not made here."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run([git, "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True)
        if listed.returncode == 0:
            return tuple(path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file())
    return tuple(_walk())


def _walk() -> Iterator[str]:
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in NOT_OURS and not name.endswith("_cache")]
        for file in files:
            yield str((Path(folder) / file).relative_to(ROOT))


def _parse(file: Path) -> Module:
    text = file.read_text(encoding="utf-8")
    return Module(path=str(file.relative_to(ROOT)), text=text, tree=ast.parse(text))


def called(node: ast.AST) -> str:
    """The last name of what a call calls, `commit` for `session.commit(...)`; empty when it is no call."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements after the docstring."""
    first = body[0] if body else None
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if is_text else body
