"""Two houses for the journeys: one in this process on each kind of database, one as `make run` starts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from playwright.sync_api import Browser

from app import clock
from app.clock import BERLIN
from app.data.database import db
from app.demo import people, world
from app.extensions import limiter
from app.factory import create_app
from config import Config
from tests.journeys.houses import RequestHouse, StackHouse
from tests.plugins.application import Template
from tests.plugins.outbox import use_mail_server
from tests.servers.smtp import SmtpServer
from tests.servers.stack import PASSWORD, Stack

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=BERLIN)


@pytest.fixture
def empty_config(template: Template, config: Config) -> Iterator[Config]:
    """Settings with migrated stores in which nobody works yet."""
    data, keys = template.server.lend("empty_data"), template.server.lend("empty_keys")
    yield replace(config, database_url=data, keys_database_url=keys, demo_password=PASSWORD)
    template.server.give_back(data)
    template.server.give_back(keys)


@pytest.fixture
def request_house(empty_config: Config, smtp_server: SmtpServer) -> Iterator[RequestHouse]:
    """A demo without families on a Monday morning; forms need their token here as they do outside of tests."""
    application = create_app(replace(empty_config, now=MONDAY))
    limiter.enabled = False
    use_mail_server(application, smtp_server.url)
    with application.app_context():
        world.load(families=0)
        people.set_password(PASSWORD)
    yield RequestHouse(application, smtp_server)
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose()
    clock.start_at(None)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Everything one command starts, on a Monday morning, with the families of a fresh demo."""
    running = Stack(MONDAY)
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture
def stack_house(stack: Stack, browser: Browser) -> Iterator[StackHouse]:
    """That demo, with a browser to look at it."""
    house = StackHouse(stack, browser)
    yield house
    house.close()
