"""What the project says about itself is complete, and it says nothing about the machine it was written on."""

from __future__ import annotations

import ast
import re

from tests.house.source import ROOT, handed_out

# Put together from parts so that this file does not hold what it looks for.
PLACES = ("/" + "work/", "/" + "farm/", "/" + "root/", "../" + "shared")
HOSTS = ("py" + "pi.org", "python" + "hosted", "npm" + "js.org", "npm" + "js.com", "deb.deb" + "ian")


def test_every_setting_is_explained_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(_settings()) if not re.search(rf"\b{name}\b", readme)] == []


def test_the_readme_starts_with_how_to_run_and_test() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert "make run" in first_screen
    assert "make test" in first_screen


def test_no_file_names_a_place_on_somebodys_machine_or_a_package_host() -> None:
    pattern = re.compile("|".join(re.escape(word) for word in PLACES + HOSTS), re.I)
    found = [
        f"{path}:{number}"
        for path in handed_out()
        for number, line in enumerate(_lines(path), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_nothing_made_here_is_handed_out() -> None:
    made = re.compile(r"(^|/)(instance|\.venv|__pycache__|screenshots)/|\.(mo|pyc|sqlite|key)$")
    assert [path for path in handed_out() if made.search(path)] == []


def test_every_requirement_is_pinned() -> None:
    loose = [
        f"{name}: {line}"
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in _lines(name)
        if line.strip()
        and not line.startswith(("#", "-r "))
        and not re.fullmatch(r"[A-Za-z0-9._\-\[\]]+==[^\s=]+( ; .+)?", line)
    ]
    assert loose == []


def test_the_licence_is_the_one_the_project_names() -> None:
    assert 'license = "EUPL-1.2"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in text
    assert re.findall(r"^(\d+)\. [A-Z]", text, re.M) == [str(number) for number in range(1, 16)]


def _settings() -> set[str]:
    """The variables `config.py` asks its environment for."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / "config.py").read_text(encoding="utf-8"))):
        key = None
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            key = node.args[0]
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "environment":
            key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isupper():
            names.add(key.value)
    return names


def _lines(path: str) -> list[str]:
    file = ROOT / path
    if file.stat().st_size > 2_000_000:
        return []
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
