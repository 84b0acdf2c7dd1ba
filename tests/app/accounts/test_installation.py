"""A demo and real work never meet in one database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from app.accounts import installation
from app.factory import create_app
from config import Config, Mode, SettingError
from tests.plugins.application import World


def _of(config: Config, mode: Mode) -> Config:
    return replace(config, mode=mode)


def test_a_demo_does_not_start_on_records_that_nobody_marked(config: Config, app: Flask, world: World) -> None:
    with pytest.raises(SettingError, match="keine Vorführung"):
        create_app(_of(config, Mode.DEMO))


def test_neither_demo_nor_tests_start_on_a_real_database(config: Config, app: Flask) -> None:
    installation.mark(is_demo=False)
    for mode in (Mode.DEMO, Mode.TEST):
        with pytest.raises(SettingError, match="keine Vorführung"):
            create_app(_of(config, mode))
    assert create_app(_of(config, Mode.PRODUCTION)) is not None


def test_real_work_does_not_start_on_a_demo(config: Config, app: Flask) -> None:
    installation.mark(is_demo=True)
    with pytest.raises(SettingError, match="gehört zu einer Vorführung"):
        create_app(_of(config, Mode.PRODUCTION))
    assert create_app(_of(config, Mode.DEMO)) is not None


def test_a_mark_is_never_changed(config: Config, app: Flask) -> None:
    installation.mark(is_demo=False)
    installation.mark(is_demo=True)
    assert installation.objection(invents=True) == installation.REAL_RECORDS


def test_a_demo_waits_for_the_databases_answer(config: Config, app: Flask) -> None:
    nowhere = replace(config, database_url="postgresql://127.0.0.1:1/nowhere")
    with pytest.raises(SettingError, match="antwortet nicht"):
        create_app(_of(nowhere, Mode.DEMO))
