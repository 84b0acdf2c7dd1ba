"""Tests whose server this machine lacks are left out; the last lines say which, and how to get it.

Where `CI` is set, leaving anything out makes the run fail.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.servers.chromium import find_chromium
from tests.servers.postgres import find_binaries

LEFT_OUT = pytest.StashKey[Counter[str]]()


@dataclass(frozen=True)
class Need:
    """What a mark stands for, and how a person gets it."""

    name: str
    how: str


NEEDS = {
    "postgres": Need("PostgreSQL", "apt install postgresql (the tests start a private server of their own)"),
    "browser": Need("Chromium", "apt install chromium, or set CHROMIUM to its path"),
}


def missing_marks() -> set[str]:
    """The marks whose server is not on this machine."""
    present = {"postgres": find_binaries(), "browser": find_chromium()}
    return {mark for mark, path in present.items() if path is None}


def pytest_configure(config: pytest.Config) -> None:
    """Start counting."""
    config.stash[LEFT_OUT] = Counter()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what cannot run here and count it by its mark."""
    missing = missing_marks()
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        marks = {mark.name for mark in item.iter_markers()} & missing
        for mark in sorted(marks)[:1]:
            config.stash[LEFT_OUT][mark] += 1
        (dropped if marks else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over a parallel worker's counts; every worker collects everything, so the largest one is right."""
    counts = node.config.stash[LEFT_OUT]
    for mark, number in getattr(node, "workeroutput", {}).get("left_out", {}).items():
        counts[mark] = max(counts[mark], number)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Say what was left out after all other lines; under CI that is a failure."""
    counts = session.config.stash[LEFT_OUT]
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = dict(counts)
        return (yield)
    result = yield
    if counts and _is_ci() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        for line in closing_lines(counts, ci=_is_ci()):
            terminal.write_line(line)
    return result


def closing_lines(counts: Counter[str], *, ci: bool) -> list[str]:
    """The last lines of a run: one for each missing server, or one that says nothing is missing."""
    if not counts:
        return ["Nothing was left out."]
    lines = [_missing_line(mark, number) for mark, number in sorted(counts.items())]
    return [*lines, "CI is set: leaving tests out counts as a failure."] if ci else lines


def _missing_line(mark: str, number: int) -> str:
    tests = "1 test" if number == 1 else f"{number} tests"
    need = NEEDS[mark]
    return f"LEFT OUT: {tests}, as {need.name} is not here. To run them: {need.how}"


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
