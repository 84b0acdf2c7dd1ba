"""Numbers of the navigation: counted when a minute has passed or something changed, each organisation its own."""

from __future__ import annotations

import time
from uuid import UUID

import pytest
from flask import Flask

from app.web import counts

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_number_is_counted_once_a_minute(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    now, answers = [1000.0], iter([3, 5])
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def ask() -> int:
        return counts.known("requests", ONE, lambda: next(answers))

    assert [ask(), ask()] == [3, 3]
    now[0] += counts.SECONDS
    assert ask() == 3
    now[0] += 1
    assert ask() == 5


def test_what_changed_is_counted_at_once_and_each_organisation_has_its_own(app: Flask) -> None:
    assert counts.known("requests", ONE, lambda: 3) == 3
    assert counts.known("requests", OTHER, lambda: 0) == 0
    assert counts.known("conflicts", ONE, lambda: 7) == 7
    counts.forget("requests", ONE)
    assert counts.known("requests", ONE, lambda: 2) == 2
    assert counts.known("requests", OTHER, lambda: 9) == 0
    assert counts.known("conflicts", ONE, lambda: 9) == 7
